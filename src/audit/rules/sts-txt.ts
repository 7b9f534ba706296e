/** The TXT record at `_mta-sts.<domain>`, which announces the policy. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import { isStillAtHome } from "../deployment.ts";
import { halfDelegation, hasWildcardAlias } from "../expectation.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { firstProblemText, firstProblem, type FirstProblem } from "../first-problem.ts";
import { otherRecords, readStsTxt, textsOf } from "../txt-reading.ts";
import { dnsFix, dnsWhy, type DnsFailure } from "../failure-texts.ts";

const name = "_mta-sts.example.com";

export const stsTxt = defineRule(
  {
    "sts-txt/unanswered": prose<{ name: string; failure: DnsFailure }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 8461 §3.1",
      reason:
        "Senders that get no answer keep the policy they hold, and those that hold none send as if there were none. Neither says whether the domain has a policy.",
      example: { name, failure: "servfail" },
      message: (a) => `the TXT records at ${a.name} are not known: ${dnsWhy(a.failure)}`,
      fix: (a) => dnsFix(a.failure),
    }),
    "sts-txt/none": prose<{ name: string; unrelated: number }>({
      // By intent where TLS-RPT comes first; elsewhere the verdict says enough.
      severity: "warning",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "Without this record no sender asks for a policy. A domain that publishes TLS-RPT alone, as a rollout begins, is in this state on purpose.",
      example: { name, unrelated: 0 },
      message: (a) =>
        a.unrelated === 0
          ? `there is no TXT record at ${a.name}, so senders look for no policy`
          : `${otherRecords(a.unrelated, a.name)} with "v=STSv1;", so senders look for no policy`,
      fix: (a) =>
        `once the policy is served, publish at ${a.name} the TXT record that \`stspress records\` prints`,
    }),
    "sts-txt/several": prose<{ name: string; count: number }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "If not exactly one record begins with `v=STSv1;`, senders must act as if there were no policy. It is mostly an old record that was left beside the new one.",
      example: { name, count: 2 },
      message: (a) =>
        `${String(a.count)} TXT records at ${a.name} begin with "v=STSv1;"; senders then act as if there were none`,
      fix: () => "keep the record with the id of the policy that is served, and remove the others",
    }),
    "sts-txt/invalid": prose<{ name: string } & FirstProblem>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "Senders that keep to the grammar discard such a record, and with it the policy. The problem is one of the diagnostics: the same parser reads the site's own texts.",
      example: {
        name,
        problem: "sts-record/id",
        said: 'the id "2026-01-01" has the character "-"; only ASCII letters and digits are allowed',
        advice: "write `id=20260101`, if no earlier policy had that id",
        more: 0,
      },
      message: (a) => `the TXT record at ${a.name} is void: ${firstProblemText(a)}`,
      fix: (a) => a.advice ?? "publish the record that `stspress records` prints",
    }),
    "sts-txt/loose": prose<{ name: string } & FirstProblem>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §3.1",
      reason: "The record counts, but not every sender reads it alike.",
      example: {
        name,
        problem: "record/duplicate-field",
        said: '"id" appears twice; most senders use the first, some the last, some neither',
        advice: "keep one",
        more: 0,
      },
      message: (a) =>
        `the TXT record at ${a.name} is read in more than one way: ${firstProblemText(a)}`,
      fix: (a) => a.advice ?? "publish the record that `stspress records` prints",
    }),
    "sts-txt/broken-alias": prose<{ name: string; target: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §8.2",
      reason:
        "Who delegates a policy publishes a CNAME at `_mta-sts`. When nothing is at its end, because the provider has not set it up or has removed it, the domain has no policy; who can claim the name at the end can give it one.",
      example: { name, target: "example.com._mta-sts.provider.example" },
      message: (a) => `${a.name} is an alias of ${a.target}, where no TXT record is`,
      fix: (a) => `let the TXT record be published at ${a.target}, or correct the CNAME`,
    }),
    "sts-txt/half-delegated": prose<{ present: string; target: string; missing: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §8.2",
      reason:
        "A delegated policy needs both names: `_mta-sts` for its id and `mta-sts` for its host. With only one of them, senders find an id without a policy, or a policy without an id.",
      example: {
        present: name,
        target: "example.com._mta-sts.provider.example",
        missing: "mta-sts.example.com",
      },
      message: (a) => `${a.present} is delegated to ${a.target}, but ${a.missing} is not there`,
      fix: (a) => `publish ${a.missing} too: the CNAME that the provider names for it`,
    }),
    "sts-txt/wildcard": prose<{ name: string; found: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 4592 §3.3.1",
      reason:
        "A wildcard answers for every name below the domain that does not exist, `_mta-sts` among them. It looks as if something were published there, and it is not the record that senders look for.",
      example: { name, found: "v=spf1 -all" },
      message: (a) =>
        `at ${a.name} nothing answers but a wildcard of the zone, with ${quote(a.found)}`,
      fix: (a) =>
        `once the policy is served, publish at ${a.name} itself the TXT record that \`stspress records\` prints`,
    }),
  },
  (subject, add) => {
    const { evidence } = subject;
    const { stsTxt, wildcardTxt } = evidence;
    const { name } = stsTxt;
    const where = { kind: "dns", name } as const;
    const half = halfDelegation(subject);
    if (half !== null) add("sts-txt/half-delegated", half, { kind: "dns", name: half.missing });
    const reading = readStsTxt(evidence);
    switch (reading.kind) {
      case "unanswered":
        add("sts-txt/unanswered", { name, failure: stsTxt.failure }, where);
        break;
      case "several":
        add("sts-txt/several", { name, count: reading.count }, where);
        break;
      case "invalid": {
        const said = firstProblem(reading.problems);
        if (said !== null) add("sts-txt/invalid", { name, ...said }, where);
        break;
      }
      case "record": {
        const said = firstProblem(reading.warnings);
        if (said !== null) add("sts-txt/loose", { name, ...said }, where);
        break;
      }
      case "absent": {
        const target = stsTxt.aliases.at(-1);
        const everywhere = new Set(textsOf(wildcardTxt));
        const found = reading.unrelated.find((text) => everywhere.has(text));
        if (found !== undefined) add("sts-txt/wildcard", { name, found }, where);
        else if (target !== undefined && hasWildcardAlias(evidence)) {
          add("sts-txt/wildcard", { name, found: target }, where);
        } else if (target !== undefined) add("sts-txt/broken-alias", { name, target }, where);
        else if (half === null && !isStillAtHome(subject)) {
          add("sts-txt/none", { name, unrelated: reading.unrelated.length }, where);
        }
      }
    }
  },
);
