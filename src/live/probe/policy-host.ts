/** Looks at every address of a domain's policy host, and at those that DNS named recently. */
import net from "node:net";
import { addressesOf } from "../../net/dns/zone-servers.ts";
import type { DnsClient } from "../../net/dns/client.ts";
import { get, type Exchange } from "../../net/https/get.ts";
import type { TrustStore } from "../../net/tls/trust-store.ts";
import type { AddressLook, Look } from "../../site/lock/look.ts";
import type { UnixSeconds } from "../../site/stamp.ts";
import { chainFaults } from "../chain-faults.ts";
import { parseHttpDate } from "../date-ahead.ts";
import { mayBeOrderingCertificate, readPolicyAnswer } from "../policy-answer.ts";
import type { Deadline } from "./deadline.ts";

export interface PolicyHostOptions {
  readonly dns: DnsClient;
  readonly trust: TrustStore;
  readonly httpsPort: number;
  /** How long one connection may take. */
  readonly timeoutMs: number;
  /** Whether to connect to private, loopback and reserved addresses. */
  readonly allowPrivate: boolean;
  readonly now: () => UnixSeconds;
}

/** What was seen of a policy host. */
export interface PolicyHostLook extends Pick<Look, "host" | "addresses"> {
  /** How far each response's `Date` was ahead, in seconds; of those whose certificate is the host's, its dates aside. */
  readonly datesAhead: readonly number[];
  /** Whether a handshake failed as it does while a certificate is being ordered. */
  readonly mayBeOrderingCertificate: boolean;
}

const path = "/.well-known/mta-sts.txt";
/** Somebody who publishes a thousand addresses does not get a thousand connections. */
const maxAddresses = 16;
/** Further ones that are listed as not looked at. */
const maxListed = 64;

interface AddressSeen {
  readonly look: AddressLook;
  readonly dateAhead: number | null;
  readonly mayBeOrdering: boolean;
}

/** Asks every address at once, each as a sender would. Never rejects. */
export async function lookAtPolicyHost(
  options: PolicyHostOptions,
  host: string,
  previousAddresses: readonly string[],
  deadline: Deadline,
): Promise<PolicyHostLook> {
  const found = await deadline.within(addressesOf(options.dns, host), null);
  const addresses = [...new Set([...(found?.addresses ?? []), ...previousAddresses])];
  const seen = await Promise.all(
    addresses.slice(0, maxAddresses).map((one) => lookAtAddress(options, host, one, deadline)),
  );
  const tooMany = `there are more than ${String(maxAddresses)} addresses`;
  const others = addresses.slice(maxAddresses, maxListed).map((one) => notLookedAt(one, tooMany));
  return {
    // With one family unknown, an address that serves something else may be overlooked.
    host:
      found === null || found.isIncomplete
        ? "unknown"
        : found.addresses.length > 0
          ? "found"
          : "absent",
    addresses: [...seen, ...others].map(({ look }) => look),
    datesAhead: seen.flatMap(({ dateAhead }) => dateAhead ?? []),
    mayBeOrderingCertificate: seen.some(({ mayBeOrdering }) => mayBeOrdering),
  };
}

async function lookAtAddress(
  { trust, httpsPort, timeoutMs, allowPrivate, now }: PolicyHostOptions,
  host: string,
  address: string,
  deadline: Deadline,
): Promise<AddressSeen> {
  // An address from a file may be anything, and a name would be looked up.
  if (net.isIP(address) === 0) return notLookedAt(address, "it is not an IP address");
  if (deadline.isOver) return notLookedAt(address, "there was no time left");
  const limit = Math.min(timeoutMs, deadline.leftMs);
  const seen = await get(
    { host, address, port: httpsPort, trust, timeoutMs: limit, allowPrivate },
    path,
  );
  const at = now();
  return {
    look: readPolicyAnswer(address, host, seen, at),
    dateAhead: dateAheadOf(seen, host, at),
    mayBeOrdering: mayBeOrderingCertificate(seen),
  };
}

/** A wrong clock here makes good certificates look expired, and that is when the difference matters. */
function dateAheadOf({ tls, head }: Exchange, host: string, at: UnixSeconds): number | null {
  if (tls === null || head === null) return null;
  const dates: readonly string[] = ["expired", "not-yet-valid"];
  if (chainFaults(tls, host, at).some(({ fault }) => !dates.includes(fault))) return null;
  const date = parseHttpDate(head.fields.get("date")?.[0]);
  return date === null ? null : date - at;
}

function notLookedAt(address: string, detail: string): AddressSeen {
  return {
    look: { address, kind: "not-looked-at", detail },
    dateAhead: null,
    mayBeOrdering: false,
  };
}
