/** What a build did, and what the user does next: policy first, DNS second. */
import { policyHostOf } from "../../../config/site-config.ts";
import { formatZone } from "../../record-formats/zone.ts";
import type { Built } from "../../disk/build-site.ts";
import { liveAt } from "../../lock/lock.ts";
import { siteChanges, tallyChanges } from "../../site-changes.ts";
import { paint, type TextOptions } from "../../../cli/text.ts";

/** A build, or one that writes nothing. */
export interface BuildRun extends Built {
  readonly mode: "build" | "dry-run";
}

/** Longer lists are cut or only counted. */
const maxIds = 40;
export const maxFiles = 200;
const maxRecords = 60;

const deploySteps: Readonly<Record<string, string>> = {
  caddy:
    "dist/site and dist/caddy to the server (start Caddy with the Caddyfile, and reload it whenever dist/caddy changes)",
  nginx: "dist/site and dist/nginx to the server (reload nginx whenever dist/nginx changes)",
  cloudflare:
    "dist/cloudflare as a Cloudflare Pages project (make each policy host a custom domain of it before you publish its CNAME record)",
  "github-pages": "each policy host's folder in dist/github-pages from a repository of its own",
};

/** Prints the summary. */
export function buildSummary(built: BuildRun, options: TextOptions): string {
  const { changes, plan, mode } = built;
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
  if (mode === "build") lines.push(...reminders(built));
  return `${lines.join("\n")}\n${nextSteps(built, options)}`;
}

/** What the user should know whether or not this build changed anything. */
function reminders({ plan }: BuildRun): string[] {
  const waiting = plan.domains.filter(
    ({ locked }) => locked.current !== null && liveAt(locked.current) === null,
  );
  const lines: string[] = [];
  if (waiting.length > plan.newIds.length) {
    const [first] = waiting;
    lines.push(
      waiting.length === 1
        ? `1 policy is not recorded as live: once deployed, run \`stspress live ${first?.config.domain ?? ""}\``
        : `${count(waiting.length)} policies are not recorded as live: once deployed, run \`stspress live --all\``,
    );
  }
  lines.push("To copy the DNS records, open dist/index.html or run `stspress records`");
  return lines;
}

/** What to do with what changed, in the order that is safe. */
function nextSteps({ plan, site, lockBefore, mode }: BuildRun, options: TextOptions): string {
  const records = tallyChanges(siteChanges(plan, lockBefore), maxRecords);
  const { total, publish, remove } = records;
  if (total === 0 && plan.newIds.length === 0) return "";
  const steps: string[] = [];
  const [first] = plan.newIds;
  if (first !== undefined) {
    const targets = Object.keys(site.targets).map((name) => deploySteps[name] ?? name);
    steps.push(`Deploy ${targets.join("; or ")}.`);
    const others = plan.newIds.length > 1 ? ", and the other policy hosts theirs" : "";
    const newHosts = records.leadsToPolicyHost
      ? "Publish the A, AAAA and CNAME records of the mta-sts hosts below: senders cannot find the server without them.\n   Then check"
      : "Check";
    steps.push(
      `${newHosts} that https://${policyHostOf(first.domain)}/.well-known/mta-sts.txt serves the new policy${others}.`,
    );
    steps.push(
      `Record that this is live: stspress live ${plan.newIds.length > 3 ? "--all" : plan.newIds.map((one) => one.domain).join(" ")}`,
    );
  }
  if (total > 0) {
    const last =
      first === undefined
        ? ""
        : ", _mta-sts last: it makes senders fetch the policy, which must be served by then";
    steps.push(
      total > maxRecords
        ? `Publish the ${count(total)} DNS records that changed${last}: stspress records --changed`
        : `Publish the DNS records that changed${last}:\n\n${formatZone(publish, remove)}`,
    );
  }
  const title = mode === "dry-run" ? "After a build" : "Next";
  return `\n${paint(title, "bold", options)}\n${steps.map((text, index) => `${String(index + 1)}. ${text}`).join("\n")}\n`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
