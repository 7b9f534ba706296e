/** What one reply says of a name: its aliases as far as the reply holds them, and what is at their end. */
import type { Answer } from "dns-packet";
import { plainName, type DnsFailure, type QueryType, type Reply } from "./message.ts";
import { readRecord, type RecordOf } from "./records.ts";

/** Aliases that may follow one another; resolvers stop between 8 and 16. */
const maxAliases = 16;
/** More than 64 KB can hold of any record that says something. */
const maxRecords = 5000;

/** How far the names have led so far: what was asked for first, then each alias target. */
export class Chain {
  readonly #names: string[];

  constructor(name: string) {
    this.#names = [name];
  }

  /** The name that has to be asked for now. */
  get end(): string {
    return this.#names.at(-1) ?? "";
  }

  get aliases(): readonly string[] {
    return this.#names.slice(1);
  }

  /** Goes on to an alias target; false where that leads back, or on and on. The step is kept all the same. */
  follow(target: string): boolean {
    const leadsOn = !this.#names.includes(target) && this.#names.length <= maxAliases;
    this.#names.push(target);
    return leadsOn;
  }
}

/** `alias`: the chain's new end has to be asked for. */
export type Reading<T extends QueryType> =
  | { readonly status: "found"; readonly records: readonly RecordOf<T>[] }
  | { readonly status: "no-data" | "no-name" | "alias" }
  | { readonly status: "failed"; readonly failure: DnsFailure };

/** Reads a reply to the question for the chain's end, and lengthens the chain. */
export function readAlong<T extends QueryType>(reply: Reply, type: T, chain: Chain): Reading<T> {
  const failure = failureOf(reply);
  if (failure !== null) return { status: "failed", failure };
  const asked = chain.end;
  const { records, targets } = byOwner(reply.answers, type);
  for (;;) {
    const found = records.get(chain.end);
    if (found !== undefined) return { status: "found", records: found };
    const target = targets.get(chain.end);
    if (target === undefined) break;
    if (!chain.follow(target)) return { status: "failed", failure: "loop" };
  }
  if (reply.rcode === nxDomain) return { status: "no-name" };
  if (chain.end !== asked && !provesNoData(reply, chain.end)) return { status: "alias" };
  return { status: "no-data" };
}

const nxDomain = 3;

/** Tells why a reply settles nothing; null where it does. */
export function failureOf(reply: Reply): DnsFailure | null {
  switch (reply.rcode) {
    case 0:
      return isReferral(reply) ? "refused" : null;
    case nxDomain:
      return null;
    case 1:
      return "malformed";
    case 4:
    case 5:
      return "refused";
    default:
      return "servfail";
  }
}

/** A server that only points to others does not resolve: its empty answer is no "there is none". */
function isReferral({ recursionAvailable, answers, authorities }: Reply): boolean {
  return (
    !recursionAvailable &&
    answers.length === 0 &&
    authorities.some(({ type }) => type === "NS") &&
    !authorities.some(({ type }) => type === "SOA")
  );
}

/** Whether the reply looked for the name and says that it has none of the type. @see RFC 2308 §2.2 */
function provesNoData({ authorities }: Reply, name: string): boolean {
  return authorities.some((authority) => {
    if (authority.type !== "SOA") return false;
    const zone = plainName(authority.name);
    return zone === "" || name === zone || name.endsWith(`.${zone}`);
  });
}

function byOwner<T extends QueryType>(
  answers: readonly Answer[],
  type: T,
): {
  records: ReadonlyMap<string, readonly RecordOf<T>[]>;
  targets: ReadonlyMap<string, string>;
} {
  const records = new Map<string, RecordOf<T>[]>();
  const targets = new Map<string, string>();
  for (const answer of answers.slice(0, maxRecords)) {
    if ("class" in answer && answer.class !== "IN") continue;
    const owner = plainName(answer.name);
    if (answer.type === "CNAME") {
      targets.set(owner, plainName(answer.data));
      continue;
    }
    const record = readRecord(type, answer);
    if (record === null) continue;
    const same = records.get(owner);
    if (same === undefined) records.set(owner, [record]);
    else same.push(record);
  }
  return { records, targets };
}
