/** The TXT record at `_smtp._tls.<domain>`, which says where senders send their reports. */
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import {
  exampleProblem,
  firstProblem,
  firstProblemText,
  type FirstProblem,
} from "../first-problem.ts";
import { noRecordText, readTlsRptTxt } from "../txt-reading.ts";
import { listQuoted } from "../wording.ts";
import { lookupFailureFix, lookupFailureText, type LookupFailure } from "../failure-text.ts";

const name = "_smtp._tls.example.com";
const rua = ["mailto:tls-reports@example.com"];

export const tlsRptTxt = defineRule(
  {
    "tls-rpt-txt/unanswered": prose<{ name: string; failure: LookupFailure }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "Senders that cannot read the record send no reports that day. You can enforce a policy without reports, but then you do not see what it does to your mail.",
      example: { name, failure: "servfail" },
      message: (a) =>
        `the TXT records at ${a.name} could not be looked up: ${lookupFailureText(a.failure)}`,
      fix: (a) => lookupFailureFix(a.failure),
    }),
    "tls-rpt-txt/none": prose<{ name: string; unrelated: number }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8460 §3",
      reason: "Without this record no sender reports failures, so a policy is enforced blindly.",
      example: { name, unrelated: 0 },
      message: (a) =>
        `${noRecordText(a.unrelated, a.name, "v=TLSRPTv1;")}, so no sender sends reports`,
      fix: (a) =>
        `publish a TXT record at ${a.name}: \`v=TLSRPTv1; rua=mailto:\` and an address of yours`,
    }),
    "tls-rpt-txt/missing": prose<{ name: string; declared: readonly string[] }>({
      severity: "error",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "The site declares where reports go, but the record that says so is not published. No sender reports, and the silence looks like success.",
      example: { name, declared: rua },
      message: (a) =>
        `the site declares reports to ${listQuoted(a.declared)}, but there is no TXT record at ${a.name}`,
      fix: (a) => `publish the TXT record at ${a.name}: \`stspress records\` prints it`,
    }),
    "tls-rpt-txt/several": prose<{ name: string; count: number }>({
      severity: "error",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "Exactly one record must begin with `v=TLSRPTv1;`. If there are more, senders send no reports.",
      example: { name, count: 2 },
      message: (a) =>
        `${String(a.count)} TXT records at ${a.name} begin with "v=TLSRPTv1;", so no sender sends reports`,
      fix: () => "put all addresses into one record, separated by commas, and remove the others",
    }),
    "tls-rpt-txt/invalid": prose<{ name: string } & FirstProblem>({
      severity: "error",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "Senders that follow the grammar discard such a record and send no reports. The problem is one of the [diagnostics](diagnostics.md): the same parser reads the site's own texts.",
      example: { name, ...exampleProblem("tls-rpt/empty-uri", {}) },
      message: (a) => `the TXT record at ${a.name} is invalid: ${firstProblemText(a)}`,
      fix: (a) => a.fix ?? "publish the record that `stspress records` prints",
    }),
    "tls-rpt-txt/loose": prose<{ name: string } & FirstProblem>({
      severity: "warning",
      effect: "none",
      source: "RFC 8460 §3",
      reason: "The record is valid, but senders read it differently, and some may send no reports.",
      example: { name, ...exampleProblem("record/duplicate-field", { name: "rua" }) },
      message: (a) =>
        `senders read the TXT record at ${a.name} in different ways: ${firstProblemText(a)}`,
      fix: (a) => a.fix ?? "publish the record that `stspress records` prints",
    }),
    "tls-rpt-txt/differs": prose<{
      name: string;
      live: readonly string[];
      declared: readonly string[];
    }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "Reports say who could not send mail to the domain, and from where. They should go only where the site says.",
      example: { name, live: ["mailto:old@example.net"], declared: rua },
      message: (a) =>
        `reports go to ${listQuoted(a.live)}, but the site declares ${listQuoted(a.declared)}`,
      fix: (a) => `publish the TXT record at ${a.name}: \`stspress records\` prints it`,
    }),
  },
  ({ declared, evidence }, add) => {
    const { tlsRptTxt } = evidence;
    const { name } = tlsRptTxt;
    const where = { kind: "dns", name } as const;
    const wanted = declared?.rua ?? null;
    const reading = readTlsRptTxt(evidence);
    switch (reading.kind) {
      case "unanswered":
        add("tls-rpt-txt/unanswered", { name, failure: tlsRptTxt.failure }, where);
        break;
      case "several":
        add("tls-rpt-txt/several", { name, count: reading.count }, where);
        break;
      case "invalid": {
        const first = firstProblem(reading.problems);
        if (first !== null) add("tls-rpt-txt/invalid", { name, ...first }, where);
        break;
      }
      case "absent": {
        const unrelated = reading.unrelated.length;
        if (wanted === null) add("tls-rpt-txt/none", { name, unrelated }, where);
        else add("tls-rpt-txt/missing", { name, declared: wanted }, where);
        break;
      }
      case "record": {
        const first = firstProblem(reading.warnings);
        if (first !== null) add("tls-rpt-txt/loose", { name, ...first }, where);
        const live = reading.value.rua;
        if (wanted !== null && !sameUris(live, wanted)) {
          add("tls-rpt-txt/differs", { name, live, declared: wanted }, where);
        }
      }
    }
  },
);

function sameUris(a: readonly string[], b: readonly string[]): boolean {
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && [...one].every((uri) => other.has(uri));
}
