/** Finds rows by words and health, and keeps what was asked in the page's address. */
import { searchText, searchWords } from "../../../pages/search-text.ts";

export interface Row {
  /** All that is told of the domain. */
  readonly name: string;
  readonly health: string;
}

/** What was asked for; "" is anything. */
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

/** A choice as part of an address. */
export function writeChoice({ query, health }: Choice): string {
  const told = new URLSearchParams();
  if (health !== "") told.set("health", health);
  if (query !== "") told.set("find", query);
  return told.toString();
}

/** Reads what {@link writeChoice} wrote; anybody can write an address. */
export function readChoice(text: string): Choice {
  const told = new URLSearchParams(text);
  return { query: told.get("find") ?? "", health: told.get("health") ?? "" };
}
