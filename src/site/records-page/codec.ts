/**
 * How {@link PageData} travels inside the page. Domains of one provider differ by little more than
 * their name and id, so what is said about them is kept as patterns, each distinct one once, with
 * blanks for the two: 100,000 domains take 8 MB instead of 150. The page fills in the one that is
 * looked at. Lossless for any text.
 */
import type { PageData, PageDomain, PagePolicy, PageRecord } from "../page-data.ts";

/** A text with blanks for a domain's name and id. */
type Pattern = string;

type PackedRecord = readonly [
  name: Pattern,
  type: PageRecord["type"],
  ttl: number,
  value: Pattern,
  purpose: PageRecord["purpose"],
  zone: Pattern,
  once: 0 | 1,
];

/** Numbers are indices into the tables of {@link PackedPage}, but for the two times. */
export type PackedDomain = readonly [
  domain: string,
  unicode: string | null,
  id: string | null,
  policy: number | null,
  live: number | null,
  hold: number | "open" | null,
  /** `held`. */
  list: number,
  target: number,
  zone: number,
  delegation: number | null,
  records: number,
  zoneText: number,
];

export interface PackedPage {
  readonly version: string;
  readonly policies: readonly PagePolicy[];
  readonly patterns: readonly Pattern[];
  readonly lists: readonly (readonly number[])[];
  readonly records: readonly (readonly PackedRecord[])[];
  readonly domains: readonly PackedDomain[];
}

/** Packs what the page is made from; reads the domains once. */
export function packPage(data: PageData): PackedPage {
  const patterns = new Table<Pattern>();
  const lists = new Table<readonly number[]>();
  const records = new Table<readonly PackedRecord[]>();
  const domains: PackedDomain[] = [];
  for (const one of data.domains) {
    const { domain, id } = one;
    const blank = (text: string): Pattern => blankOut(text, domain, id);
    const pattern = (text: string): number => patterns.indexOf(blank(text));
    domains.push([
      domain,
      one.unicode ?? null,
      id,
      one.policy,
      one.live,
      one.hold,
      lists.indexOf(one.held),
      pattern(one.target),
      pattern(one.zone),
      one.delegation === null ? null : pattern(one.delegation),
      records.indexOf(
        one.records.map(({ name, type, ttl, value, purpose, zone, once }) => {
          return [blank(name), type, ttl, blank(value), purpose, blank(zone), once ? 1 : 0];
        }),
      ),
      pattern(one.zoneText),
    ]);
  }
  return {
    version: data.version,
    policies: data.policies,
    patterns: patterns.values,
    lists: lists.values,
    records: records.values,
    domains,
  };
}

/** Unpacks one domain. */
export function unpackDomain(page: PackedPage, packed: PackedDomain): PageDomain {
  const [domain, unicode, id, policy, live, hold, list, target, zone, delegation, records, text] =
    packed;
  const fill = (pattern: Pattern | undefined): string => fillIn(pattern ?? "", domain, id);
  return {
    domain,
    ...(unicode === null ? {} : { unicode }),
    id,
    policy,
    target: fill(page.patterns[target]),
    live,
    hold,
    held: page.lists[list] ?? [],
    zone: fill(page.patterns[zone]),
    delegation: delegation === null ? null : fill(page.patterns[delegation]),
    records: (page.records[records] ?? []).map(([name, type, ttl, value, purpose, zone, once]) => {
      return {
        name: fill(name),
        type,
        ttl,
        value: fill(value),
        purpose,
        zone: fill(zone),
        once: once === 1,
      };
    }),
    zoneText: fill(page.patterns[text]),
  };
}

/** Unpacks the text of a domain's zone file alone; null where there is no such domain. */
export function unpackZoneText(page: PackedPage, index: number): string | null {
  const packed = page.domains[index];
  if (packed === undefined) return null;
  const [domain, , id, , , , , , , , , text] = packed;
  return fillIn(page.patterns[text] ?? "", domain, id);
}

const domainBlank = "\u0001";
const idBlank = "\u0002";
/** Before the number of one of these three that stood in the text itself. */
const escape = "\u0003";
// eslint-disable-next-line no-control-regex -- the blanks
const taken = /[\u0001-\u0003]/;
// eslint-disable-next-line no-control-regex -- the blanks
const everyTaken = /[\u0001-\u0003]/g;
// eslint-disable-next-line no-control-regex -- the blanks
const blanks = /[\u0001\u0002]|\u0003([123])/g;

function blankOut(text: string, domain: string, id: string | null): Pattern {
  if (text === domain && text !== "") return domainBlank;
  if (!taken.test(text) && (id === null || !taken.test(id))) {
    // Nothing to escape, and no id that a blank could be a part of: the quick way to the same.
    const named = domain === "" ? text : text.replaceAll(domain, domainBlank);
    return id === null || id === "" ? named : named.replaceAll(id, idBlank);
  }
  return blankEach(text, domain, domainBlank, (part) => {
    return blankEach(part, id, idBlank, escapeTaken);
  });
}

/** Puts `blank` in place of `word`, and what `between` makes of it in place of the rest. */
function blankEach(
  text: string,
  word: string | null,
  blank: string,
  between: (text: string) => string,
): string {
  if (word === null || word === "" || !text.includes(word)) return between(text);
  return text.split(word).map(between).join(blank);
}

function escapeTaken(text: string): string {
  return text.replace(everyTaken, (unit) => escape + String(unit.charCodeAt(0)));
}

function fillIn(pattern: Pattern, domain: string, id: string | null): string {
  return pattern.replace(blanks, (blank, code?: string) => {
    if (code !== undefined) return String.fromCharCode(Number(code));
    return blank === domainBlank ? domain : (id ?? "");
  });
}

/** Distinct values in the order in which they were first seen. */
class Table<T> {
  readonly values: T[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(value: T): number {
    // One table holds texts or lists, never both.
    const key = typeof value === "string" ? value : JSON.stringify(value);
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.values.push(value) - 1;
      this.#indices.set(key, index);
    }
    return index;
  }
}
