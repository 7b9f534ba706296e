/** Words what the lock records of a domain that is not wholly live, and what is next. */
import { publicationOf } from "../site/lock/publication.ts";
import type { Look } from "../site/lock/look.ts";
import type { Recorded } from "./record-sightings.ts";

/** Says what is there and what is missing, to follow the domain and a colon. */
export function stateOf({ after, lock }: Recorded): string {
  const { current } = after;
  if (current === null) return "an earlier policy may still be published";
  const { id, servedAt, announcedAt } = current;
  switch (publicationOf(current, after, lock)) {
    case "spoiled":
      return `policy ${id} was announced while an earlier one was served`;
    case "unordered":
      return `policy ${id} is live, but whether it was served before it was announced is not known, so the hold of the earlier policy has no end`;
    case "live":
      return `policy ${id} is live; its DNS records are not as built, or an earlier policy was seen`;
    default: {
      const served = servedAt === null ? "not served everywhere" : "served";
      const announced = announcedAt === null ? "not announced everywhere" : "announced";
      return `policy ${id} is ${served}, ${announced}`;
    }
  }
}

/** Says what the user does next; null: nothing that this says better than the look itself. */
export function nextOf({ domain, after, lock, sight }: Recorded): string | null {
  const { current } = after;
  if (current === null) return null;
  switch (publicationOf(current, after, lock)) {
    case "spoiled":
      return "build again, which gives a new id, then deploy and look before you publish it";
    case "not-served":
      return "deploy dist/ so that every address serves the policy, then look again";
    case "not-announced":
      if (sight.kind === "look" && isSilenceAlone(sight.look, current.id)) {
        return "repair the name server that does not answer, or look again every half hour: after three looks without an answer it no longer counts";
      }
      return `stspress records ${domain} --pending --step announce, then look again`;
    case "unordered":
      return `stspress build --new-id ${domain}; or, if the policy was served before its id was announced, stspress live --policy-first ${domain}`;
    case "live":
      return null;
  }
}

/** Whether every server that answered gives the id, so that only silence is in the way. */
function isSilenceAlone({ servers }: Look, id: string): boolean {
  const answered = servers.filter(({ kind }) => kind !== "silent" && kind !== "not-looked-at");
  return (
    answered.length > 0 &&
    answered.every((one) => one.kind === "set-aside" || (one.kind === "id" && one.id === id))
  );
}
