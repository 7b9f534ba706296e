/** Caches answers for a short time, such as the CAA records of a parent domain that many hosts share. */
import type { QueryType } from "./message.ts";
import type { DataOf } from "./records.ts";
import type { DnsEvidence } from "./dns-evidence.ts";

const maxKept = 1000;
const keptMs = 30_000;
const maxRecords = 20;

type Evidence<T extends QueryType> = DnsEvidence<DataOf[T]>;

export class AnswerCache {
  readonly #open = new Map<string, Promise<Evidence<QueryType>>>();
  /** The oldest first. */
  readonly #kept = new Map<string, { evidence: Evidence<QueryType>; until: number }>();

  /** Gives the cached or pending answer, else what `ask` gives. Failures are not cached. */
  async get<T extends QueryType>(
    name: string,
    type: T,
    ask: () => Promise<Evidence<T>>,
  ): Promise<Evidence<T>> {
    const key = `${type} ${name}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > performance.now()) return kept.evidence as Evidence<T>;
    const open = this.#open.get(key);
    if (open !== undefined) return open as Promise<Evidence<T>>;
    const answer = ask();
    this.#open.set(key, answer);
    try {
      const evidence = await answer;
      if (isWorthKeeping(evidence)) this.#keep(key, evidence);
      return evidence;
    } finally {
      this.#open.delete(key);
    }
  }

  #keep(key: string, evidence: Evidence<QueryType>): void {
    this.#kept.delete(key);
    this.#kept.set(key, { evidence, until: performance.now() + keptMs });
    if (this.#kept.size <= maxKept) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}

/** TXT answers are large and needed once; a failure may be temporary. */
function isWorthKeeping({ type, status, records }: Evidence<QueryType>): boolean {
  return type !== "TXT" && status !== "failed" && records.length <= maxRecords;
}
