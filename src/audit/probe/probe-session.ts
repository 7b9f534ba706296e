/** Opens what is needed to look at the world: a DNS client, roots to trust, an observer. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { DnsClient } from "../../net/dns/client.ts";
import { systemServers } from "../../net/dns/servers.ts";
import { Observer } from "./observer.ts";
import { loadTrustStore } from "../../net/tls/trust-store.ts";
import type { ProbeOptions } from "./probe-options.ts";
import { describe } from "../../runtime/system-error.ts";

export interface ProbeSession {
  readonly observer: Observer;
  readonly close: () => void;
}

/** DNS answers are small and near: who has not answered after this many milliseconds will not. */
const dnsTimeoutMs = 10_000;

/** Opens them, or says why they cannot be had. `now` gives Unix seconds. */
export function openProbeSession(options: ProbeOptions, now: () => number): Result<ProbeSession> {
  const servers = options.resolver === null ? systemServers() : [options.resolver];
  let trust;
  try {
    trust = loadTrustStore(options.caFile);
  } catch (error) {
    const path = options.caFile ?? "";
    return failure(diagnostic("audit/no-certificates", { path, detail: describe(error) }));
  }
  const dns = new DnsClient({ servers, timeoutMs: Math.min(dnsTimeoutMs, options.timeoutMs) });
  const observer = new Observer({ ...options, dns, trust, now });
  return success({
    observer,
    close: () => {
      dns.close();
    },
  });
}
