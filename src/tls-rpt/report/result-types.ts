/** What usually causes a `result-type`, and what to do. @see RFC 8460 §4.3 */

/** Cause and fix, each one sentence without a full stop. */
export interface Advice {
  readonly cause: string;
  readonly fix: string;
}

const registered: ReadonlyMap<string, Advice> = new Map([
  [
    "starttls-not-supported",
    {
      cause: "STARTTLS is off on this MX host, or a firewall or proxy in between removes it",
      fix: "enable STARTTLS on every MX host, and turn off SMTP inspection on the firewall",
    },
  ],
  [
    "certificate-host-mismatch",
    {
      cause:
        "the certificate does not name the MX host, or the server sent its default certificate",
      fix: "reissue it with the MX host's name as a SAN, and check which certificate is sent with and without SNI",
    },
  ],
  [
    "certificate-expired",
    {
      cause: "the renewal was forgotten, or the mail server still has the old certificate loaded",
      fix: "renew the certificate, and automate both the renewal and the reload after it",
    },
  ],
  [
    "certificate-not-trusted",
    {
      cause: "the certificate is self-signed, or an intermediate certificate is not sent",
      fix: "use a certificate of a public CA, and configure the full chain",
    },
  ],
  [
    "validation-failure",
    {
      cause: "the sender has no better category for it; see its reasons",
      fix: "read the reasons, and run `stspress audit` on the domain",
    },
  ],
  [
    "tlsa-invalid",
    {
      cause:
        "no TLSA record matches the certificate: the key was probably changed before the record",
      fix: "publish the TLSA record of the new key first, wait for its TTL, then change the key",
    },
  ],
  [
    "dnssec-invalid",
    {
      cause: "DNSSEC signatures are bogus or have expired",
      fix: "sign the zone again, and check that the DS record at the parent matches",
    },
  ],
  [
    "dane-required",
    {
      cause: "the sender insists on DANE for this domain and found no usable TLSA record",
      fix: "publish TLSA records in a signed zone, or agree with the sender on MTA-STS",
    },
  ],
  [
    "sts-policy-fetch-error",
    {
      cause:
        "the policy could not be fetched: DNS, connection, time-out, or an answer other than 200",
      fix: "make https://mta-sts.<domain>/.well-known/mta-sts.txt answer 200 without a redirect; `stspress audit` shows what it does now",
    },
  ],
  [
    "sts-policy-invalid",
    {
      cause: "the policy has a syntax error, lacks a field, or comes with the wrong content type",
      fix: "deploy what `stspress build` wrote, served as text/plain",
    },
  ],
  [
    "sts-webpki-invalid",
    {
      cause: "the certificate of the policy host is not valid for its name",
      fix: "reissue the certificate for mta-sts.<domain>, and check what the server sends for that name",
    },
  ],
]);

const notInPolicy: Advice = {
  cause: "an MX host is not covered by any mx line of the policy",
  fix: "add the host to `mx:` and wait until senders hold the new policy, or remove it from the MX records",
};

/** Seen in the wild: Google reports it as `validation-failure`. */
const saysNotInPolicy =
  /\bmx\b[^.]{0,60}\bnot\b[^.]{0,40}\b(in|match\w*|list\w*|covered)\b|\bmx[- _]?mismatch\b|\bnot\b.{0,40}\bpolicy\b.{0,20}\bmx\b/i;

/** Reasons are hostile texts; only so much of one is looked at. */
const maxReasonLength = 300;

/** Advises on a result type; the reasons may make it more specific. */
export function adviseOn(resultType: string, reasons: readonly string[]): Advice {
  const known = registered.get(resultType);
  if (
    resultType === "validation-failure" &&
    reasons.some((reason) => saysNotInPolicy.test(reason.slice(0, maxReasonLength)))
  ) {
    return notInPolicy;
  }
  return known ?? unregistered;
}

const unregistered: Advice = {
  cause: "this result type is not in the standard: only its reporter knows what it means",
  fix: "read the reasons, ask the reporter if it continues, and run `stspress audit` on the domain",
};

/** Failures after which mail is not delivered, whatever the mode of the policy: the sender follows DANE. */
const daneTypes: ReadonlySet<string> = new Set(["tlsa-invalid", "dnssec-invalid", "dane-required"]);

/** Whether it is a failure of DANE, which has no testing mode. @see RFC 7672 §2.2 */
export function isDane(resultType: string): boolean {
  return daneTypes.has(resultType);
}
