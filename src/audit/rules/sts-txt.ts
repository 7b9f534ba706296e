/** The TXT record at `_mta-sts.<domain>`, which announces the policy. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import { isUndeployed } from "../deployment.ts";
import { halfDelegation, hasWildcardAlias } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import {
  exampleProblem,
  firstProblem,
  firstProblemText,
  type FirstProblem,
} from "../first-problem.ts";
import { noRecordText, readStsTxt, textsOf } from "../txt-reading.ts";
import { lookupFailureFix, lookupFailureText, type LookupFailure } from "../failure-text.ts";

const name = "_mta-sts.example.com";

export const stsTxt = defineRule(
  {
    "sts-txt/unanswered": prose<{ name: string; failure: LookupFailure }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 8461 §3.1",
      reason:
        "Senders that get no answer keep the policy that they hold; the others send as if there were none. It is unknown whether the domain has a policy.",
      example: { name, failure: "servfail" },
      message: (a) =>
        `the TXT records at ${a.name} could not be looked up: ${lookupFailureText(a.failure)}`,
      fix: (a) => lookupFailureFix(a.failure),
    }),
    "sts-txt/none": prose<{ name: string; unrelated: number }>({
      // On purpose where TLS-RPT comes first; elsewhere the verdict says enough.
      severity: "warning",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "Without this record no sender fetches a policy. A domain that publishes TLS-RPT alone, as at the beginning of a rollout, is in this state on purpose.",
      example: { name, unrelated: 0 },
      message: (a) =>
        `${noRecordText(a.unrelated, a.name, "v=STSv1;")}, so senders look for no policy`,
      fix: (a) =>
        `serve the policy, then publish the TXT record at ${a.name}: \`stspress records\` prints it`,
    }),
    "sts-txt/several": prose<{ name: string; count: number }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "Exactly one record must begin with `v=STSv1;`. If there are more, senders must act as if there were no policy. Usually an old record was left beside the new one.",
      example: { name, count: 2 },
      message: (a) =>
        `${String(a.count)} TXT records at ${a.name} begin with "v=STSv1;", so senders ignore all of them`,
      fix: () => "keep the record with the id of the policy that is served, and remove the others",
    }),
    "sts-txt/invalid": prose<{ name: string } & FirstProblem>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "Senders that follow the grammar discard such a record, and with it the policy. The problem is one of the [diagnostics](diagnostics.md): the same parser reads the site's own texts.",
      example: {
        name,
        ...exampleProblem("sts-record/id", {
          id: "2026-01-01",
          fault: "character",
          character: "-",
        }),
      },
      message: (a) => `the TXT record at ${a.name} is invalid: ${firstProblemText(a)}`,
      fix: (a) => a.fix ?? "publish the record that `stspress records` prints",
    }),
    "sts-txt/loose": prose<{ name: string } & FirstProblem>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §3.1",
      reason: "The record is valid, but senders read it differently.",
      example: { name, ...exampleProblem("record/duplicate-field", { name: "id" }) },
      message: (a) =>
        `senders read the TXT record at ${a.name} in different ways: ${firstProblemText(a)}`,
      fix: (a) => a.fix ?? "publish the record that `stspress records` prints",
    }),
    "sts-txt/broken-alias": prose<{ name: string; target: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §8.2",
      reason:
        "To delegate a policy, you publish a CNAME at `_mta-sts`. If there is no record at its target, because the provider has not set it up or has removed it, the domain has no policy; and whoever gets control of the target's name can give it one.",
      example: { name, target: "example.com._mta-sts.provider.example" },
      message: (a) => `${a.name} is an alias of ${a.target}, which has no TXT record`,
      fix: (a) => `have the TXT record published at ${a.target}, or correct the CNAME`,
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
      message: (a) =>
        `${a.present} is delegated to ${a.target}, but nothing is published at ${a.missing}`,
      fix: (a) => `publish ${a.missing} too: the CNAME that the provider gives you for it`,
    }),
    "sts-txt/wildcard": prose<{ name: string; found: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 4592 §3.3.1",
      reason:
        "A wildcard record answers for every name below the domain that does not exist, and so for `_mta-sts`. It looks as if something were published there, but it is not the record that senders look for.",
      example: { name, found: "v=spf1 -all" },
      message: (a) =>
        `only a wildcard record of the zone answers at ${a.name}, with ${quote(a.found)}`,
      fix: (a) =>
        `serve the policy, then publish the TXT record at ${a.name} itself: \`stspress records\` prints it`,
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
        const first = firstProblem(reading.problems);
        if (first !== null) add("sts-txt/invalid", { name, ...first }, where);
        break;
      }
      case "record": {
        const first = firstProblem(reading.warnings);
        if (first !== null) add("sts-txt/loose", { name, ...first }, where);
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
        else if (half === null && !isUndeployed(subject)) {
          add("sts-txt/none", { name, unrelated: reading.unrelated.length }, where);
        }
      }
    }
  },
);
