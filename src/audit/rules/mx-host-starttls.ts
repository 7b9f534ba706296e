/** Whether each MX host starts TLS when asked, at each of its addresses. */
import type { SmtpProbe } from "../evidence.ts";
import { prose } from "../finding.ts";
import { probesOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { isOldTls } from "../tls-protocol.ts";
import type { FailedConnection } from "../failure-text.ts";
import { failureText } from "../../live/failure-text.ts";

const host = "mx1.example.com";
const source = "RFC 8461 §4.2";
const error = { severity: "error", effect: "no", source } as const;

interface Host {
  readonly host: string;
}

export const mxHostStartTls = defineRule(
  {
    "mx-host/starttls-missing": prose<Host>({
      ...error,
      reason:
        "Senders that honour an enforced policy do not deliver in clear text. TLS is switched off on this host, or something on the way removes the offer: firewalls that inspect SMTP are known for it (they leave `XXXXXXXA` in its place).",
      example: { host },
      message: (a) => `${a.host} does not offer STARTTLS`,
      fix: () =>
        "enable STARTTLS on the mail server, and switch off SMTP inspection in front of it",
    }),
    "mx-host/starttls-refused": prose<FailedConnection>({
      ...error,
      source: "RFC 3207 §4",
      reason:
        "The server offers STARTTLS but does not start it, usually because it cannot read its certificate or key. Senders that honour an enforced policy then do not deliver.",
      example: { host, kind: "rejected", detail: "454 4.7.0 TLS not available" },
      message: (a) => `${a.host} offers STARTTLS but does not start it: ${failureText(a)}`,
      fix: () => "check the mail server's log for a certificate or key that it could not load",
    }),
    "mx-host/starttls-injection": prose<Host>({
      ...error,
      source: "RFC 3207 §4.2",
      reason:
        "The server sent bytes in clear text between its reply to STARTTLS and the handshake. A program that accepts such bytes mixes what an attacker injected with what is encrypted (CVE-2021-38371 and similar); careful senders hang up.",
      example: { host },
      message: (a) => `${a.host} sends clear text after its reply to STARTTLS`,
      fix: () => "update the mail server, and any proxy in front of it",
    }),
    "mx-host/tls-version": prose<Host>({
      ...error,
      source: "RFC 8461 §4.2, RFC 9325 §3.1.1",
      reason:
        "TLS 1.0 and 1.1 are obsolete: senders that honour an enforced policy end the handshake and do not deliver.",
      example: { host },
      message: (a) => `${a.host} offers no TLS version newer than 1.1`,
      fix: () => "enable TLS 1.2 and 1.3 on the mail server",
    }),
    "mx-host/tls-failed": prose<FailedConnection>({
      ...error,
      reason:
        "The handshake that follows STARTTLS fails. Senders that honour an enforced policy do not deliver; others fall back to clear text, and nobody notices.",
      example: { host, kind: "closed", detail: "" },
      message: (a) => `the TLS handshake with ${a.host} fails: ${failureText(a)}`,
      fix: () =>
        "check the mail server's log; `openssl s_client -starttls smtp` shows the same from outside",
    }),
  },
  (subject, add) => {
    for (const { host, probe } of probesOf(subject)) {
      const where = { kind: "mx", host, address: probe.address } as const;
      const fault = faultOf(probe);
      if (fault === null) continue;
      if (fault === "starttls-refused" || fault === "tls-failed") {
        const { failure } = probe;
        const [kind, detail] = [failure?.kind ?? "protocol", failure?.detail ?? ""];
        add(`mx-host/${fault}`, { host, kind, detail }, where);
      } else {
        add(`mx-host/${fault}`, { host }, where);
      }
    }
  },
);

/** Why there was no proper TLS; null: there was, or the connection did not get as far as STARTTLS. */
function faultOf(probe: SmtpProbe) {
  const { failure, startTls, injected, tls } = probe;
  if (injected) return "starttls-injection";
  if (tls !== null && isOldTls(tls)) return "tls-version";
  if (startTls === "not-offered") return "starttls-missing";
  if (failure === null) return tls === null ? "tls-failed" : null;
  if (failure.kind === "missing" || failure.kind === "not-public") return null;
  switch (failure.stage) {
    case "connect":
    case "banner":
    case "ehlo":
      return null;
    case "starttls":
      return "starttls-refused";
    default:
      return failure.kind === "tls-version" ? "tls-version" : "tls-failed";
  }
}
