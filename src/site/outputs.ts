/** The plan → the files of `dist/`, in the order in which they are written. */
import type { SiteConfig } from "../config/site-config.ts";
import { delegationZoneFile, domainZoneFile, domainZoneTemplate } from "./dns-files.ts";
import { delegatedRecords } from "./dns-record.ts";
import type { KeyedOutput, SiteOutput } from "./output.ts";
import { recordsOfPlanned, type PlannedDomain, type SitePlan } from "./plan.ts";
import { needsSiteTree, outputsOfTargets } from "./targets/targets.ts";
import { policyPath } from "./targets/target.ts";

/**
 * Lists every file, lazily: policies, servers' configuration, records. `page` is the records page; it
 * comes before the zone files, since making it takes long enough for the policies to be written meanwhile.
 * `zoneTextAt` gives the text of a domain's zone file, by the domain's place in the plan, where the page
 * was made from it; else null.
 */
export function* outputsOf(
  site: SiteConfig,
  plan: SitePlan,
  page: () => KeyedOutput,
  zoneTextAt: (index: number) => string | null = () => null,
): Generator<SiteOutput> {
  if (needsSiteTree(site.targets)) {
    for (const { host, policyText } of plan.publications) {
      yield { kind: "fixed", path: `site/${host}${policyPath}`, phase: "policy", text: policyText };
    }
  }
  yield* outputsOfTargets(plan.publications, site.targets);
  yield page();
  const delegated = new Map<string, PlannedDomain[]>();
  for (const [index, planned] of plan.domains.entries()) {
    yield zoneOutputOf(planned, () => zoneTextAt(index));
    const { delegation } = planned.shape;
    if (delegation === null) continue;
    const list = delegated.get(delegation);
    if (list === undefined) delegated.set(delegation, [planned]);
    else list.push(planned);
  }
  for (const [zone, domains] of delegated) {
    const records = domains.flatMap((planned) => delegatedRecords(recordsOfPlanned(planned)));
    if (records.length === 0) continue;
    yield delegationZoneFile({
      zone,
      records,
      settings: site.delegationZone?.zone === zone ? site.delegationZone : null,
      serial: plan.lock.zones.get(zone)?.serial ?? 1,
      isMailDomain: plan.domains.some(({ config }) => config.domain === zone),
      holdsMailDomains: plan.domains.some(({ config }) => config.zone === zone),
    });
  }
}

/** The zone file of a domain. Name, shape and id are all that its records are made from. */
function zoneOutputOf(planned: PlannedDomain, rendered: () => string | null): KeyedOutput {
  const { domain } = planned.config;
  return {
    path: `dns/${domain}.zone`,
    kind: "keyed",
    phase: "record",
    key: recordsKeyOf(planned),
    templates: [domainZoneTemplate],
    make: () => domainZoneFile(domain, recordsOfPlanned(planned)),
    rendered,
  };
}

/** Names the records of a domain: the same name, the same records. */
export function recordsKeyOf({ config, locked }: PlannedDomain): string {
  return `${config.domain} ${locked.shape ?? "-"} ${locked.current?.id ?? "-"}`;
}
