/** What usually causes a `result-type`, and what to do about it. @see RFC 8460 §4.3 */

/** Cause and fix, each one sentence without a full stop. */
export interface Advice {
  readonly cause: string;
  readonly fix: string;
}

const registered: ReadonlyMap<string, Advice> = new Map([
  [
    "starttls-not-supported",
    {
      cause: "STARTTLS is off on this MX host, or a firewall in front of it removes it",
      fix: "enable STARTTLS on every MX host, and turn off SMTP inspection on the firewall",
    },
  ],
  [
    "certificate-host-mismatch",
    {
      cause:
        "the certificate does not name the MX host, or the server sent its default certificate",
      fix: "reissue the certificate with the MX host's name as a SAN, and check which one the server sends with SNI and without",
    },
  ],
  [
    "certificate-expired",
    {
      cause: "the certificate was not renewed, or the mail server still uses the old one",
      fix: "renew the certificate, reload the mail server, and automate both",
    },
  ],
  [
    "certificate-not-trusted",
    {
      cause:
        "the certificate is self-signed, or the server does not send the intermediate certificate",
      fix: "use a certificate from a public CA, and configure the full chain",
    },
  ],
  [
    "validation-failure",
    {
      cause: "the sender gives no exact type for it; its reasons may say more",
      fix: "read the reasons, and run `stspress audit` on the domain",
    },
  ],
  [
    "tlsa-invalid",
    {
      cause:
        "no TLSA record matches the certificate; usually the key was changed before the record",
      fix: "publish the TLSA record of the new key first, wait for its TTL, then change the key",
    },
  ],
  [
    "dnssec-invalid",
    {
      cause: "the DNSSEC signatures are invalid or expired",
      fix: "sign the zone again, and check that the DS record at the parent matches",
    },
  ],
  [
    "dane-required",
    {
      cause: "the sender requires DANE for this domain and found no usable TLSA record",
      fix: "publish TLSA records in a signed zone, or ask the sender to use MTA-STS",
    },
  ],
  [
    "sts-policy-fetch-error",
    {
      cause:
        "the sender could not fetch the policy: DNS, connection, timeout, or an answer other than 200",
      fix: "make https://mta-sts.<domain>/.well-known/mta-sts.txt answer 200 without a redirect; `stspress audit` shows what it answers now",
    },
  ],
  [
    "sts-policy-invalid",
    {
      cause: "the policy has a syntax error, a missing field, or the wrong content type",
      fix: "deploy what `stspress build` wrote, and serve it as text/plain",
    },
  ],
  [
    "sts-webpki-invalid",
    {
      cause: "the certificate of the policy host is not valid for its name",
      fix: "reissue the certificate for mta-sts.<domain>, and check which one the server sends for that name",
    },
  ],
]);

const notInPolicy: Advice = {
  cause: "no mx line of the policy covers this MX host",
  fix: "add the host to `mx:` and wait until senders have the new policy, or remove it from the MX records",
};

/** Seen in the wild: Google reports this as `validation-failure`. */
const notInPolicyReason =
  /\bmx\b[^.]{0,60}\bnot\b[^.]{0,40}\b(in|match\w*|list\w*|covered)\b|\bmx[- _]?mismatch\b|\bnot\b.{0,40}\bpolicy\b.{0,20}\bmx\b/i;

/** Reasons are hostile; only this many characters of each are matched. */
const maxReason = 300;

/** Gives the advice for a result type; the reasons may make it more specific. */
export function adviseOn(resultType: string, reasons: readonly string[]): Advice {
  const known = registered.get(resultType);
  if (
    resultType === "validation-failure" &&
    reasons.some((reason) => notInPolicyReason.test(reason.slice(0, maxReason)))
  ) {
    return notInPolicy;
  }
  return known ?? unregistered;
}

const unregistered: Advice = {
  cause: "this type of failure is in no standard; only its reporter knows what it means",
  fix: "read the reasons, run `stspress audit` on the domain, and ask the reporter if it continues",
};

/** With these types, mail is not delivered in any mode of the policy: the sender follows DANE. */
const daneTypes: ReadonlySet<string> = new Set(["tlsa-invalid", "dnssec-invalid", "dane-required"]);

/** Whether a failure comes from DANE, which has no testing mode. @see RFC 7672 §2.2 */
export function isDane(resultType: string): boolean {
  return daneTypes.has(resultType);
}
