/** Evidence and declaration → findings and the verdict. Pure. */
import type { Subject } from "./subject.ts";
import { pluralize } from "./wording.ts";
import { probesOf } from "./mx-hosts.ts";
import { explainFinding, rules, type Finding } from "./rules.ts";

/** Whether the domain's mail would survive an enforced policy. */
export type Safe = "yes" | "no" | "unknown";

export interface AuditVerdict {
  readonly domain: string;
  readonly safe: Safe;
  /** Follows `safe to enforce: no`: one line, the most important reason first. May hold hostile text. */
  readonly reason: string;
  /** In the order of the rules, but urgent ones first. */
  readonly findings: readonly Finding[];
}

/** Judges one domain by every rule. Never throws, whatever the evidence says. */
export function judge(subject: Subject): AuditVerdict {
  const found = rules.flatMap((rule): readonly Finding[] => rule.judge(subject));
  const findings = [...found.filter(isUrgent), ...found.filter((one) => !isUrgent(one))];
  const explained = findings.map((one) => explainFinding(one));
  const against = explained.filter(({ effect }) => effect === "no");
  const open = explained.filter(({ effect }) => effect === "unknown");
  const safe = against.length > 0 ? "no" : open.length > 0 ? "unknown" : "yes";
  const [first, ...rest] = against.length > 0 ? against : open;
  const reason =
    first === undefined
      ? passed(subject)
      : first.message + (rest.length === 0 ? "" : `, and ${String(rest.length)} more`);
  return { domain: subject.domain, safe, reason, findings };
}

/** While this is so, senders store the wrong policy. */
function isUrgent({ code }: Finding): boolean {
  return code === "drift/policy-old";
}

function passed(subject: Subject): string {
  const probes = probesOf(subject).filter(({ probe }) => probe.failure === null);
  const hosts = new Set(probes.map(({ host }) => host));
  return `every MX host would pass: ${pluralize(hosts.size, "host")}, ${pluralize(probes.length, "address")}`;
}
