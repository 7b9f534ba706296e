/** Finds domains by part of their name, in either script, by id, or by an MX pattern (`mx:`). */
import { searchText, searchWords } from "../../../pages/search-text.ts";
import type { PackedPage } from "../codec.ts";

/** What domains are counted and filtered by: the policy's mode, or that there is none. */
export const kinds = ["enforce", "testing", "none", "reports"] as const;
export type Kind = (typeof kinds)[number];

export class SearchIndex {
  /** The kind of each domain, by position. */
  readonly kinds: readonly Kind[];
  readonly counts: Readonly<Record<Kind, number>>;
  readonly #page: PackedPage;
  readonly #names: readonly string[];
  readonly #patterns: readonly string[];

  constructor(page: PackedPage) {
    this.#page = page;
    const counts = { enforce: 0, testing: 0, none: 0, reports: 0 };
    this.kinds = page.domains.map(([, , , policy]) => {
      const kind = policy === null ? "reports" : (page.policies[policy]?.mode ?? "reports");
      counts[kind] += 1;
      return kind;
    });
    this.counts = counts;
    this.#names = page.domains.map(([domain, unicode, id]) => {
      return searchText(`${domain}\n${unicode ?? ""}\n${id ?? ""}`);
    });
    this.#patterns = page.policies.map(({ mx }) => searchText(mx.join("\n")));
  }

  /** Positions of the domains that hold every word of the query and are of the kind (null: any), in order. */
  find(query: string, kind: Kind | null): number[] {
    const words = searchWords(query);
    const tests = words.map((word) => this.#test(word));
    const found: number[] = [];
    for (let position = 0; position < this.#names.length; position += 1) {
      if (kind !== null && this.kinds[position] !== kind) continue;
      if (tests.every((test) => test(position))) found.push(position);
    }
    return found;
  }

  #test(word: string): (position: number) => boolean {
    if (!word.startsWith("mx:"))
      return (position) => this.#names[position]?.includes(word) === true;
    const wanted = word.slice("mx:".length);
    const policies = new Set<number>();
    for (const [index, patterns] of this.#patterns.entries()) {
      if (patterns.includes(wanted)) policies.add(index);
    }
    return (position) => {
      const policy = this.#page.domains[position]?.[3];
      return policy != null && policies.has(policy);
    };
  }
}
