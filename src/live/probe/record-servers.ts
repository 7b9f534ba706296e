/** Asks every name server of a domain's `_mta-sts` record what it announces. */
import { askAuthoritative, type OwnAnswer } from "../../net/dns/authoritative.ts";
import type { DnsClient } from "../../net/dns/client.ts";
import { addressesOf, findZone, type ServerAddresses } from "../../net/dns/zone-servers.ts";
import type { ServerLook } from "../../site/lock/look.ts";
import { readOwnTxt, readResolvedTxt, type TxtAnswer } from "../txt-answer.ts";
import type { Deadline } from "./deadline.ts";

export interface RecordServersOptions {
  readonly dns: DnsClient;
  /** How the resolver is told, such as its address. */
  readonly resolverName: string;
  /** The port that name servers listen at. */
  readonly dnsPort: number;
  /** Whether to ask private, loopback and reserved addresses. */
  readonly allowPrivate: boolean;
}

/** As many as a root zone has; each may have several addresses. */
const maxHosts = 16;
/** For all zones that an alias leads through. */
const maxAddresses = 32;
/** Aliases in a row; a delegation has one. */
const maxAliases = 8;
/** Name servers answer at once, or not at all. */
const maxWaitMs = 6000;

/**
 * Asks every authoritative server. An alias is followed: then the servers of its target's zone are those that
 * announce. Where none of them gives an answer, for example because this network keeps port 53 to itself, the
 * resolver's answer is all there is. Never rejects.
 */
export async function lookAtRecord(
  options: RecordServersOptions,
  name: string,
  deadline: Deadline,
): Promise<readonly ServerLook[]> {
  const { dns, resolverName } = options;
  // At the same time, so that there is time for it.
  const resolving = deadline.within(dns.txt(name), null);
  const search = new RecordSearch(options, deadline);
  await search.ask(name, []);
  const resolved = await resolving;
  if (search.hasAnswer) return search.looks;
  const answer: TxtAnswer =
    resolved === null ? { kind: "silent", detail: "timeout" } : readResolvedTxt(resolved);
  return [{ server: resolverName, isAuthoritative: false, ...answer }];
}

/** One address to ask, with its host. */
interface Candidate {
  readonly host: string;
  readonly address: string;
}

class RecordSearch {
  readonly looks: ServerLook[] = [];
  readonly #options: RecordServersOptions;
  readonly #deadline: Deadline;
  readonly #asked = new Set<string>();
  #left = maxAddresses;

  constructor(options: RecordServersOptions, deadline: Deadline) {
    this.#options = options;
    this.#deadline = deadline;
  }

  /** Whether a server has said something about the record. */
  get hasAnswer(): boolean {
    return this.looks.some(({ kind }) => kind !== "silent" && kind !== "not-looked-at");
  }

  /** Asks the servers of the name's zone, and those of the zones that they refer to by aliases. */
  async ask(name: string, aliasesOfIt: readonly string[]): Promise<void> {
    // Two servers that give the same alias lead to the same place.
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const { dns } = this.#options;
    const found = await this.#deadline.within(findZone(dns, name), null);
    if (found === null) {
      this.#tell(name, { kind: "silent", detail: "its name servers are not known" });
      return;
    }
    const candidates = await this.#candidates(found.hosts);
    const answers = await Promise.all(
      candidates.map((candidate) => this.#askOne(candidate, found.zone, name)),
    );
    const path = [...aliasesOfIt, name];
    const targets = new Set<string>();
    for (const [index, answer] of answers.entries()) {
      const { host, address } = candidates[index] ?? { host: "", address: "" };
      const server = `${host} ${address}`;
      if (answer.kind !== "alias") this.#tell(server, readOwnTxt(answer));
      else if (path.includes(answer.target) || path.length > maxAliases) {
        this.#tell(server, readOwnTxt({ kind: "failed", failure: "loop" }));
      } else targets.add(answer.target);
    }
    for (const target of targets) await this.ask(target, path);
  }

  async #candidates(hosts: readonly string[]): Promise<readonly Candidate[]> {
    const { dns } = this.#options;
    const unknown = (host: string): ServerAddresses => ({
      host,
      addresses: [],
      isIncomplete: true,
    });
    const all = await Promise.all(
      hosts
        .slice(0, maxHosts)
        .map((host) => this.#deadline.within(addressesOf(dns, host), unknown(host))),
    );
    const byAddress = new Map<string, Candidate>();
    for (const { host, addresses, isIncomplete } of all) {
      if (addresses.length === 0) {
        const detail = isIncomplete ? "its address is not known" : "it has no address";
        this.#tell(host, { kind: "silent", detail });
      }
      for (const address of addresses) {
        if (!byAddress.has(address)) byAddress.set(address, { host, address });
      }
    }
    const candidates = [...byAddress.values()];
    const chosen = candidates.slice(0, this.#left);
    this.#left -= chosen.length;
    const more = Math.max(0, hosts.length - maxHosts) + candidates.length - chosen.length;
    if (more > 0) {
      const server = `${String(more)} more name server${more === 1 ? "" : "s"}`;
      this.#tell(server, { kind: "not-looked-at", detail: "there are too many" });
    }
    return chosen;
  }

  async #askOne({ address }: Candidate, zone: string, name: string): Promise<OwnAnswer<"TXT">> {
    const { dnsPort: port, allowPrivate } = this.#options;
    if (this.#deadline.isOver) return { kind: "failed", failure: "timeout" };
    const waitMs = Math.min(maxWaitMs, this.#deadline.leftMs);
    const server = { address, port };
    return askAuthoritative({ server, zone, name, type: "TXT", waitMs, allowPrivate });
  }

  #tell(server: string, answer: TxtAnswer): void {
    this.looks.push({ server, isAuthoritative: true, ...answer });
  }
}
