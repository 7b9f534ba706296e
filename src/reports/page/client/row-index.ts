/** Finds rows by words and health, and keeps the search in the page's address. */
import { searchText, searchWords } from "../../../pages/search-text.ts";

export interface Row {
  /** The text of the row that is searched. */
  readonly name: string;
  readonly health: string;
}

/** A search; "" matches anything. */
export interface Choice {
  readonly query: string;
  readonly health: string;
}

export class RowIndex {
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows.map(({ name, health }) => ({ name: searchText(name), health }));
  }

  /** Positions of the rows that hold every word and are of the health. */
  find(query: string, health: string): ReadonlySet<number> {
    const words = searchWords(query);
    const found = new Set<number>();
    this.#rows.forEach((row, at) => {
      if (health !== "" && row.health !== health) return;
      if (words.every((word) => row.name.includes(word))) found.add(at);
    });
    return found;
  }
}

/** A search as the fragment of an address. */
export function writeChoice({ query, health }: Choice): string {
  const params = new URLSearchParams();
  if (health !== "") params.set("health", health);
  if (query !== "") params.set("find", query);
  return params.toString();
}

/** Reads what {@link writeChoice} wrote; anybody can write an address. */
export function readChoice(text: string): Choice {
  const params = new URLSearchParams(text);
  return { query: params.get("find") ?? "", health: params.get("health") ?? "" };
}
