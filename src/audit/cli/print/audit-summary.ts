/** The end of an audit of several domains: how many are safe, which are not, what was recorded live. */
import type { Safe } from "../../judge.ts";
import { changedLines, paint, printable, type TextOptions } from "../../../cli/text.ts";
import type { RecordedLook } from "../../probe/record-live.ts";

export interface AuditCounts {
  readonly domains: number;
  readonly yes: number;
  readonly no: number;
  readonly unknown: number;
}

/** Longer lists are cut, and the rest is counted. */
const maxListed = 60;

/** Formats it; "" if one domain was audited and nothing recorded, because its block says everything. */
export function auditSummary(
  counts: AuditCounts,
  notSafe: readonly { readonly domain: string; readonly safe: Safe; readonly reason: string }[],
  recorded: RecordedLook | null,
  options: TextOptions,
): string {
  const lines: string[] = [];
  if (counts.domains > 1) {
    const { domains, yes, no, unknown } = counts;
    lines.push(
      `${String(domains)} domains: ${String(yes)} safe to enforce, ${String(no)} not, ${String(unknown)} unknown`,
    );
    for (const { domain, safe, reason } of notSafe.slice(0, maxListed)) {
      const verdict = paint(safe, safe === "no" ? "error" : "warning", options);
      lines.push(`  ${printable(domain)}: ${verdict}, ${printable(reason)}`);
    }
    const more = notSafe.length - maxListed;
    if (more > 0) lines.push(`  and ${String(more)} more`);
  }
  if (recorded !== null) lines.push(...recordedLines(recorded));
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

function recordedLines({ live: recorded, evidenceLines }: RecordedLook): string[] {
  const lines: string[] = [];
  for (const { domain, id, live, missing } of recorded.slice(0, maxListed)) {
    const state =
      live !== null && missing === null
        ? `has been live since ${live}${id === null ? "" : ` (id ${printable(id)})`}`
        : `is not recorded as live: ${missing ?? "no policy"}`;
    lines.push(`stspress.lock: ${printable(domain)} ${state}`);
  }
  const unlisted = recorded.length - maxListed;
  if (unlisted > 0) lines.push(`stspress.lock: and ${String(unlisted)} more`);
  if (recorded.length === 0) {
    lines.push("stspress.lock: unchanged, everything is recorded as live already");
  }
  lines.push(
    evidenceLines === 0
      ? "stspress.evidence: unchanged"
      : changedLines("stspress.evidence", evidenceLines),
  );
  return lines;
}
