/** Follows the aliases in a reply, and reads the records at their end. */
import type { Answer } from "dns-packet";
import { plainName, type DnsFailure, type QueryType, type DnsReply } from "./message.ts";
import { readRecord, type RecordOf } from "./records.ts";

/** Aliases in a row; resolvers stop between 8 and 16. */
const maxAliases = 16;
/** More records than fit into 64 KB. */
const maxRecords = 5000;

/** The names so far: the one that was asked for, then each alias target. */
export class Chain {
  readonly #names: string[];

  constructor(name: string) {
    this.#names = [name];
  }

  /** The name to ask for next. */
  get end(): string {
    return this.#names.at(-1) ?? "";
  }

  get aliases(): readonly string[] {
    return this.#names.slice(1);
  }

  /** Adds an alias target; false if that makes a loop or too long a chain. It is added all the same. */
  follow(target: string): boolean {
    const leadsOn = !this.#names.includes(target) && this.#names.length <= maxAliases;
    this.#names.push(target);
    return leadsOn;
  }
}

/** `alias`: ask for the chain's new end. */
export type Reading<T extends QueryType> =
  | { readonly status: "found"; readonly records: readonly RecordOf<T>[] }
  | { readonly status: "no-data" | "no-name" | "alias" }
  | { readonly status: "failed"; readonly failure: DnsFailure };

/** Reads the reply to a query for the chain's end, and adds its aliases to the chain. */
export function readAlong<T extends QueryType>(reply: DnsReply, type: T, chain: Chain): Reading<T> {
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

/** Says why a reply is a failure; null: it is an answer. */
export function failureOf(reply: DnsReply): DnsFailure | null {
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

/** A server that only refers to others does not resolve: its empty answer does not mean that there is no record. */
function isReferral({ recursionAvailable, answers, authorities }: DnsReply): boolean {
  return (
    !recursionAvailable &&
    answers.length === 0 &&
    authorities.some(({ type }) => type === "NS") &&
    !authorities.some(({ type }) => type === "SOA")
  );
}

/** Whether the reply proves that the name has no record of the type. @see RFC 2308 §2.2 */
function provesNoData({ authorities }: DnsReply, name: string): boolean {
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
