/** The plan → what the records page shows. */
import type { Policy } from "../mta-sts/policy.ts";
import type { Digest } from "./lock/lock-text.ts";
import { heldInstances, holdOf } from "./lock/hold.ts";
import { liveAt, type Policies } from "./lock/lock.ts";
import type { PageData, PageDomain, PagePolicy } from "./page-data.ts";
import { recordsKeyOf } from "./outputs.ts";
import type { DnsRecord } from "./dns-record.ts";
import { recordsOfPlanned, type PlannedDomain, type SitePlan } from "./plan.ts";

/** Digests of fewer would be as long as what they name, of more as large as a page. */
const linesPerDigest = 1000;

/** Names everything that the page says, without the work of saying it. */
export function pageKeyOf(version: string, plan: SitePlan, now: number, digest: Digest): string {
  const digests: string[] = [];
  let lines = [version];
  for (const planned of plan.domains) {
    const { config, locked } = planned;
    const instances = [...heldInstances(locked, plan.lock, now), locked.current];
    lines.push(
      [
        recordsKeyOf(planned),
        config.unicode ?? "",
        config.target,
        String(locked.current === null ? null : liveAt(locked.current)),
        String(holdOf(locked, plan.lock, now)),
        ...instances.map((one) => one?.digest ?? "-"),
      ].join(" "),
    );
    if (lines.length < linesPerDigest) continue;
    digests.push(digest(lines.join("\n")));
    lines = [];
  }
  return [...digests, digest(lines.join("\n"))].join(" ");
}

/** Gathers the page's data. `zoneTextOf` gives the rendered text of a domain's zone file, given its records. */
export function pageDataOf(
  version: string,
  plan: SitePlan,
  now: number,
  zoneTextOf: (domain: string, records: readonly DnsRecord[]) => string,
): PageData {
  const policies: PagePolicy[] = [];
  const indexes = new Map<string, number>();
  const indexOf = (digest: string): number => {
    let index = indexes.get(digest);
    if (index === undefined) {
      const locked = plan.lock.policies.get(digest);
      if (locked === undefined) throw new Error(`the plan lost the policy text ${digest}`);
      index = policies.push(pagePolicy(locked.policy, locked.text)) - 1;
      indexes.set(digest, index);
    }
    return index;
  };
  // Every policy is numbered before the first domain is asked for.
  for (const { locked } of plan.domains) {
    for (const one of locked.earlier) indexOf(one.digest);
    if (locked.current !== null) indexOf(locked.current.digest);
  }
  function* domains(): Generator<PageDomain> {
    for (const planned of plan.domains) {
      const records = recordsOfPlanned(planned);
      const zoneText = zoneTextOf(planned.config.domain, records);
      yield pageDomain(planned, plan.lock, now, indexOf, records, zoneText);
    }
  }
  return { version, policies, domains: domains() };
}

function pagePolicy({ mode, mx, maxAgeSeconds }: Policy, text: string): PagePolicy {
  return { mode, mx, maxAge: maxAgeSeconds, text };
}

function pageDomain(
  planned: PlannedDomain,
  lock: Policies,
  now: number,
  indexOf: (digest: string) => number,
  records: readonly DnsRecord[],
  zoneText: string,
): PageDomain {
  const { config, locked } = planned;
  const { current } = locked;
  const held = heldInstances(locked, lock, now).map((one) => indexOf(one.digest));
  return {
    domain: config.domain,
    ...(config.unicode === null ? {} : { unicode: config.unicode }),
    id: current?.id ?? null,
    policy: current === null ? null : indexOf(current.digest),
    target: config.target,
    live: current === null ? null : liveAt(current),
    hold: holdOf(locked, lock, now),
    held: [...new Set(held)],
    zone: config.zone,
    delegation: config.delegation,
    records: records.map((record) => ({
      name: record.name,
      type: record.type,
      ttl: record.ttlSeconds,
      value: record.value,
      purpose: record.purpose,
      zone: record.zone,
      once: record.once,
    })),
    zoneText,
  };
}
