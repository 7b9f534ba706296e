/** Whether the policy host can be reached over HTTPS, at each of its addresses. */
import type { PolicyFetch } from "../evidence.ts";
import { expectsPolicy, hasAddress } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { isOldTls } from "../tls-protocol.ts";
import { detailText, failedConnection, type FailedConnection } from "../failure-text.ts";
import { failureText } from "../../live/failure-text.ts";

const host = "mta-sts.example.com";
const source = "RFC 8461 §3.3";

const refused: FailedConnection = { host, kind: "refused", detail: "" };

export const policyHostConnection = defineRule(
  {
    "policy-host/unreachable": prose<FailedConnection>({
      severity: "error",
      effect: "no",
      source,
      reason:
        "No address of the policy host answers on port 443. Senders use the policy that they hold, and have none once it expires.",
      example: refused,
      message: (a) => `${a.host} does not answer over HTTPS: ${failureText(a)}`,
      fix: () => "start the web server, and open port 443 to everybody",
    }),
    "policy-host/address-unreachable": prose<FailedConnection>({
      severity: "error",
      effect: "no",
      source,
      reason:
        "One of several addresses does not answer. Senders that try it first find no policy, and not all of them try the next address, so for some senders there is no policy.",
      example: refused,
      message: (a) => `${a.host} does not answer over HTTPS at this address: ${failureText(a)}`,
      fix: (a) => `make the web server listen there, or remove the address from ${a.host}`,
    }),
    "policy-host/not-public": prose<{ host: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 6890 §2.2.2",
      reason:
        "The address is private, loopback or reserved: no sender on the Internet can reach it. The audit did not try it, so that nobody can use an audit to reach private networks.",
      example: { host },
      message: (a) => `${a.host} has an address that is not public, so senders cannot reach it`,
      fix: () => "publish public addresses only (to audit your own network, use --allow-private)",
    }),
    "policy-host/not-tried": prose<FailedConnection>({
      severity: "warning",
      effect: "unknown",
      source,
      reason:
        "No address could be tried from this machine, such as IPv6 addresses from a machine without IPv6. It is unknown whether a policy is served.",
      example: { host, kind: "missing", detail: "no IPv6" },
      message: (a) => `${a.host} was not tried at any address${detailText(a)}`,
      fix: () => "audit from a machine that can reach it",
    }),
    "policy-host/address-not-tried": prose<FailedConnection>({
      severity: "note",
      effect: "none",
      source,
      reason:
        "An address could not be tried from this machine, such as an IPv6 address from a machine without IPv6. The findings about this host are about its other addresses.",
      example: { host, kind: "missing", detail: "no IPv6" },
      message: (a) => `${a.host} was not tried at this address${detailText(a)}`,
      fix: () =>
        "audit from a machine that can reach it, or check by hand that it behaves like the other addresses",
    }),
    "policy-host/tls-version": prose<{ host: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.3, RFC 9325 §3.1.1",
      reason:
        "TLS 1.0 and 1.1 are obsolete: senders end the handshake, and accept no policy from the host.",
      example: { host },
      message: (a) => `${a.host} offers no TLS version newer than 1.1`,
      fix: () => "enable TLS 1.2 and 1.3 on the web server",
    }),
    "policy-host/tls-failed": prose<FailedConnection>({
      severity: "error",
      effect: "no",
      source,
      reason:
        "The port is open, but the TLS handshake fails. Often the host is not configured there at all: a web server without a certificate for the name hangs up.",
      example: { host, kind: "closed", detail: "" },
      message: (a) => `the TLS handshake with ${a.host} fails: ${failureText(a)}`,
      fix: (a) =>
        `check that the web server speaks TLS on port 443 and has a certificate for ${a.host}`,
    }),
  },
  (subject, add) => {
    if (!expectsPolicy(subject)) return;
    const { policyHost } = subject.evidence;
    const { host, fetches } = policyHost;
    const everywhere = { kind: "policy-host", host, address: null } as const;
    const tried = fetches.filter(({ failure }) => failure?.kind !== "missing");
    const public_ = tried.filter(({ failure }) => failure?.kind !== "not-public");
    const dead = public_.filter(isUnreachable);
    const [first] = dead;
    const allDead = dead.length === public_.length;
    if (first !== undefined && allDead) {
      add("policy-host/unreachable", failedConnection(host, first.failure), everywhere);
    }
    if (tried.length === 0 && hasAddress(policyHost)) {
      add("policy-host/not-tried", failedConnection(host, fetches[0]?.failure ?? null), everywhere);
    }
    for (const fetch of fetches) {
      const { failure, tls, address } = fetch;
      const where = { kind: "policy-host", host, address } as const;
      if (tls !== null && isOldTls(tls)) add("policy-host/tls-version", { host }, where);
      if (failure === null) {
        const none = { host, kind: "protocol", detail: "" } as const;
        if (tls === null) add("policy-host/tls-failed", none, where);
        continue;
      }
      const args = failedConnection(host, failure);
      if (failure.kind === "not-public") add("policy-host/not-public", { host }, where);
      else if (failure.kind === "missing") {
        if (tried.length > 0) add("policy-host/address-not-tried", args, where);
      } else if (isUnreachable(fetch)) {
        if (!allDead) add("policy-host/address-unreachable", args, where);
      } else if (failure.stage === "tls") {
        if (failure.kind !== "tls-version") add("policy-host/tls-failed", args, where);
        else if (tls === null) add("policy-host/tls-version", { host }, where);
      }
    }
  },
);

/** A host that accepts connections but sends nothing counts as unreachable. */
function isUnreachable({ failure }: PolicyFetch): boolean {
  if (failure === null) return false;
  return failure.stage === "connect" || (failure.stage === "tls" && failure.kind === "timeout");
}
