/** Whether each MX host can be talked to, at each of its addresses. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { SmtpProbe } from "../evidence.ts";
import { hasAddress } from "../expectation.ts";
import { prose } from "../finding.ts";
import { mxHostsOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { failureWhy } from "../failure-texts.ts";
import type { Failure } from "../../net/failure.ts";

const host = "mx1.example.com";

/** What the last failure was. */
interface Failed {
  readonly host: string;
  readonly kind: Failure["kind"];
  readonly detail: string;
}

const silent: Failed = { host, kind: "timeout", detail: "" };

export const mxHostConnection = defineRule(
  {
    "mx-host/unreachable": prose<Failed>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 8461 §8.4",
      reason:
        "No address of the MX host takes connections on port 25 from here. Many networks and nearly all cloud providers block that port on the way out, so this says nothing about the host until the same is seen from elsewhere.",
      example: silent,
      message: (a) => `${a.host} cannot be reached on port 25: ${failureWhy(a)}`,
      fix: () =>
        "audit from a machine that may send mail; if it is the same there, start the mail server or remove its MX record",
    }),
    "mx-host/address-unreachable": prose<Failed>({
      severity: "warning",
      effect: "none",
      source: "RFC 5321 §5.1",
      reason:
        "Senders go on to the next address, so no mail is lost, but it waits. What cannot be reached cannot be judged either, and may fail in its own way once it is back.",
      example: silent,
      message: (a) => `${a.host} cannot be reached on port 25 at this address: ${failureWhy(a)}`,
      fix: (a) => `let the mail server listen there, or remove the address from ${a.host}`,
    }),
    "mx-host/not-public": prose<{ host: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 6890 §2.2.2",
      reason:
        "Every address of the MX host is private, loopback or reserved: no sender on the Internet can reach it. It was not tried, so that nobody can use an audit to reach private networks.",
      example: { host },
      message: (a) => `${a.host} has no public address, so no sender gets there`,
      fix: () => "publish a public address (in a network of your own, audit with --allow-private)",
    }),
    "mx-host/address-not-public": prose<{ host: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 6890 §2.2.2",
      reason:
        "One of several addresses is private, loopback or reserved. Senders lose time on it, or reach a host of their own network. It was not tried.",
      example: { host },
      message: (a) => `${a.host} has an address that is not public, where no sender gets`,
      fix: (a) =>
        `remove the address from ${a.host} (in a network of your own, audit with --allow-private)`,
    }),
    "mx-host/address-not-tried": prose<Failed>({
      severity: "note",
      effect: "none",
      source: "RFC 8461 §8.4",
      reason:
        "An address could not be tried from here, such as an IPv6 address from a machine without IPv6. The findings about this host are about its other addresses.",
      example: { host, kind: "missing", detail: "no IPv6" },
      message: (a) => `${a.host} was not tried at this address${because(a)}`,
      fix: () =>
        "audit from a machine that can reach it, or check by hand that it behaves like the other addresses",
    }),
    "mx-host/no-greeting": prose<Failed>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §3.1",
      reason:
        "The port is open, and no mail server greets there. Senders hang up and try again later; with a policy or without, no mail arrives.",
      example: silent,
      message: (a) => `${a.host} does not greet as a mail server does: ${failureWhy(a)}`,
      fix: () => "check that the mail server, and nothing else, answers on port 25",
    }),
    "mx-host/rejects-us": prose<Failed & { stage: Failure["stage"] }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 5321 §3.1",
      reason:
        "The server rejects this client, usually because of the reputation of its address, so an audit from here cannot see what other senders see.",
      example: { host, stage: "banner", kind: "rejected", detail: "554 5.7.1 go away" },
      message: (a) =>
        `${a.host} turns us away${a.stage === "ehlo" ? " after EHLO" : ""}${a.detail === "" ? "" : `: ${quote(a.detail)}`}`,
      fix: () => "audit from a machine with an address that sends mail, or later",
    }),
    "mx-host/no-ehlo": prose<Failed>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §3.2",
      reason:
        "Without a reply to EHLO no sender can see that STARTTLS is offered, and no mail arrives.",
      example: silent,
      message: (a) => `${a.host} greets, and gives no reply to EHLO: ${failureWhy(a)}`,
      fix: () => "see the mail server's log; a proxy before it is a usual cause",
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
        add("mx-host/unreachable", failedOf(host, first), everywhere);
      }
      for (const probe of probes) {
        const { failure, address } = probe;
        if (failure === null) continue;
        const where = { kind: "mx", host, address } as const;
        const why = failedOf(host, probe);
        if (failure.kind === "not-public") {
          if (!allHidden) add("mx-host/address-not-public", { host }, where);
        } else if (failure.kind === "missing") {
          if (tried.length > 0) add("mx-host/address-not-tried", why, where);
        } else if (isUnreachable(probe)) {
          if (reachable.length > 0) add("mx-host/address-unreachable", why, where);
        } else if (isTurnedAway(failure)) {
          add("mx-host/rejects-us", { ...why, stage: failure.stage }, where);
        } else if (failure.stage === "banner") add("mx-host/no-greeting", why, where);
        else if (failure.stage === "ehlo") add("mx-host/no-ehlo", why, where);
      }
    }
  },
);

/** Nothing was said at all. */
function isUnreachable({ failure }: SmtpProbe): boolean {
  if (failure === null) return false;
  return failure.stage === "connect" || failure.kind === "not-public";
}

function isTurnedAway({ stage, kind }: Failure): boolean {
  return kind === "rejected" && (stage === "banner" || stage === "ehlo");
}

function failedOf(host: string, probe: SmtpProbe | undefined): Failed {
  const failure = probe?.failure ?? null;
  return { host, kind: failure?.kind ?? "missing", detail: failure?.detail ?? "" };
}

function because({ detail }: Failed): string {
  return detail === "" ? "" : `: ${quote(detail)}`;
}
