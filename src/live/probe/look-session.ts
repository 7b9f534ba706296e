/** Opens what looking needs, a DNS client and trusted roots, and looks at domains of the lock. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { DnsClient } from "../../net/dns/client.ts";
import { systemServers } from "../../net/dns/servers.ts";
import { loadTrustStore } from "../../net/tls/trust-store.ts";
import { describe } from "../../runtime/system-error.ts";
import type { DnsShape } from "../../site/dns-records.ts";
import type { Lock } from "../../site/lock/lock.ts";
import { recordsOfLocked } from "../../site/plan.ts";
import type { Sight } from "../record-sights.ts";
import { lookAtAll } from "./look-at-all.ts";
import { Looker } from "./looker.ts";
import { missingRecords } from "./missing-records.ts";
import type { ProbeOptions } from "./probe-options.ts";

export interface LookSession {
  /** Looks at domains in order; their policy hosts, name servers and records. */
  readonly lookAt: (
    domains: readonly string[],
    lock: Lock,
    progress: (done: number, total: number) => void,
  ) => Promise<readonly Sight[]>;
  readonly close: () => void;
}

/** DNS answers are fast; no answer after this many milliseconds means that there will be none. */
const dnsTimeoutMs = 10_000;

/** Opens a session, or says why that is not possible. `now` gives Unix seconds. */
export function openLookSession(options: ProbeOptions, now: () => number): Result<LookSession> {
  const servers = options.resolver === null ? systemServers() : [options.resolver];
  let trust;
  try {
    trust = loadTrustStore(options.caFile);
  } catch (error) {
    const path = options.caFile ?? "";
    return failure(diagnostic("audit/no-certificates", { path, detail: describe(error) }));
  }
  const dns = new DnsClient({ servers, timeoutMs: Math.min(dnsTimeoutMs, options.timeoutMs) });
  const resolverName = servers[0]?.address ?? "";
  const looker = new Looker({ ...options, dns, trust, now, resolverName });
  return success({
    lookAt: async (domains, lock, progress) => {
      const requests = domains.map((domain) => ({
        domain,
        previousAddresses: previousAddresses(lock, domain),
      }));
      const sights: Sight[] = [];
      await lookAtAll(
        looker,
        requests,
        { concurrency: options.concurrency, progress },
        async (look) => {
          const missing = await missingRecords(dns, recordsOfLocked(lock, look.domain));
          sights.push({ kind: "look", look, missingRecords: missing });
        },
      );
      return sights;
    },
    close: () => {
      dns.close();
    },
  });
}

/** Where the policy host was before it moved: resolvers may lead there for the TTL. */
function previousAddresses(lock: Lock, domain: string): readonly string[] {
  const locked = lock.domains.get(domain);
  if (locked?.liveShape == null || locked.liveShape === locked.shape) return [];
  const before: DnsShape | undefined = lock.shapes.get(locked.liveShape);
  return [...(before?.address?.ipv4 ?? []), ...(before?.address?.ipv6 ?? [])];
}
