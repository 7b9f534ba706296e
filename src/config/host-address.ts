/** Where a target is reached. */
import { parseDomainName } from "../names/domain-name.ts";
import type { HostAddress, TargetName, YamlPath } from "./site-config.ts";
import { parseIpv4, parseIpv6 } from "../names/ip-address.ts";
import { items } from "./read-settings.ts";
import type { DiagnosticCollector } from "./diagnostic-collector.ts";

export const noAddress: HostAddress = { ipv4: [], ipv6: [], host: null };

/** Reads IP addresses or one host name. Duplicates are dropped. */
export function readAddress(
  written: string | readonly string[] | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): HostAddress {
  if (written === undefined) return noAddress;
  const ipv4 = new Set<string>();
  const ipv6 = new Set<string>();
  const hosts = new Set<string>();
  for (const [at, text] of items(written, path)) {
    const four = parseIpv4(text);
    const six = parseIpv6(text);
    if (four !== null) ipv4.add(four);
    else if (six !== null) ipv6.add(six);
    else {
      const host = readHost(text, at, collector);
      if (host !== null) hosts.add(host);
    }
  }
  const [host = null, another] = hosts;
  if (another !== undefined || (host !== null && ipv4.size + ipv6.size > 0)) {
    collector.add("config/address-mixed", {}, path);
  }
  return { ipv4: [...ipv4], ipv6: [...ipv6], host };
}

/** Reads the host name of a platform that gives no IP address. */
export function readPlatformHost(
  written: string | undefined,
  path: YamlPath,
  target: TargetName & ("cloudflare" | "github-pages"),
  collector: DiagnosticCollector,
): HostAddress {
  if (written === undefined) return noAddress;
  if (parseIpv4(written) !== null || parseIpv6(written) !== null) {
    const example = target === "cloudflare" ? "acme-sts.pages.dev" : "acme.github.io";
    collector.add("config/address-host-only", { target, example }, path);
    return noAddress;
  }
  return { ...noAddress, host: readHost(written, path, collector) };
}

/** Reads the host name of the site that receives reports; null where there is none. */
export function readReportsHost(
  written: string | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): string | null {
  if (written === undefined) return null;
  // What begins like this is a policy host, whose site block there would be twice.
  if (parseIpv4(written) === null && !/^mta-sts\./i.test(written)) {
    return readHost(written, path, collector);
  }
  collector.add("config/reports-host", { text: written }, path);
  return null;
}

function readHost(text: string, path: YamlPath, collector: DiagnosticCollector): string | null {
  // Neither a port, a URL nor a half-written IP address is a matter of name syntax.
  if (/[:/]|(^|\.)\d+$/.test(text)) {
    collector.add("config/address", { text }, path);
    return null;
  }
  return collector.take(path, parseDomainName(text))?.ascii ?? null;
}
