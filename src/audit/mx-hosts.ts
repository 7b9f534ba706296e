/** The hosts of a domain's MX records. */
import { parseIpv4, parseIpv6 } from "../names/ip-address.ts";
import type { Subject } from "./subject.ts";
import type { MxHostEvidence, SmtpProbe } from "./evidence.ts";

/** One host of the MX records. */
export interface MxHost {
  readonly host: string;
  /** null: it was not observed. */
  readonly seen: MxHostEvidence | null;
}

/** Whether an MX record has an address instead of a host name. */
export function isAddressLiteral(exchange: string): boolean {
  const bare = exchange.replace(/^\[(?:ipv6:)?|\]$/gi, "");
  return parseIpv4(bare) !== null || parseIpv6(bare) !== null;
}

/** Gives each host once, in the order of preference, without null MX and addresses. */
export function mxHostsOf({ evidence, mxHosts }: Subject): readonly MxHost[] {
  if (evidence.mx.status !== "found") return [];
  const sorted = evidence.mx.records.toSorted((a, b) => a.preference - b.preference);
  const names = new Set(sorted.map(({ exchange }) => exchange));
  return [...names]
    .filter((host) => host !== "" && !isAddressLiteral(host))
    .map((host) => ({ host, seen: mxHosts.get(host) ?? null }));
}

/** A probe of one address of an MX host. */
export interface HostProbe {
  readonly host: string;
  readonly probe: SmtpProbe;
}

/** Gives every probe of every MX host. */
export function probesOf(subject: Subject): readonly HostProbe[] {
  return mxHostsOf(subject).flatMap(({ host, seen }) =>
    (seen?.probes ?? []).map((probe) => ({ host, probe })),
  );
}
