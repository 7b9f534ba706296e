/** Opens what looking at the world needs: a DNS client and trusted roots. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { DnsClient } from "../../net/dns/client.ts";
import { systemServers } from "../../net/dns/servers.ts";
import { loadTrustStore, type TrustStore } from "../../net/tls/trust-store.ts";
import { describe } from "../../runtime/system-error.ts";
import type { ProbeOptions } from "./probe-options.ts";

export interface Clients {
  readonly dns: DnsClient;
  readonly trust: TrustStore;
  /** The addresses of the resolvers that are asked. */
  readonly resolverName: string;
  readonly close: () => void;
}

/** DNS answers are fast; no answer after this many milliseconds means that there will be none. */
const dnsTimeoutMs = 10_000;

/** Opens them, or says why that is not possible. */
export function openClients(
  options: Pick<ProbeOptions, "resolver" | "caFile" | "timeoutMs">,
): Result<Clients> {
  const servers = options.resolver === null ? systemServers() : [options.resolver];
  let trust;
  try {
    trust = loadTrustStore(options.caFile);
  } catch (error) {
    const path = options.caFile ?? "";
    return failure(diagnostic("audit/no-certificates", { path, detail: describe(error) }));
  }
  const dns = new DnsClient({ servers, timeoutMs: Math.min(dnsTimeoutMs, options.timeoutMs) });
  return success({
    dns,
    trust,
    resolverName: [...new Set(servers.map(({ address }) => address))].join(", "),
    close: () => {
      dns.close();
    },
  });
}
