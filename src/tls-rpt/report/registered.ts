/** The values that RFC 8460 registers. Senders use others too; those are kept as they are. */

const policyTypes: ReadonlySet<string> = new Set(["sts", "tlsa", "no-policy-found"]);

const resultTypes: ReadonlySet<string> = new Set([
  "starttls-not-supported",
  "certificate-host-mismatch",
  "certificate-expired",
  "certificate-not-trusted",
  "validation-failure",
  "tlsa-invalid",
  "dnssec-invalid",
  "dane-required",
  "sts-policy-fetch-error",
  "sts-policy-invalid",
  "sts-webpki-invalid",
]);

/** Whether a `policy-type` is registered. @see RFC 8460 §4.4 */
export function isPolicyType(type: string): boolean {
  return policyTypes.has(type);
}

/** Whether a `result-type` is registered. @see RFC 8460 §4.3, §6.6 */
export function isResultType(type: string): boolean {
  return resultTypes.has(type);
}
