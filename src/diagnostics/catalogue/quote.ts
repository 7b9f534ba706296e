const maxLength = 80;

/** Quotes a value inside a message, shortened so that a hostile text cannot flood the output. Control characters are left to the printers. */
export function quote(text: string): string {
  return `"${shorten(text)}"`;
}

/** The same without the quotation marks, for texts that are to be copied. */
export function shorten(text: string): string {
  if (text.length <= maxLength) return text;
  // A surrogate pair must not be cut in half.
  const last = text.charCodeAt(maxLength - 2);
  const end = last >= 0xd800 && last <= 0xdbff ? maxLength - 2 : maxLength - 1;
  return `${text.slice(0, end)}…`;
}

/** `%21` for `!`: every octet of the character's UTF-8 form. */
export function percentEncode(character: string): string {
  return Array.from(new TextEncoder().encode(character), (octet) => {
    return `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
