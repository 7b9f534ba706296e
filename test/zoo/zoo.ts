/** Starts every server of the zoo on loopback: the DNS, the policy hosts, the MX hosts. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type net from "node:net";
import { startZooDns } from "./dns.ts";
import { namesOf, policyText, type Names, type Standing, type ZooEntry } from "./entry.ts";
import { Identities } from "./identities.ts";
import { makeMxServer, type MxServer, type ReceivingHost } from "./mx-server.ts";
import { makePolicyServer, type PolicyServer, type ServedHost } from "./policy-server.ts";
import { buildSite, pagesHost, type BuiltInstances } from "./site.ts";
import { Sockets } from "./sockets.ts";
import { Zone } from "./zone.ts";

export interface ZooOptions {
  readonly entries: readonly ZooEntry[];
  /** The compiled program, which builds the site of the declared domains. */
  readonly program: string;
}

export interface Zoo {
  /** Of all entries, those that this machine can keep: without IPv6 it cannot keep what needs it. */
  readonly entries: readonly ZooEntry[];
  /** `address:port` of the DNS server. */
  readonly resolver: string;
  readonly httpsPort: number;
  readonly smtpPort: number;
  /** The root certificate that the zoo's hosts lead to, PEM. */
  readonly caFile: string;
  /** The site that declares some of the domains. */
  readonly siteFolder: string;
  close(): Promise<void>;
}

/** What listens at each address, by host name. */
type Standings<H> = Map<string, Map<string, H>>;

const ipv6 = "::1";

/** Starts the zoo. Every host has an address of its own below 127.0.0.0/8, so that all can use the same ports. */
export async function startZoo({ entries: wanted, program }: ZooOptions): Promise<Zoo> {
  const hasIpv6 = Object.values(os.networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === ipv6),
  );
  const entries = wanted.filter((entry) => hasIpv6 || !needsIpv6(entry));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-zoo-"));
  const sockets = new Sockets();
  try {
    const identities = await Identities.make();
    const caFile = path.join(folder, "ca.pem");
    fs.writeFileSync(caFile, identities.rootPem);
    const siteFolder = path.join(folder, "site");
    const plan = new Plan(identities);
    const built = buildSite(siteFolder, entries, plan.sharedAddress, program);
    plan.zone.address(pagesHost, plan.sharedAddress);
    for (const entry of entries) await plan.add(entry, built.get(entry.name) ?? null);
    const [policyServers, mxServers] = await plan.servers(sockets);
    const httpsPort = await listenAll(policyServers, sockets);
    const smtpPort = await listenAll(mxServers, sockets);
    const dns = await startZooDns(plan.zone);
    return {
      entries,
      resolver: dns.resolver,
      httpsPort,
      smtpPort,
      caFile,
      siteFolder,
      close: async () => {
        await Promise.all([dns.close(), sockets.close()]);
        fs.rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await sockets.close();
    fs.rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function needsIpv6({ policyHost = [], mx = [] }: ZooEntry): boolean {
  const servers = [...policyHost, ...mx.flatMap((host) => host.servers ?? [])];
  return servers.some(({ at }) => at === "ipv6");
}

/** Listens at every address on one port: the system chooses it at the first, and it is most likely free at the others. */
async function listenAll(
  servers: ReadonlyMap<string, net.Server>,
  sockets: Sockets,
): Promise<number> {
  let port = 0;
  for (const [address, server] of servers) port = await sockets.listen(server, address, port);
  return port;
}

/** Gathers who stands where, and what the DNS says of it. */
class Plan {
  readonly zone = new Zone();
  readonly sharedAddress: string;
  readonly #identities: Identities;
  readonly #policyHosts: Standings<ServedHost> = new Map();
  readonly #mxHosts: Standings<ReceivingHost> = new Map();
  #addresses = 0;

  constructor(identities: Identities) {
    this.#identities = identities;
    this.sharedAddress = this.#nextAddress();
  }

  async add(entry: ZooEntry, built: BuiltInstances | null): Promise<void> {
    const names = namesOf(entry);
    const { zone } = this;
    const hosts = entry.mx ?? [{}];
    for (const { host = names.mx, preference, servers = [{}] } of hosts) {
      zone.mx(names.domain, host, preference);
      for (const server of servers) await this.#standMx(host, server);
    }
    const policy = servedPolicy(entry, names, built);
    if (entry.declared !== undefined && entry.policyHost === undefined) {
      await this.#standPolicy(names.policyHost, {}, policy, this.sharedAddress);
    }
    for (const server of entry.policyHost ?? (entry.declared === undefined ? [{}] : [])) {
      await this.#standPolicy(names.policyHost, server, server.policy ?? policy);
    }
    zone.txt(names.sts, `v=STSv1; id=${announcedId(entry, built)};`);
    zone.txt(names.tlsRpt, "v=TLSRPTv1; rua=mailto:tls-reports@zoo.test");
    entry.dns?.(zone, names);
  }

  /** The servers of the policy hosts and of the MX hosts, by address. */
  async servers(
    sockets: Sockets,
  ): Promise<readonly [ReadonlyMap<string, net.Server>, ReadonlyMap<string, net.Server>]> {
    const shared = this.#mxHosts.get(ipv6);
    if (shared !== undefined) {
      // Without SNI nobody can be told apart at the shared address: one certificate for all.
      const withoutSni = await this.#identities.issue("good", [...shared.keys()]);
      for (const [host, receiving] of shared) shared.set(host, { ...receiving, withoutSni });
    }
    const policy = new Map<string, net.Server>();
    for (const [address, hosts] of this.#policyHosts) {
      policy.set(address, makePolicyServer(hosts, sockets));
    }
    const mx = new Map<string, net.Server>();
    for (const [address, hosts] of this.#mxHosts) mx.set(address, makeMxServer(hosts, sockets));
    return [policy, mx];
  }

  async #standMx(host: string, server: Standing<MxServer>): Promise<void> {
    const address = this.#addressFor(host, server.at);
    if (server.at === "nobody") return;
    const identity = await this.#identities.issue(server.certificate ?? "good", [host]);
    const withoutSni =
      server.withoutSni === undefined
        ? identity
        : await this.#identities.issue(server.withoutSni, [host]);
    stand(this.#mxHosts, address, host, { server, identity, withoutSni });
  }

  async #standPolicy(
    host: string,
    server: Standing<PolicyServer>,
    policy: string,
    shared?: string,
  ): Promise<void> {
    const address = this.#addressFor(host, server.at, shared);
    if (server.at === "nobody") return;
    const identity = await this.#identities.issue(server.certificate ?? "good", [host]);
    stand(this.#policyHosts, address, host, { server, identity, policy });
  }

  #addressFor(host: string, at: Standing<object>["at"], shared?: string): string {
    const address = at === "ipv6" ? ipv6 : (shared ?? this.#nextAddress());
    this.zone.address(host, address);
    return address;
  }

  #nextAddress(): string {
    this.#addresses += 1;
    return `127.53.${String(this.#addresses >> 8)}.${String(this.#addresses & 255)}`;
  }
}

function stand<H>(standings: Standings<H>, address: string, host: string, what: H): void {
  const hosts = standings.get(address) ?? new Map<string, H>();
  standings.set(address, hosts.set(host, what));
}

function servedPolicy(entry: ZooEntry, names: Names, built: BuiltInstances | null): string {
  const wanted = entry.declared?.policy ?? "second";
  const instance = built?.[wanted] ?? built?.first;
  if (entry.policy !== undefined) return entry.policy(names);
  return instance?.text ?? policyText((entry.mx ?? [{}]).map(({ host = names.mx }) => host));
}

function announcedId(entry: ZooEntry, built: BuiltInstances | null): string {
  const instance = built?.[entry.declared?.txt ?? "second"] ?? built?.first;
  return instance?.id ?? "20260101T000000Z";
}
