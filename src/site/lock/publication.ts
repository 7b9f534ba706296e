/** How far the publication of a domain's current instance has come, as far as the lock knows. */
import { policyOf, type Instance, type LockedDomain, type Policies } from "./lock.ts";
import { isInOrder } from "./record-look.ts";

/**
 * `unordered`: it is live, but nobody knows whether it was served before it was announced, and an earlier enforce
 * policy waits for that. `spoiled`: it was announced while an earlier policy was served.
 */
export type Publication = "spoiled" | "not-served" | "not-announced" | "unordered" | "live";

/** Tells it of the current instance of a domain. */
export function publicationOf(
  current: Instance,
  { earlier }: Pick<LockedDomain, "earlier">,
  lock: Policies,
): Publication {
  if (current.isSpoiled) return "spoiled";
  if (current.servedAt === null) return "not-served";
  if (current.announcedAt === null) return "not-announced";
  const waits = earlier.some(
    (one) => one.announcedUntil === null && policyOf(lock, one).mode === "enforce",
  );
  return waits && !isInOrder(current) ? "unordered" : "live";
}
