/** A domain as it stands on loopback: a resolver, name servers, and the addresses of a policy host. */
import net from "node:net";
import type { Answer } from "dns-packet";
import { onTestFinished } from "vitest";
import { Looker, type LookerOptions } from "../../../src/live/probe/looker.ts";
import { DnsClient } from "../../../src/net/dns/client.ts";
import { authority } from "../../audit/support/stand.ts";
import type { Peer } from "../../net/support/dns-peer.ts";
import { makePolicyServer, type PolicyServer } from "../../zoo/policy-server.ts";
import { Sockets } from "../../zoo/sockets.ts";
import { ns, startNameServer, type NameServer } from "./name-server.ts";

export const domain = "d.live.test";
export const policyHost = `mta-sts.${domain}`;
export const owner = `_mta-sts.${domain}`;
export const policyText =
  "version: STSv1\r\nmode: testing\r\nmx: mx.d.live.test\r\nmax_age: 86400\r\n";

/** Loopback addresses, each for one server. */
export const at = (last: number): string => `127.0.53.${String(last)}`;

export interface World {
  /** By address. */
  readonly policyHosts?: Readonly<
    Record<string, PolicyServer | ((socket: net.Socket, serve: () => void) => void)>
  >;
  /** Addresses of the policy host; default: those of its servers. */
  readonly addresses?: readonly string[];
  /** By address; host names are `ns<last number>.live.test`. */
  readonly nameServers?: Readonly<Record<string, NameServer>>;
  /** What the resolver knows besides. */
  readonly records?: readonly Answer[];
  readonly resolver?: NameServer;
  readonly options?: Partial<LookerOptions>;
}

export interface StartedWorld {
  readonly looker: Looker;
  readonly options: LookerOptions;
  readonly resolver: Peer;
  readonly nameServers: Readonly<Record<string, Peer>>;
}

export function address(name: string, data: string): Answer {
  return { type: data.includes(":") ? "AAAA" : "A", name, ttl: 300, data };
}

/** The name of the server at an address. */
export function serverName(address: string): string {
  return `ns${address.split(".").at(-1) ?? ""}.live.test`;
}

/** Starts it; it is gone when the test is. */
export async function startWorld(world: World): Promise<StartedWorld> {
  const { policyHosts = {}, nameServers = {}, records = [] } = world;
  const httpsPort = await startPolicyHosts(policyHosts);
  const { peers, dnsPort } = await startNameServers(nameServers);
  const zones = new Map<string, string[]>();
  for (const [address, { zones: of = [domain] }] of Object.entries(nameServers)) {
    for (const zone of of) zones.set(zone, [...(zones.get(zone) ?? []), serverName(address)]);
  }
  const resolver = await startNameServer(
    world.resolver ?? {
      records: [
        ...(world.addresses ?? Object.keys(policyHosts)).map((one) => address(policyHost, one)),
        ...[...zones].flatMap(([zone, hosts]) => ns(zone, ...hosts)),
        ...Object.keys(nameServers).map((one) => address(serverName(one), one)),
        ...records,
      ],
    },
  );
  const dns = new DnsClient({ servers: [resolver.server], timeoutMs: 5000 });
  onTestFinished(() => {
    dns.close();
  });
  const { trust } = await authority();
  const options: LookerOptions = {
    ...{ dns, trust, resolverName: "127.0.0.1", httpsPort, dnsPort },
    ...{ timeoutMs: 5000, allowPrivate: true, now: () => Math.floor(Date.now() / 1000) },
    ...world.options,
  };
  return { looker: new Looker(options), options, resolver, nameServers: peers };
}

async function startPolicyHosts(hosts: NonNullable<World["policyHosts"]>): Promise<number> {
  const { identities } = await authority();
  const sockets = new Sockets();
  onTestFinished(() => sockets.close());
  let port = 0;
  for (const [address, spec] of Object.entries(hosts)) {
    const server = typeof spec === "function" ? {} : spec;
    const identity = await identities.issue(server.certificate ?? "good", [policyHost]);
    const policy = server.policy ?? policyText;
    const inner = makePolicyServer(new Map([[policyHost, { server, identity, policy }]]), sockets);
    const outer =
      typeof spec === "function"
        ? net.createServer((socket) => {
            spec(socket, () => inner.emit("connection", socket));
          })
        : inner;
    port = await sockets.listen(outer, address, port);
  }
  return port === 0 ? 443 : port;
}

async function startNameServers(
  servers: NonNullable<World["nameServers"]>,
): Promise<{ peers: Record<string, Peer>; dnsPort: number }> {
  const peers: Record<string, Peer> = {};
  let dnsPort = 0;
  for (const [address, server] of Object.entries(servers)) {
    const peer = await startNameServer(
      { ...server, ...(server.answer === undefined ? { zones: server.zones ?? [domain] } : {}) },
      { address, port: dnsPort },
    );
    peers[address] = peer;
    dnsPort = peer.server.port;
  }
  return { peers, dnsPort: dnsPort === 0 ? 53 : dnsPort };
}
