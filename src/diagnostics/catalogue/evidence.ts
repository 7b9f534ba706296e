import { list, these, type About } from "./about.ts";
import { entry } from "./entry.ts";

const again = (domain: string): string => `\`stspress audit --record ${domain}\``;

/** What audits and reports said, and what can be wrong with the file that records it. */
export const evidenceCodes = {
  "evidence/syntax": entry<{ detail: string }>({
    severity: "warning",
    message: (a) => `this line of stspress.evidence is malformed, and does not count: ${a.detail}`,
    fix: () =>
      "restore the file from version control; or delete the line, and run `stspress audit --record`",
  }),
  "evidence/newer": entry<{ version: number }>({
    severity: "error",
    message: (a) =>
      `stspress.evidence has format ${String(a.version)}; this stspress reads format 1`,
    fix: () => "run the newer stspress that wrote it",
  }),
  "evidence/audit-no": entry<About & { at: string; reason: string }>({
    severity: "error",
    source: "RFC 8461 §5",
    message: (a) => `${these(a)}: enforce is not safe: the audit of ${a.at} says no: ${a.reason}`,
    fix: (a) =>
      `fix what the audit found, then run ${again(a.domain)}; or write a reason under \`skip_evidence:\``,
  }),
  "evidence/reports-failing": entry<About & { at: string; failures: number; sessions: number }>({
    severity: "error",
    source: "RFC 8460 §4",
    message: (a) =>
      `${these(a)}: enforce is not safe: ${a.failures.toLocaleString("en-US")} of ${a.sessions.toLocaleString("en-US")} sessions failed, say the reports that were read on ${a.at}`,
    fix: (a) =>
      `run \`stspress reports page\` to see which hosts fail and why, fix them, then run \`stspress reports status --record ${a.domain}\`; or write a reason under \`skip_evidence:\``,
  }),
  "evidence/mx-uncovered": entry<About & { hosts: readonly string[]; at: string }>({
    severity: "error",
    source: "RFC 8461 §4.1",
    message: (a) =>
      `${these(a)}: no pattern covers ${list(a.hosts)}, which ${a.hosts.length === 1 ? "was" : "were"} in the MX records on ${a.at}: senders would refuse to deliver there`,
    fix: (a) =>
      `add a pattern; or remove the MX record, wait until its TTL has passed, and run ${again(a.domain)}; or write a reason under \`skip_evidence:\``,
  }),
} as const;
