/** An audit's verdict → what is recorded of it as evidence. Pure. */
import type { AuditSighting } from "../site/evidence/site-evidence.ts";
import type { AuditVerdict } from "./judge.ts";
import { mxHostsOf, probesOf } from "./mx-hosts.ts";
import { explainFinding, type Finding } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** What is recorded; the reason may hold hostile text. */
export function sightingOf(
  subject: Subject,
  { safe, reason, findings }: AuditVerdict,
): AuditSighting {
  const effective = (effect: string): readonly Finding[] =>
    findings.filter((one) => explainFinding(one).effect === effect);
  return {
    outcome:
      safe === "unknown" && isPort25Alone(subject, effective("unknown")) ? "unmeasured" : safe,
    reason,
    isFromPort25: effective("no").some(({ code }) => code.startsWith("mx-host/")),
    mxHosts:
      subject.evidence.mx.status === "failed" ? null : mxHostsOf(subject).map(({ host }) => host),
  };
}

/** Whether no MX host could be reached from here, and nothing else is unknown. A single host that is silent may be down. */
function isPort25Alone(subject: Subject, unknown: readonly Finding[]): boolean {
  const reached = probesOf(subject).some(({ probe }) => probe.failure === null);
  return !reached && unknown.every(({ code }) => code === "mx-host/unreachable");
}
