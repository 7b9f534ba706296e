/** What a build did, as data. */
import type { Built } from "../../disk/build-site.ts";
import { joinChanges, siteChanges } from "../../site-changes.ts";

/** The JSON of `build` and `check`. */
export function buildJson({ changes, plan, lockBefore }: Built): object {
  const { added, changed, removed } = joinChanges(siteChanges(plan, lockBefore));
  return {
    domains: plan.domains.length,
    files: {
      added: changes.writes.filter((one) => one.isNew).map((one) => one.path),
      changed: changes.writes.filter((one) => !one.isNew).map((one) => one.path),
      deleted: changes.stale,
      unchanged: changes.unchanged,
    },
    lock: changes.lockText === null ? "unchanged" : "changed",
    ids: plan.newIds,
    records: { added, changed, removed },
  };
}
