/** What the policy host answers instead of a policy, at each of its addresses. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { PolicyFetch } from "../evidence.ts";
import { expectsPolicy } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { bodyBytes, insteadOf, servedPolicies } from "../served-policy.ts";
import type { FailedConnection } from "../failure-text.ts";
import { failureText } from "../../live/failure-text.ts";
import type { Failure } from "../../net/failure.ts";

const host = "mta-sts.example.com";
const source = "RFC 8461 §3.3";
const error = { severity: "error", effect: "no", source } as const;

interface Host {
  readonly host: string;
}
interface Broken extends FailedConnection {
  readonly stage: Failure["stage"];
}

export const policyHostResponse = defineRule(
  {
    "policy-host/redirect": prose<Host & { status: number; location: string | null }>({
      ...error,
      reason:
        "Senders must not follow redirects, because anyone who can redirect the request could serve a policy of their own. Content management systems and web hosts often redirect by default.",
      example: { host, status: 301, location: "https://www.example.com/" },
      message: (a) =>
        `${a.host} answers ${String(a.status)}${a.location === null ? ", a redirect without a target" : ` and redirects to ${quote(a.location)}`}; senders do not follow redirects`,
      fix: (a) =>
        `serve the policy at https://${a.host}/.well-known/mta-sts.txt itself, with status 200`,
    }),
    "policy-host/status": prose<Host & { status: number }>({
      ...error,
      reason:
        "Only an answer with status 200 is a policy. With any other status, senders keep the policy that they hold.",
      example: { host, status: 404 },
      message: (a) => `${a.host} answers ${String(a.status)} where the policy should be`,
      fix: (a) =>
        a.status === 404
          ? `deploy the policy file to /.well-known/mta-sts.txt of ${a.host}; some tools skip folders that begin with a dot`
          : `serve the policy at https://${a.host}/.well-known/mta-sts.txt with status 200`,
    }),
    "policy-host/challenge": prose<Host>({
      ...error,
      reason:
        "A challenge page checks for a human visitor. Senders are programs, so they never see the policy, although a browser shows it.",
      example: { host },
      message: (a) =>
        `${a.host} answers with a challenge page for browsers, which no sender can pass`,
      fix: (a) => `exempt ${a.host} from bot protection and challenges`,
    }),
    "policy-host/html": prose<Host>({
      ...error,
      reason:
        "Web hosts show a page with status 200 for a site that they do not know, and single-page applications for every path.",
      example: { host },
      message: (a) => `${a.host} serves a web page where the policy should be`,
      fix: (a) => `serve the policy as plain text at https://${a.host}/.well-known/mta-sts.txt`,
    }),
    "policy-host/encoded": prose<Host & { encoding: string }>({
      ...error,
      reason:
        "The answer is compressed although the request did not allow it. Senders then read bytes that are not a policy.",
      example: { host, encoding: "gzip" },
      message: (a) =>
        `${a.host} serves the policy with the content encoding ${quote(a.encoding)}, which the request did not allow`,
      fix: () => "serve the file uncompressed, unless the request accepts an encoding",
    }),
    "policy-host/too-large": prose<Host>({
      ...error,
      reason:
        "Senders may stop reading after 64 kilobytes, and a policy that is cut off is not a policy. A policy with a hundred patterns has three.",
      example: { host },
      message: (a) => `${a.host} serves more than 65536 bytes; senders stop reading there`,
      fix: () =>
        "use wildcard patterns or fewer mx lines, or find out what is served instead of the policy",
    }),
    "policy-host/slow": prose<Broken>({
      ...error,
      reason:
        "Senders wait for a minute at most, many for less, and then give up. Some delay the mail while they wait.",
      example: { host, stage: "headers", kind: "timeout", detail: "" },
      message: (a) =>
        a.stage === "body"
          ? `${a.host} does not finish sending the policy in time`
          : `${a.host} accepts the request but does not answer in time`,
      fix: () => "serve the policy as a static file, without a program behind it",
    }),
    "policy-host/broken-off": prose<Broken>({
      ...error,
      reason:
        "The answer ends before it is complete, or is not HTTP. Senders must not use part of a policy.",
      example: { host, stage: "body", kind: "closed", detail: "" },
      message: (a) =>
        `the answer of ${a.host} breaks off in the ${a.stage === "body" ? "body" : "header fields"}: ${failureText(a)}`,
      fix: () => "check the web server's error log; a wrong Content-Length is a usual cause",
    }),
    "policy-host/bodies-differ": prose<Host & { addresses: readonly string[] }>({
      ...error,
      source: "RFC 8461 §3.1",
      reason:
        "One id stands for one policy. If the addresses serve different policies, chance decides which one a sender holds, and for how long.",
      example: { host, addresses: ["192.0.2.10", "2001:db8::10"] },
      message: (a) =>
        `${a.host} serves different policies at ${a.addresses.slice(0, 4).join(" and ")}`,
      fix: () => "deploy the same dist/ to every address of the policy host",
    }),
  },
  (subject, add) => {
    if (!expectsPolicy(subject)) return;
    const { policyHost } = subject.evidence;
    const { host } = policyHost;
    for (const fetch of policyHost.fetches) {
      const where = { kind: "policy-host", host, address: fetch.address } as const;
      const { status, location } = fetch;
      const instead = insteadOf(fetch);
      if (instead === "redirect") {
        add("policy-host/redirect", { host, status: status ?? 0, location }, where);
      } else if (instead === "status") {
        add("policy-host/status", { host, status: status ?? 0 }, where);
      } else if (instead === "encoded") {
        add("policy-host/encoded", { host, encoding: fetch.contentEncoding ?? "" }, where);
      } else if (instead !== null) {
        add(`policy-host/${instead}`, { host }, where);
      } else {
        const broken = brokenness(fetch);
        if (broken === "too-large") add("policy-host/too-large", { host }, where);
        else if (broken !== null) {
          const { failure } = fetch;
          const stage = failure?.stage ?? "body";
          const [kind, detail] = [failure?.kind ?? "protocol", failure?.detail ?? ""];
          add(`policy-host/${broken}`, { host, stage, kind, detail }, where);
        }
      }
    }
    const live = servedPolicies(policyHost);
    if (live.length > 1) {
      const addresses = live.map(({ address }) => address);
      const where = { kind: "policy-host", host, address: null } as const;
      add("policy-host/bodies-differ", { host, addresses }, where);
    }
  },
);

/** Why the answer is incomplete; null: it is complete, or there was no connection. */
function brokenness(fetch: PolicyFetch): "slow" | "too-large" | "broken-off" | null {
  const { failure, status, body } = fetch;
  if (failure === null) {
    if (status === null || body === null || bodyBytes(body) === null) return "broken-off";
    return body.complete ? null : "too-large";
  }
  if (failure.stage === "connect" || failure.stage === "tls") return null;
  if (failure.kind === "not-public" || failure.kind === "missing") return null;
  if (failure.kind === "timeout") return "slow";
  return failure.kind === "too-large" && failure.stage === "body" ? "too-large" : "broken-off";
}
