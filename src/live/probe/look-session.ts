/** Opens what looking needs, a DNS client and trusted roots, and looks at domains of the lock. */
import { success, type Result } from "../../diagnostics/result.ts";
import { mapInOrder } from "../../runtime/map-in-order.ts";
import type { Lock } from "../../site/lock/lock.ts";
import type { Look } from "../../site/lock/look.ts";
import { recordsOfLocked } from "../../site/plan.ts";
import type { Sighting } from "../record-sightings.ts";
import { lookAtAll } from "./look-at-all.ts";
import { openClients } from "./clients.ts";
import { Looker } from "./looker.ts";
import { missingRecords } from "./missing-records.ts";
import type { ProbeOptions } from "./probe-options.ts";

export interface LookSession {
  /** Looks at domains in order; their policy hosts, name servers and records. */
  readonly lookAt: (
    domains: readonly string[],
    lock: Lock,
    progress: (done: number, total: number) => void,
  ) => Promise<readonly Sighting[]>;
  readonly close: () => void;
}

/** Opens a session, or says why that is not possible. `now` gives Unix seconds. */
export function openLookSession(options: ProbeOptions, now: () => number): Result<LookSession> {
  const clients = openClients(options);
  if (!clients.ok) return clients;
  const { dns, close } = clients.value;
  const looker = new Looker({ ...options, ...clients.value, now });
  return success({
    lookAt: async (domains, lock, progress) => {
      const requests = domains.map((domain) => ({
        domain,
        previousAddresses: previousAddresses(lock, domain),
      }));
      const { concurrency } = options;
      const looks: Look[] = [];
      await lookAtAll(looker, requests, { concurrency, progress }, (look) => {
        looks.push(look);
      });
      const seen: Sighting[] = [];
      const withRecords = async (look: Look): Promise<Sighting> => {
        const missing = await missingRecords(dns, recordsOfLocked(lock, look.domain));
        return { kind: "look", look, missingRecords: missing };
      };
      await mapInOrder(looks, concurrency, withRecords, (sighting) => {
        seen.push(sighting);
      });
      return seen;
    },
    close,
  });
}

/** Where the policy host was before it moved: resolvers may lead there for the TTL. */
function previousAddresses(lock: Lock, domain: string): readonly string[] {
  const locked = lock.domains.get(domain);
  if (locked?.liveShape == null || locked.liveShape === locked.shape) return [];
  const before = lock.shapes.get(locked.liveShape);
  return [...(before?.address?.ipv4 ?? []), ...(before?.address?.ipv6 ?? [])];
}
