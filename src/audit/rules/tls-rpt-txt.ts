/** The TXT record at `_smtp._tls.<domain>`, which says where senders report to. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { firstProblemText, firstProblem, type FirstProblem } from "../first-problem.ts";
import { otherRecords, readTlsRptTxt } from "../txt-reading.ts";
import { dnsFix, dnsWhy, type DnsFailure } from "../failure-texts.ts";

const name = "_smtp._tls.example.com";
const rua = ["mailto:tls-reports@example.com"];

export const tlsRptTxt = defineRule(
  {
    "tls-rpt-txt/unanswered": prose<{ name: string; failure: DnsFailure }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "Senders that cannot read the record send no reports that day. Enforcing does not depend on it, knowing what enforcing does to the mail does.",
      example: { name, failure: "servfail" },
      message: (a) => `the TXT records at ${a.name} are not known: ${dnsWhy(a.failure)}`,
      fix: (a) => dnsFix(a.failure),
    }),
    "tls-rpt-txt/none": prose<{ name: string; unrelated: number }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8460 §3",
      reason: "Without this record no sender reports failures, so a policy is enforced blindly.",
      example: { name, unrelated: 0 },
      message: (a) =>
        a.unrelated === 0
          ? `there is no TXT record at ${a.name}, so no sender reports`
          : `${otherRecords(a.unrelated, a.name)} with "v=TLSRPTv1;", so no sender reports`,
      fix: (a) =>
        `publish at ${a.name} the TXT record \`v=TLSRPTv1; rua=mailto:\` and an address of yours`,
    }),
    "tls-rpt-txt/missing": prose<{ name: string; declared: readonly string[] }>({
      severity: "error",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "The site declares where reports go, and the record that says so is not published. Nobody reports, and the silence reads like success.",
      example: { name, declared: rua },
      message: (a) =>
        `there is no TXT record at ${a.name}, though reports to ${listed(a.declared)} are declared`,
      fix: (a) => `publish at ${a.name} the TXT record that \`stspress records\` prints`,
    }),
    "tls-rpt-txt/several": prose<{ name: string; count: number }>({
      severity: "error",
      effect: "none",
      source: "RFC 8460 §3",
      reason: "If not exactly one record begins with `v=TLSRPTv1;`, senders do not report at all.",
      example: { name, count: 2 },
      message: (a) =>
        `${String(a.count)} TXT records at ${a.name} begin with "v=TLSRPTv1;"; senders then send no reports`,
      fix: () => "put all addresses into one record, separated by commas, and remove the others",
    }),
    "tls-rpt-txt/invalid": prose<{ name: string } & FirstProblem>({
      severity: "error",
      effect: "none",
      source: "RFC 8460 §3",
      reason:
        "Senders that keep to the grammar discard such a record and send no reports. The problem is one of the diagnostics: the same parser reads the site's own texts.",
      example: {
        name,
        problem: "tls-rpt/empty-uri",
        said: "a URI is missing here, after `rua=` or next to a comma",
        advice: "write a URI such as mailto:tls-reports@example.com, or remove the extra comma",
        more: 0,
      },
      message: (a) => `the TXT record at ${a.name} is void: ${firstProblemText(a)}`,
      fix: (a) => a.advice ?? "publish the record that `stspress records` prints",
    }),
    "tls-rpt-txt/loose": prose<{ name: string } & FirstProblem>({
      severity: "warning",
      effect: "none",
      source: "RFC 8460 §3",
      reason: "The record is valid, but senders read it differently, and some may send no reports.",
      example: {
        name,
        problem: "record/duplicate-field",
        said: '"rua" appears twice; most senders use the first, some the last, some neither',
        advice: "keep one",
        more: 0,
      },
      message: (a) =>
        `the TXT record at ${a.name} is read in more than one way: ${firstProblemText(a)}`,
      fix: (a) => a.advice ?? "publish the record that `stspress records` prints",
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
      message: (a) => `reports go to ${listed(a.live)}; declared is ${listed(a.declared)}`,
      fix: (a) => `publish at ${a.name} the TXT record that \`stspress records\` prints`,
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
        const said = firstProblem(reading.problems);
        if (said !== null) add("tls-rpt-txt/invalid", { name, ...said }, where);
        break;
      }
      case "absent": {
        const unrelated = reading.unrelated.length;
        if (wanted === null) add("tls-rpt-txt/none", { name, unrelated }, where);
        else add("tls-rpt-txt/missing", { name, declared: wanted }, where);
        break;
      }
      case "record": {
        const said = firstProblem(reading.warnings);
        if (said !== null) add("tls-rpt-txt/loose", { name, ...said }, where);
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

function listed(uris: readonly string[]): string {
  const shown = uris.slice(0, 3).map(quote).join(", ");
  return uris.length > 3 ? `${shown} and ${String(uris.length - 3)} more` : shown;
}
