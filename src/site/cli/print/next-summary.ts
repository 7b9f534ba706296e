/** What the user does next, from what is not live yet: policy first, DNS second. */
import { policyHostOf, type SiteConfig, type TargetName } from "../../../config/site-config.ts";
import { paint, type TextOptions } from "../../../cli/text.ts";
import type { DnsRecord } from "../../dns-record.ts";
import { ofStep, pendingOfSite, textOf, type Move, type Pending } from "../../pending.ts";
import type { SitePlan } from "../../plan.ts";
import { formatZone } from "../../record-formats/zone.ts";
import { formatSpan } from "../../stamp.ts";

/** More records are only counted. */
const maxRecords = 60;
/** More moves are only counted. */
const maxMoves = 3;

const deploySteps: Readonly<Record<TargetName, string>> = {
  caddy:
    "dist/site and dist/caddy to the server (start Caddy with the Caddyfile, and reload it whenever dist/caddy changes)",
  nginx: "dist/site and dist/nginx to the server (reload nginx whenever dist/nginx changes)",
  cloudflare:
    "dist/cloudflare as a Cloudflare Pages project (make each policy host a custom domain of it before you publish its CNAME record)",
  "github-pages": "each policy host's folder in dist/github-pages from a repository of its own",
};

/** What is pending, counted; the records themselves where they are few. */
interface Tally {
  readonly deploy: { count: number; first: string };
  readonly moves: { domain: string; move: Move }[];
  moveCount: number;
  readonly host: DnsRecord[];
  hostCount: number;
  readonly rest: DnsRecord[];
  restCount: number;
  readonly remove: DnsRecord[];
  removeCount: number;
  domains: number;
}

/** Prints the steps; an empty text where everything is live. */
export function nextSummary(
  plan: SitePlan,
  site: SiteConfig,
  title: "Next" | "After a build",
  options: TextOptions,
): string {
  const tally = tallyOf(pendingOfSite(plan));
  if (tally.domains === 0) return "";
  const steps = [
    ...deploymentSteps(tally, site),
    ...moveSteps(tally),
    ...hostSteps(tally),
    ...checkSteps(tally),
    ...restSteps(tally),
    ...removeSteps(tally),
    "Record what is live, which looks at every address and name server: stspress live --pending. Then commit stspress.lock.",
  ];
  const numbered = steps.map((text, index) => `${String(index + 1)}. ${text}`);
  return `\n${paint(title, "bold", options)}\n${numbered.join("\n")}\n`;
}

function tallyOf(all: Iterable<Pending>): Tally {
  const tally: Tally = {
    deploy: { count: 0, first: "" },
    moves: [],
    moveCount: 0,
    host: [],
    hostCount: 0,
    rest: [],
    restCount: 0,
    remove: [],
    removeCount: 0,
    domains: 0,
  };
  for (const { domain, needsDeployment, move, publish, remove } of all) {
    tally.domains += 1;
    if (needsDeployment) {
      if (tally.deploy.count === 0) tally.deploy.first = domain;
      tally.deploy.count += 1;
    }
    const host = ofStep(publish, "host");
    const rest = publish.filter(({ purpose }) => purpose !== "policy-host");
    if (move !== null) {
      tally.moveCount += 1;
      if (tally.moves.length < maxMoves) tally.moves.push({ domain, move });
    } else {
      tally.hostCount += host.length;
      if (tally.host.length <= maxRecords) tally.host.push(...host);
    }
    tally.restCount += rest.length;
    if (tally.rest.length <= maxRecords) tally.rest.push(...rest);
    const gone = move === null ? remove : remove.filter(({ purpose }) => purpose !== "policy-host");
    tally.removeCount += gone.length;
    if (tally.remove.length <= maxRecords) tally.remove.push(...gone);
  }
  return tally;
}

function deploymentSteps({ deploy }: Tally, site: SiteConfig): string[] {
  if (deploy.count === 0) return [];
  const targets = (Object.keys(site.targets) as TargetName[]).map((name) => deploySteps[name]);
  return [`Deploy ${targets.join("; and ")}.`];
}

/** A move is a deployment of its own: the new place has to serve before DNS leads there, the old one as long as caches lead there. */
function moveSteps({ moves, moveCount }: Tally): string[] {
  const shown = moves.map(({ domain, move }) => {
    const host = policyHostOf(domain);
    const at = move.to.host ?? move.to.ipv4[0] ?? `[${move.to.ipv6[0] ?? ""}]`;
    return [
      `${host} moves from ${textOf(move.from)} to ${textOf(move.to)}.`,
      `   Ask the new place first: curl --connect-to ${host}:443:${at}:443 https://${host}/.well-known/mta-sts.txt`,
      `   When it serves the new policy, replace (do not add) the record: stspress records ${domain} --pending --step host`,
      `   Keep the old place serving the new policy for ${formatSpan(move.ttlSeconds)} after that. If it is dead, go on: an address that does not answer does no harm.`,
    ].join("\n");
  });
  const more = moveCount - moves.length;
  return more > 0 ? [...shown, `${count(more)} more policy hosts move in the same way.`] : shown;
}

function hostSteps({ host, hostCount }: Tally): string[] {
  if (hostCount === 0) return [];
  const what = "so that senders find the policy hosts";
  return hostCount > maxRecords
    ? [`Publish ${count(hostCount)} records ${what}: stspress records --pending --step host`]
    : [`Publish these records ${what}:\n\n${formatZone(host, [])}`];
}

function checkSteps({ deploy }: Tally): string[] {
  if (deploy.count === 0) return [];
  const others = deploy.count > 1 ? ` and those of ${count(deploy.count - 1)} more` : "";
  return [
    `Check that https://${policyHostOf(deploy.first)}/.well-known/mta-sts.txt${others} answers with the new policy at every address: stspress live --pending`,
  ];
}

function restSteps({ rest, restCount, deploy }: Tally): string[] {
  if (restCount === 0) return [];
  const last = rest.some(({ purpose }) => purpose === "mta-sts")
    ? `, _mta-sts last${deploy.count > 0 ? " and only when the new policy is served: it makes senders fetch it" : ""}`
    : "";
  return restCount > maxRecords
    ? [
        `Publish ${count(restCount)} more records${last}: stspress records --pending --step reports, then --step announce`,
      ]
    : [`Publish these records${last}:\n\n${formatZone(rest, [])}`];
}

function removeSteps({ remove, removeCount }: Tally): string[] {
  if (removeCount === 0) return [];
  return removeCount > maxRecords
    ? [`Remove ${count(removeCount)} records that are no longer wanted: stspress records --pending`]
    : [`Remove what is no longer wanted:\n\n${formatZone([], remove)}`];
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
