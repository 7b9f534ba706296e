/**
 * Observes mail domains as a sender would, and records it as evidence: DNS, the policy host at each address,
 * every MX host at each address. Judges nothing.
 */
import { randomBytes } from "node:crypto";
import type {
  DomainEvidence,
  MxHostEvidence,
  PolicyFetch,
  PolicyHostEvidence,
  SmtpProbe,
} from "../evidence.ts";
import type { DnsClient } from "../../net/dns/client.ts";
import { fetchPolicy } from "./policy-fetch.ts";
import { probeMx } from "./smtp-probe.ts";
import type { TrustStore } from "../../net/tls/trust-store.ts";
import type { AddressData, DnsEvidence } from "../../net/dns/dns-evidence.ts";
import type { ConnectionFailure } from "../../net/failure.ts";

export interface ObserverOptions {
  readonly dns: DnsClient;
  readonly trust: TrustStore;
  readonly httpsPort: number;
  readonly smtpPort: number;
  /** How long one HTTPS or SMTP connection may take. */
  readonly timeoutMs: number;
  /** Whether to connect to private, loopback and reserved addresses. */
  readonly allowPrivate: boolean;
  /** The name in EHLO. */
  readonly heloName: string;
  /** Unix seconds. */
  readonly now: () => number;
}

/** What was observed of one domain. */
export interface Observed {
  readonly evidence: DomainEvidence;
  /** Every host of its MX records, by name. */
  readonly mxHosts: ReadonlyMap<string, MxHostEvidence>;
}

/** More than any mail host needs: somebody who publishes a thousand addresses does not get a thousand connections. */
const maxAddresses = 16;
const maxMxHosts = 32;
/** A host with many silent addresses is given up after so many timeouts. */
const maxTimeouts = 3;

export class Observer {
  readonly #options: ObserverOptions;
  readonly #mxHosts = new Map<string, Promise<MxHostEvidence>>();

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** MX hosts that were observed so far, in the order in which they were first met. */
  async mxHosts(): Promise<readonly MxHostEvidence[]> {
    return Promise.all(this.#mxHosts.values());
  }

  /** Observes one domain. An MX host that several domains share is observed once. */
  async observe(domain: string): Promise<Observed> {
    const mx = this.#options.dns.mx(domain);
    const [evidence, mxHosts] = await Promise.all([
      this.observeDomain(domain, mx),
      mx.then(({ records }) => {
        const hosts = new Set(
          records.map(({ exchange }) => exchange).filter((host) => host !== ""),
        );
        return Promise.all([...hosts].slice(0, maxMxHosts).map((host) => this.#mxHost(host)));
      }),
    ]);
    return { evidence, mxHosts: new Map(mxHosts.map((one) => [one.host, one])) };
  }

  /** Observes what a domain publishes, but not its MX hosts. */
  async observeDomain(
    domain: string,
    asked: Promise<DomainEvidence["mx"]> = this.#options.dns.mx(domain),
  ): Promise<DomainEvidence> {
    const { dns, now } = this.#options;
    const observedAt = now();
    const [mx, stsTxt, tlsRptTxt, wildcardTxt, policyHost] = await Promise.all([
      asked,
      dns.txt(`_mta-sts.${domain}`),
      dns.txt(`_smtp._tls.${domain}`),
      dns.txt(`_${randomBytes(8).toString("hex")}.${domain}`),
      this.#observePolicyHost(`mta-sts.${domain}`),
    ]);
    return { domain, observedAt, mx, stsTxt, tlsRptTxt, wildcardTxt, policyHost };
  }

  /** Its addresses, CAA, and the policy at each address. */
  async #observePolicyHost(host: string): Promise<PolicyHostEvidence> {
    const { dns } = this.#options;
    const caa = dns.caaOf(host);
    const [a, aaaa] = await Promise.all([dns.a(host), dns.aaaa(host)]);
    const fetches = await Promise.all(
      eachAddress(a, aaaa).map(({ address, tried }) =>
        tried ? this.#fetch(host, address) : Promise.resolve(unfetched(address)),
      ),
    );
    return { host, a, aaaa, caa: await caa, fetches };
  }

  #fetch(host: string, address: string): Promise<PolicyFetch> {
    const { trust, timeoutMs, allowPrivate, httpsPort: port } = this.#options;
    return fetchPolicy({ host, address, port, trust, timeoutMs, allowPrivate });
  }

  #mxHost(host: string): Promise<MxHostEvidence> {
    let known = this.#mxHosts.get(host);
    if (known === undefined) {
      known = this.#observeMxHost(host);
      this.#mxHosts.set(host, known);
    }
    return known;
  }

  async #observeMxHost(host: string): Promise<MxHostEvidence> {
    const { dns, trust, timeoutMs, allowPrivate, heloName, smtpPort: port } = this.#options;
    const tlsa = dns.tlsa(`_25._tcp.${host}`);
    const [a, aaaa] = await Promise.all([dns.a(host), dns.aaaa(host)]);
    const probes: SmtpProbe[] = [];
    const deadline = performance.now() + timeoutMs * maxTimeouts;
    // One connection at a time, to be polite to other people's servers.
    for (const { address, tried } of eachAddress(a, aaaa)) {
      if (!tried) probes.push(unprobed(address, untried));
      else if (performance.now() >= deadline) probes.push(unprobed(address, outOfTime));
      else
        probes.push(
          await probeMx({ host, address, port, heloName, trust, timeoutMs, allowPrivate }),
        );
    }
    return { host, a, aaaa, tlsa: await tlsa, probes };
  }
}

function eachAddress(
  a: DnsEvidence<AddressData>,
  aaaa: DnsEvidence<AddressData>,
): { readonly address: string; readonly tried: boolean }[] {
  const all = [...a.records, ...aaaa.records].map(({ address }) => address);
  return [...new Set(all)]
    .slice(0, maxAddresses * 4)
    .map((address, index) => ({ address, tried: index < maxAddresses }));
}

const untried: ConnectionFailure = {
  stage: "connect",
  kind: "missing",
  detail: `not tried: more than ${String(maxAddresses)} addresses`,
};

const outOfTime: ConnectionFailure = {
  stage: "connect",
  kind: "missing",
  detail: "not tried: the addresses before it took too long",
};

function unfetched(address: string): PolicyFetch {
  return {
    address,
    durationMs: 0,
    failure: untried,
    tls: null,
    status: null,
    location: null,
    contentType: null,
    contentEncoding: null,
    server: null,
    mitigated: null,
    body: null,
  };
}

function unprobed(address: string, failure: ConnectionFailure): SmtpProbe {
  return {
    address,
    durationMs: 0,
    failure,
    banner: null,
    keywords: null,
    startTls: "unknown",
    injected: false,
    tls: null,
    fingerprintWithoutSni: null,
    dnsNamesWithoutSni: null,
  };
}
