/** Opens what observing needs: a DNS client, trusted roots, an observer. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { DnsClient } from "../../net/dns/client.ts";
import { systemServers } from "../../net/dns/servers.ts";
import { Observer } from "./observer.ts";
import { loadTrustStore } from "../../net/tls/trust-store.ts";
import type { ProbeOptions } from "../../live/probe/probe-options.ts";
import { describe } from "../../runtime/system-error.ts";

export interface ProbeSession {
  readonly observer: Observer;
  readonly close: () => void;
}

/** DNS answers are fast; no answer after this many milliseconds means that there will be none. */
const dnsTimeoutMs = 10_000;

/** Opens a session, or says why that is not possible. `now` gives Unix seconds. */
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
