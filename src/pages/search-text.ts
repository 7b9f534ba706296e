/** Texts as searches compare them: in either script, in any case. */
export function searchText(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** The words of a query; a text is found where it holds each of them. */
export function searchWords(query: string): string[] {
  return searchText(query).split(/\s+/).filter(Boolean);
}
