/** What the user does next, from what is not live yet: policy first, DNS second. */
import { policyHostOf, type SiteConfig, type TargetName } from "../../../config/site-config.ts";
import { count, paint, type TextOptions } from "../../../cli/text.ts";
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

/** Things that are counted; the first of them are kept. */
class Counted<T> {
  readonly first: T[] = [];
  count = 0;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  add(...more: readonly T[]): void {
    this.count += more.length;
    this.first.push(...more.slice(0, this.#max - this.first.length));
  }

  get isWhole(): boolean {
    return this.count === this.first.length;
  }
}

/** What is pending in the whole site. */
class Tally {
  readonly deploy = new Counted<string>(1);
  readonly moves = new Counted<{ readonly domain: string; readonly move: Move }>(maxMoves);
  readonly host = new Counted<DnsRecord>(maxRecords);
  readonly rest = new Counted<DnsRecord>(maxRecords);
  readonly remove = new Counted<DnsRecord>(maxRecords);
  domains = 0;

  add({ domain, needsDeployment, move, publish, remove }: Pending): void {
    this.domains += 1;
    if (needsDeployment) this.deploy.add(domain);
    this.rest.add(...withoutHost(publish));
    if (move === null) {
      this.host.add(...ofStep(publish, "host"));
      this.remove.add(...remove);
    } else {
      // The host's records are replaced in a step of their own.
      this.moves.add({ domain, move });
      this.remove.add(...withoutHost(remove));
    }
  }
}

function withoutHost(records: readonly DnsRecord[]): readonly DnsRecord[] {
  return records.filter(({ purpose }) => purpose !== "policy-host");
}

/** Prints the steps; an empty text where everything is live. */
export function nextSummary(
  plan: SitePlan,
  site: SiteConfig,
  title: "Next" | "After a build",
  options: TextOptions,
): string {
  const tally = new Tally();
  for (const pending of pendingOfSite(plan)) tally.add(pending);
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

function deploymentSteps({ deploy }: Tally, site: SiteConfig): string[] {
  if (deploy.count === 0) return [];
  const targets = (Object.keys(site.targets) as TargetName[]).map((name) => deploySteps[name]);
  return [`Deploy ${targets.join("; and ")}.`];
}

/** A move is a deployment of its own: the new place has to serve before DNS leads there, the old one as long as caches lead there. */
function moveSteps({ moves }: Tally): string[] {
  const shown = moves.first.map(({ domain, move }) => {
    const host = policyHostOf(domain);
    const at = move.to.host ?? move.to.ipv4[0] ?? `[${move.to.ipv6[0] ?? ""}]`;
    return [
      `${host} moves from ${textOf(move.from)} to ${textOf(move.to)}.`,
      `   Ask the new place first: curl --connect-to ${host}:443:${at}:443 https://${host}/.well-known/mta-sts.txt`,
      `   When it serves the new policy, replace (do not add) the record: stspress records ${domain} --pending --step host`,
      `   Keep the old place serving the new policy for ${formatSpan(move.ttlSeconds)} after that. If it is dead, go on: an address that does not answer does no harm.`,
    ].join("\n");
  });
  const more = moves.count - moves.first.length;
  return more > 0 ? [...shown, `${count(more)} more policy hosts move in the same way.`] : shown;
}

function hostSteps({ host }: Tally): string[] {
  if (host.count === 0) return [];
  const what = "so that senders find the policy hosts";
  return host.isWhole
    ? [`Publish these records ${what}:\n\n${formatZone(host.first, [])}`]
    : [`Publish ${count(host.count)} records ${what}: stspress records --pending --step host`];
}

function checkSteps({ deploy }: Tally): string[] {
  if (deploy.count === 0) return [];
  const others = deploy.count > 1 ? ` and those of ${count(deploy.count - 1)} more` : "";
  return [
    `Check that https://${policyHostOf(deploy.first[0] ?? "")}/.well-known/mta-sts.txt${others} answers with the new policy at every address: stspress live --pending`,
  ];
}

function restSteps({ rest, deploy }: Tally): string[] {
  if (rest.count === 0) return [];
  const last = rest.first.some(({ purpose }) => purpose === "mta-sts")
    ? `, _mta-sts last${deploy.count > 0 ? " and only when the new policy is served: it makes senders fetch it" : ""}`
    : "";
  return rest.isWhole
    ? [`Publish these records${last}:\n\n${formatZone(rest.first, [])}`]
    : [
        `Publish ${count(rest.count)} more records${last}: stspress records --pending --step reports, then --step announce`,
      ];
}

function removeSteps({ remove }: Tally): string[] {
  if (remove.count === 0) return [];
  return remove.isWhole
    ? [`Remove what is no longer wanted:\n\n${formatZone([], remove.first)}`]
    : [
        `Remove ${count(remove.count)} records that are no longer wanted: stspress records --pending`,
      ];
}
