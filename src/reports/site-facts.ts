/** Site and lock → what the judgement of reports needs to know of them. */
import type { DomainFacts, LockedFact, SiteFacts } from "./analysis/locked-facts.ts";
import type { SiteConfig } from "../config/site-config.ts";
import { heldUntil } from "../site/lock/hold.ts";
import { liveAt, policyOf, type Instance, type Lock } from "../site/lock/lock.ts";
import { testedSince } from "../site/lock/testing.ts";

/** Gives the facts; without a site nothing is declared. */
export function siteFactsOf(site: SiteConfig | null, lock: Lock): SiteFacts {
  const declared = new Map<string, string | null>(
    (site?.domains ?? []).map((one) => [one.domain, one.mtaSts?.policy.mode ?? null]),
  );
  const fact = (one: Instance, until: number | null): LockedFact => ({
    id: one.id,
    policy: policyOf(lock, one),
    liveAt: liveAt(one),
    heldUntil: until,
  });
  const knowsAny = declared.size > 0 || lock.domains.size > 0;
  return {
    declared: [...declared.keys()].sort(),
    of: (domain): DomainFacts => {
      const locked = lock.domains.get(domain);
      const current = locked?.current == null ? null : fact(locked.current, null);
      const mode = current?.policy.mode ?? declared.get(domain) ?? null;
      return {
        inSite: !knowsAny || declared.has(domain) || locked !== undefined,
        mode,
        testingSince:
          locked === undefined || current?.policy.mode !== "testing"
            ? null
            : testedSince(locked, current.policy.mx, lock),
        current,
        earlier: locked?.earlier.map((one) => fact(one, heldUntil(locked, one, lock))) ?? [],
      };
    },
  };
}
