/** Answers to questions that several ask within a short time, such as for the CAA records of a parent. */
import type { QueryType } from "./message.ts";
import type { DataOf } from "./records.ts";
import type { DnsEvidence } from "./dns-evidence.ts";

const maxKept = 1000;
const keptMs = 30_000;
const maxRecords = 20;

type Evidence<T extends QueryType> = DnsEvidence<DataOf[T]>;

export class AnswerCache {
  readonly #open = new Map<string, Promise<Evidence<QueryType>>>();
  /** Those kept longest first. */
  readonly #kept = new Map<string, { evidence: Evidence<QueryType>; until: number }>();

  /** Gives what is known or on its way, else what `ask` gives. Failures are not kept. */
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

/** TXT is large and asked for once; a failure may be over. */
function isWorthKeeping({ type, status, records }: Evidence<QueryType>): boolean {
  return type !== "TXT" && status !== "failed" && records.length <= maxRecords;
}
