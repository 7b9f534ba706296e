/** The data of resource records, as evidence has it. */
import type { Answer } from "dns-packet";
import { plainName, type QueryType } from "./message.ts";
import type { AddressData, CaaData, MxData, NsData, TlsaData, TxtData } from "./dns-evidence.ts";

/** What the records of a type hold. */
export interface DataOf {
  readonly A: AddressData;
  readonly AAAA: AddressData;
  readonly MX: MxData;
  readonly TXT: TxtData;
  readonly CAA: CaaData;
  readonly TLSA: TlsaData;
  readonly NS: NsData;
}

export type RecordOf<T extends QueryType> = DataOf[T] & { readonly ttlSeconds: number };

const readers: { readonly [T in QueryType]: (answer: Answer) => DataOf[T] | null } = {
  A: (answer) => (answer.type === "A" ? { address: answer.data } : null),
  AAAA: (answer) => (answer.type === "AAAA" ? { address: answer.data } : null),
  MX: (answer) =>
    answer.type === "MX"
      ? { preference: answer.data.preference ?? 0, exchange: plainName(answer.data.exchange) }
      : null,
  TXT: (answer) =>
    answer.type === "TXT" && Array.isArray(answer.data)
      ? { strings: answer.data.map((string) => string.toString("latin1")) }
      : null,
  CAA: (answer) =>
    answer.type === "CAA"
      ? {
          critical: answer.data.issuerCritical === true,
          // Matched without regard to case, RFC 8659 §4.1.
          tag: answer.data.tag.toLowerCase(),
          value: answer.data.value,
        }
      : null,
  TLSA: (answer) =>
    answer.type === "TLSA"
      ? {
          usage: answer.data.usage,
          selector: answer.data.selector,
          matchingType: answer.data.matchingType,
          data: answer.data.certificate.toString("hex"),
        }
      : null,
  NS: (answer) => (answer.type === "NS" ? { host: plainName(answer.data) } : null),
};

/** Reads one record of the type; null where it is of another. */
export function readRecord<T extends QueryType>(type: T, answer: Answer): RecordOf<T> | null {
  const data = readers[type](answer);
  return data === null ? null : { ...data, ttlSeconds: ttlOf(answer) };
}

/** @see RFC 2181 §8: a TTL with the first bit set is 0 */
function ttlOf(answer: Answer): number {
  const ttl = "ttl" in answer ? (answer.ttl ?? 0) : 0;
  return ttl > 0x7fff_ffff ? 0 : ttl;
}
