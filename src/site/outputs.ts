/** The plan → the files of `dist/`, in the order in which they are written. */
import { delegatedRecords, delegationZoneFile, domainZoneFile } from "./dns-files.ts";
import type { DnsRecord } from "./dns-record.ts";
import type { SiteConfig } from "./config.ts";
import type { Output } from "./output.ts";
import { recordsOfPlanned, type SitePlan } from "./plan.ts";
import { needsSiteTree, outputsOfTargets } from "./targets/targets.ts";
import { policyPath } from "./targets/target.ts";

/** Lists every file but the records page, lazily: policies, servers' configuration, records. */
export function* outputsOf(site: SiteConfig, plan: SitePlan): Generator<Output> {
  if (needsSiteTree(site.targets)) {
    for (const { host, policyText } of plan.publications) {
      yield { path: `site/${host}${policyPath}`, phase: "policy", text: policyText };
    }
  }
  yield* outputsOfTargets(plan.publications, site.targets);
  const delegated = new Map<string, DnsRecord[]>();
  const zones = new Set<string>();
  for (const planned of plan.domains) {
    const records = recordsOfPlanned(planned);
    yield domainZoneFile(planned.config.domain, records);
    zones.add(planned.config.zone);
    for (const record of delegatedRecords(records)) {
      const list = delegated.get(record.zone);
      if (list === undefined) delegated.set(record.zone, [record]);
      else list.push(record);
    }
  }
  for (const [zone, records] of delegated) {
    yield delegationZoneFile({
      zone,
      records,
      settings: site.delegationZone?.zone === zone ? site.delegationZone : null,
      serial: plan.lock.zones.get(zone)?.serial ?? 1,
      isMailDomain: plan.domains.some(({ config }) => config.domain === zone),
      holdsMailDomains: zones.has(zone),
    });
  }
}
