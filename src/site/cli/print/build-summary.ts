/** What a build did, and what the user does next: policy first, DNS second. */
import type { Built } from "../../disk/build-site.ts";
import { nextSummary } from "./next-summary.ts";
import { count, paint, type TextOptions } from "../../../cli/text.ts";

/** A build, or one that writes nothing. */
export interface BuildRun extends Built {
  readonly mode: "build" | "dry-run";
}

/** Longer lists are cut or only counted. */
const maxIds = 40;
export const maxFiles = 200;

/** Prints the summary. */
export function buildSummary(built: BuildRun, options: TextOptions): string {
  const { changes, plan, site, mode } = built;
  const lines: string[] = [];
  const verb = mode === "dry-run" ? "would write" : "wrote";
  const counts = [
    `${count(changes.added)} new`,
    `${count(changes.changed)} changed`,
    `${count(changes.stale.length)} deleted`,
    `${count(changes.unchanged)} unchanged`,
  ];
  lines.push(
    `${count(plan.domains.length)} domain${plan.domains.length === 1 ? "" : "s"} → dist/: ${verb} ${counts.join(", ")}`,
  );
  if (mode === "dry-run") {
    for (const one of changes.writes.slice(0, maxFiles)) {
      lines.push(`  ${one.isNew ? "+" : "~"} dist/${one.path}`);
    }
    for (const file of changes.stale.slice(0, maxFiles)) lines.push(`  - dist/${file}`);
    const hidden = changes.added + changes.changed + changes.stale.length - 2 * maxFiles;
    if (hidden > 0) lines.push(`  … (--json lists them all)`);
  }
  lines.push(
    changes.lockText === null
      ? "stspress.lock: unchanged"
      : `stspress.lock: ${mode === "dry-run" ? "would change" : "changed"}; commit it`,
  );
  for (const { domain, from, to } of plan.newIds.slice(0, maxIds)) {
    lines.push(
      `  ${domain}  id ${paint(to, "bold", options)}${from === null ? "" : ` (was ${from})`}`,
    );
  }
  if (plan.newIds.length > maxIds) {
    lines.push(`  … and ${count(plan.newIds.length - maxIds)} more new ids`);
  }
  if (mode === "build") {
    lines.push("To copy the DNS records, open dist/index.html or run `stspress records`");
  }
  const title = mode === "dry-run" ? "After a build" : "Next";
  return `${lines.join("\n")}\n${nextSummary(plan, site, title, options)}`;
}
