/** The outcome of a query to a server: one shape for UDP, TCP and both together. */
import type { DnsFailure } from "./message.ts";

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: DnsFailure };

/** Makes an outcome with an answer. */
export function came<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** Makes an outcome that says why there is no answer. */
export function nothing(failure: DnsFailure): Outcome<never> {
  return { ok: false, failure };
}
