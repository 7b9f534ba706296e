/** Words what the lock records of a domain that is not wholly live. */
import { isInOrder } from "../site/lock/record-look.ts";
import type { Recorded } from "./record-sightings.ts";

/** Says what is there and what is missing, to follow the domain and a colon. */
export function stateOf({ after }: Recorded): string {
  const { current } = after;
  if (current === null) return "an earlier policy may still be published";
  const served = current.servedAt === null ? "not served everywhere" : "served";
  const announced = current.announcedAt === null ? "not announced everywhere" : "announced";
  if (current.isSpoiled)
    return `policy ${current.id} was announced while an earlier one was served`;
  if (current.servedAt !== null && current.announcedAt !== null) {
    return isInOrder(current)
      ? `policy ${current.id} is live; its DNS records are not as built, or an earlier policy was seen`
      : `policy ${current.id} is live, but whether it was served before it was announced is not known, so the hold of the earlier policy has no end`;
  }
  return `policy ${current.id} is ${served}, ${announced}`;
}
