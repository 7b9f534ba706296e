/** Whether each MX host answers, at each of its addresses. */
import type { SmtpProbe } from "../evidence.ts";
import { hasAddress } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { mxHostsOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { detailText, failedConnection, type FailedConnection } from "../failure-text.ts";
import { failureText } from "../../live/failure-text.ts";
import type { Failure } from "../../net/failure.ts";

const host = "mx1.example.com";

const silent: FailedConnection = { host, kind: "timeout", detail: "" };

export const mxHostConnection = defineRule(
  {
    "mx-host/unreachable": prose<FailedConnection>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 8461 §8.4",
      reason:
        "No address of the MX host accepts connections on port 25 from here. Many networks and nearly all cloud providers block outgoing connections to that port, so this says nothing about the host until you see the same from elsewhere.",
      example: silent,
      message: (a) => `${a.host} cannot be reached on port 25: ${failureText(a)}`,
      fix: () =>
        "audit from a machine that may send mail; if the result is the same, start the mail server or remove its MX record",
    }),
    "mx-host/address-unreachable": prose<FailedConnection>({
      severity: "warning",
      effect: "none",
      source: "RFC 5321 §5.1",
      reason:
        "Senders try the next address, so no mail is lost, but it is delayed. The address could not be probed either, and may have other faults.",
      example: silent,
      message: (a) => `${a.host} cannot be reached on port 25 at this address: ${failureText(a)}`,
      fix: (a) => `make the mail server listen there, or remove the address from ${a.host}`,
    }),
    "mx-host/not-public": prose<{ host: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 6890 §2.2.2",
      reason:
        "Every address of the MX host is private, loopback or reserved: no sender on the Internet can reach it. The audit did not try it, so that nobody can use an audit to reach private networks.",
      example: { host },
      message: (a) => `${a.host} has no public address, so no sender can reach it`,
      fix: () => "publish a public address (to audit your own network, use --allow-private)",
    }),
    "mx-host/address-not-public": prose<{ host: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 6890 §2.2.2",
      reason:
        "One of several addresses is private, loopback or reserved. Senders lose time on it, or reach a host in their own network. The audit did not try it.",
      example: { host },
      message: (a) => `${a.host} has an address that is not public, so senders cannot reach it`,
      fix: (a) =>
        `remove the address from ${a.host} (to audit your own network, use --allow-private)`,
    }),
    "mx-host/address-not-tried": prose<FailedConnection>({
      severity: "note",
      effect: "none",
      source: "RFC 8461 §8.4",
      reason:
        "An address could not be tried from this machine, such as an IPv6 address from a machine without IPv6. The findings about this host are about its other addresses.",
      example: { host, kind: "missing", detail: "no IPv6" },
      message: (a) => `${a.host} was not tried at this address${detailText(a)}`,
      fix: () =>
        "audit from a machine that can reach it, or check by hand that it behaves like the other addresses",
    }),
    "mx-host/no-greeting": prose<FailedConnection>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §3.1",
      reason:
        "The port is open, but no mail server sends a greeting. Senders hang up and try again later: no mail arrives, with or without a policy.",
      example: silent,
      message: (a) => `${a.host} sends no SMTP greeting: ${failureText(a)}`,
      fix: () => "check that the mail server, and nothing else, answers on port 25",
    }),
    "mx-host/rejects-us": prose<FailedConnection & { stage: Failure["stage"] }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 5321 §3.1",
      reason:
        "The server rejects this client, usually because of the reputation of its address, so an audit from here cannot see what other senders see.",
      example: { host, stage: "banner", kind: "rejected", detail: "554 5.7.1 go away" },
      message: (a) =>
        `${a.host} rejects this client${a.stage === "ehlo" ? " after EHLO" : ""}${detailText(a)}`,
      fix: () => "audit later, or from a machine whose address sends mail",
    }),
    "mx-host/no-ehlo": prose<FailedConnection>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §3.2",
      reason:
        "Without a reply to EHLO no sender can see that STARTTLS is offered, and no mail arrives.",
      example: silent,
      message: (a) => `${a.host} sends a greeting, but no reply to EHLO: ${failureText(a)}`,
      fix: () => "check the mail server's log; a proxy in front of it is a usual cause",
    }),
  },
  (subject, add) => {
    for (const { host, seen } of mxHostsOf(subject)) {
      if (seen === null) continue;
      const everywhere = { kind: "mx", host, address: null } as const;
      const { probes } = seen;
      const tried = probes.filter(({ failure }) => failure?.kind !== "missing");
      const reachable = tried.filter((probe) => !isUnreachable(probe));
      const hidden = tried.filter(({ failure }) => failure?.kind === "not-public");
      const allHidden = hidden.length > 0 && hidden.length === probes.length;
      if (allHidden) add("mx-host/not-public", { host }, everywhere);
      else if (reachable.length === 0 && hasAddress(seen)) {
        const [first] = [...tried.filter((one) => !hidden.includes(one)), ...probes];
        add("mx-host/unreachable", failedConnection(host, first?.failure ?? null), everywhere);
      }
      for (const probe of probes) {
        const { failure, address } = probe;
        if (failure === null) continue;
        const where = { kind: "mx", host, address } as const;
        const args = failedConnection(host, failure);
        if (failure.kind === "not-public") {
          if (!allHidden) add("mx-host/address-not-public", { host }, where);
        } else if (failure.kind === "missing") {
          if (tried.length > 0) add("mx-host/address-not-tried", args, where);
        } else if (isUnreachable(probe)) {
          if (reachable.length > 0) add("mx-host/address-unreachable", args, where);
        } else if (isRejected(failure)) {
          add("mx-host/rejects-us", { ...args, stage: failure.stage }, where);
        } else if (failure.stage === "banner") add("mx-host/no-greeting", args, where);
        else if (failure.stage === "ehlo") add("mx-host/no-ehlo", args, where);
      }
    }
  },
);

/** The server sent nothing at all. */
function isUnreachable({ failure }: SmtpProbe): boolean {
  if (failure === null) return false;
  return failure.stage === "connect" || failure.kind === "not-public";
}

function isRejected({ stage, kind }: Failure): boolean {
  return kind === "rejected" && (stage === "banner" || stage === "ehlo");
}
