/**
 * An operator at random: edits, builds, deploys and announces in part, late or never, looks or does not,
 * moves the policy host and the MX hosts, and keeps to what stspress printed. What the world saw of it is a list
 * of events for the simulator, which knows nothing of the lock.
 */
import type { DomainConfig, SiteConfig, TargetName } from "../../src/config/site-config.ts";
import { severityOf } from "../../src/diagnostics/catalogue.ts";
import type { Diagnostic, Place } from "../../src/diagnostics/diagnostic.ts";
import { recordSightings, saidSighting, type Sighting } from "../../src/live/record-sightings.ts";
import { mxMatches } from "../../src/mta-sts/mx-pattern.ts";
import { formatPolicy, type Mode, type Policy } from "../../src/mta-sts/policy.ts";
import { shortDigest } from "../../src/runtime/digest.ts";
import type { Random } from "../../src/simulate/random.ts";
import type { WorldEvent } from "../../src/simulate/world.ts";
import {
  nothingKnown,
  withAudit,
  type AuditSighting,
  type SiteEvidence,
} from "../../src/site/evidence/site-evidence.ts";
import { emptyLock, type Lock } from "../../src/site/lock/lock.ts";
import type { AddressLook, Look, ServerLook } from "../../src/site/lock/look.ts";
import { planSite, type SitePlan } from "../../src/site/plan.ts";
import { isInOrder } from "../../src/site/lock/record-look.ts";
import { asFormat1, conflictOf, read } from "../site/lock/ledger.ts";

const hour = 3600;
const day = 86_400;
/** 2026-11-01T09:00:00Z */
const start = 1_793_523_600;
const domain = "acme.de";
/** Where the policy host may be: two addresses at the one place, one at the other. */
const places: Readonly<Record<"caddy" | "nginx", readonly string[]>> = {
  caddy: ["192.0.2.1", "192.0.2.2"],
  nginx: ["198.51.100.1"],
};
const nameServers = ["ns1", "ns2"];
const hosts = ["mx1.acme.de", "mx2.acme.de", "a.mx.acme.net", "b.mx.acme.net"];
const patterns = ["mx1.acme.de", "mx2.acme.de", "*.mx.acme.net", "a.mx.acme.net"];
const mxTtl = hour;

const nowhere: Place = { file: "", line: 1, column: 1, length: 1, text: "" };

/** What is written in the YAML. */
interface Declared {
  readonly policy: Policy | null;
  readonly target: "caddy" | "nginx";
  readonly ttlSeconds: number;
  /** `skip_testing`, by who knows that the patterns name the MX hosts. */
  readonly skipsTesting: boolean;
}

/** What of stspress's words the operator does not keep to; for each, some sender must lose mail. */
export type Disobeyed =
  | `lock/${string}`
  | `evidence/${string}`
  /** Announces before every address serves the policy. */
  | "announce-last"
  /** Stops the old place before its TTL has passed while it serves the earlier policy. */
  | "old-place-serves";

export class Operator {
  readonly events: WorldEvent[] = [];
  now = start;
  /** How often the lock was one of format 1. */
  upgrades = 0;
  readonly #random: Random;
  readonly #disobeyed: ReadonlySet<Disobeyed>;
  /** Whether it audits before it enforces, and leaves the judgement to the build; others read their reports. */
  readonly #audits: boolean;
  #lock: Lock = emptyLock;
  #evidence: SiteEvidence = new Map();
  #declared: Declared = { policy: null, target: "caddy", ttlSeconds: hour, skipsTesting: false };
  /** A lock that a colleague's branch has, or null. */
  #branch: Lock | null = null;
  readonly #served = new Map<string, string | null>();
  readonly #ids = new Map<string, string | null>();
  #addresses: readonly string[] = [];
  /** Addresses that left DNS, and when. */
  readonly #left = new Map<string, number>();
  #mx: readonly string[] = ["mx1.acme.de"];
  /** When a host left the MX records. */
  readonly #gone = new Map<string, number>();
  #isUp = true;

  constructor(random: Random, disobeyed: ReadonlySet<Disobeyed> = new Set()) {
    this.#random = random;
    this.#disobeyed = disobeyed;
    this.#audits = random.below(4) === 0;
    this.#publishMx(this.#mx);
  }

  /** Lives for a number of steps, of minutes to weeks each. */
  live(steps: number): void {
    for (let step = 0; step < steps; step += 1) {
      this.now += this.#pick([60, hour, hour, 6 * hour, day, 3 * day, 16 * day]);
      this.#act();
    }
    this.now += 1;
    if (!this.#isUp) this.#host(true);
  }

  #act(): void {
    const actions = [
      () => {
        this.#edit();
      },
      () => {
        this.#edit();
      },
      () => {
        this.#publishInOrder();
      },
      () => {
        this.#publishInOrder();
      },
      () => {
        this.#publishInOrder();
      },
      () => {
        this.#deploy();
      },
      () => {
        this.#deploy();
      },
      () => {
        this.#announce();
      },
      () => {
        this.#announce();
      },
      () => {
        this.#look();
      },
      () => {
        this.#look();
      },
      () => {
        this.#say();
      },
      () => {
        this.#movePolicyHost();
      },
      () => {
        this.#changeMx();
      },
      () => {
        this.#changeMx();
      },
      () => {
        this.#host(!this.#isUp);
      },
      () => {
        this.#fork();
      },
      () => {
        this.#upgrade();
      },
    ];
    if (!this.#isUp && this.#random.below(2) === 0) this.#host(true);
    this.now += 1;
    this.#pick(actions)();
  }

  /** All that is next, one after the other, as it was printed; now and then without the looks. */
  #publishInOrder(): void {
    const looks = this.#random.below(4) > 0;
    this.#deployEverywhere();
    this.#pause();
    this.#movePolicyHost();
    this.#pause();
    if (looks) this.#look();
    this.#pause();
    this.#announceEverywhere();
    this.#pause();
    if (looks) this.#look();
    else this.#say();
    this.#pause();
  }

  #pause(): void {
    this.now += this.#pick([60, 60, hour, 3 * day]);
  }

  // What is written and built

  #edit(): void {
    const before = this.#declared;
    const wanted = this.#edited(before);
    const named = this.#mx.every((host) => isIn(host, wanted.policy?.mx ?? []));
    const edited = { ...wanted, skipsTesting: wanted.skipsTesting && named };
    if (edited.policy?.mode === "enforce") {
      if (this.#audits) this.#audit();
      else if (this.#knowsThatMailFails()) return;
    }
    const plan = this.#plan(edited);
    const refused = plan.diagnostics.some(
      ({ code }) => severityOf(code) === "error" && !this.#disobeyed.has(code as Disobeyed),
    );
    if (refused) return;
    this.#declared = edited;
    this.#lock = plan.lock;
  }

  #edited(before: Declared): Declared {
    const { policy } = before;
    if (policy === null) {
      const known = patterns.filter((one) => this.#mx.some((host) => isIn(host, [one])));
      const mx = this.#pick(this.#random.below(4) === 0 ? patterns : known);
      return { ...before, policy: this.#policy("testing", [mx]), skipsTesting: false };
    }
    switch (this.#random.below(11)) {
      case 8:
      case 9:
        return { ...before, policy: { ...policy, mx: this.#otherMx(policy) } };
      case 0: {
        const skipsTesting =
          !before.skipsTesting && this.#mx.every((host) => isIn(host, policy.mx));
        return {
          ...before,
          skipsTesting,
          policy: { ...policy, mode: "enforce", mx: this.#withMx(policy.mx) },
        };
      }
      case 1:
        return { ...before, policy: { ...policy, mode: "enforce", mx: this.#withMx(policy.mx) } };
      case 2:
        return { ...before, policy: { ...policy, mode: "testing", mx: this.#withMx(policy.mx) } };
      case 3:
        return { ...before, policy: this.#policy("none", []) };
      case 4:
        return { ...before, policy: { ...policy, mx: this.#otherMx(policy) } };
      case 5:
        return { ...before, policy: { ...policy, maxAgeSeconds: this.#maxAge() } };
      case 6:
        return { ...before, ttlSeconds: this.#pick([60, hour, day]) };
      case 7:
        return { ...before, target: before.target === "caddy" ? "nginx" : "caddy" };
      default:
        return this.#random.below(3) === 0 ? { ...before, policy: null } : before;
    }
  }

  #policy(mode: Mode, mx: readonly string[]): Policy {
    return { mode, mx, maxAgeSeconds: this.#maxAge(), extensions: [] };
  }

  #maxAge(): number {
    return this.#pick([600, day, 7 * day, 28 * day]);
  }

  #withMx(mx: readonly string[]): readonly string[] {
    return mx.length > 0 ? mx : [this.#pick(patterns)];
  }

  #otherMx({ mode, mx }: Policy): readonly string[] {
    if (mode === "none") return mx;
    const one = this.#pick(patterns);
    if (this.#random.below(4) === 0) return [one];
    const next = mx.includes(one) ? mx.filter((known) => known !== one) : [...mx, one];
    return next.length > 0 ? next : mx;
  }

  /** Two weeks of testing, with reports, tell whether the MX hosts are in the policy. */
  #knowsThatMailFails(): boolean {
    const served = [...this.#served.values()].find((text) => text !== null) ?? "";
    const mx = [...served.matchAll(/^mx: (\S+)/gm)].map(([, pattern]) => pattern ?? "");
    return served.includes("mode: testing") && !this.#mx.some((host) => isIn(host, mx));
  }

  /** An audit before enforce, whose certificates and connections are all well: what it tells is which MX hosts there are. */
  #audit(): void {
    const seen: AuditSighting = {
      outcome: "yes",
      reason: "",
      isFromPort25: false,
      mxHosts: this.#mx,
    };
    const known = this.#evidence.get(domain) ?? nothingKnown;
    this.#evidence = new Map([[domain, withAudit(known, seen, this.now)]]);
  }

  #plan(declared: Declared): SitePlan {
    return planSite(
      siteOf(declared),
      this.#lock,
      this.now,
      {
        merged: false,
        pruning: true,
        newIds: new Set(this.#random.below(8) === 0 ? [domain] : []),
        evidence: this.#evidence,
      },
      {
        digest: shortDigest,
        renderPolicy: formatPolicy,
        locate: () => nowhere,
        locateInLock: () => nowhere,
      },
    );
  }

  /** What `stspress check` says now. */
  #said(): readonly Diagnostic[] {
    return this.#plan(this.#declared).diagnostics;
  }

  #fork(): void {
    if (this.#branch === null) {
      this.#branch = this.#lock;
      return;
    }
    const theirs = this.#branch;
    this.#branch = null;
    const { lock } = read(conflictOf(this.#lock, theirs));
    this.#lock = lock;
    this.#lock = this.#plan(this.#declared).lock;
  }

  /** Until now an older stspress kept the lock, by which everything was live and done in order. */
  #upgrade(): void {
    const known = this.#lock.domains.get(domain);
    if (known?.current == null || this.#branch !== null || known.shape !== known.liveShape) return;
    const isOver = known.earlier.every(
      ({ servedUntil, announcedUntil }) => servedUntil !== null && announcedUntil !== null,
    );
    if (!isOver || !isInOrder(known.current)) return;
    this.#lock = read(asFormat1(this.#lock)).lock;
    this.upgrades += 1;
  }

  // What the world sees

  get #text(): string | null {
    const current = this.#lock.domains.get(domain)?.current ?? null;
    return current === null ? null : (this.#lock.policies.get(current.digest)?.text ?? null);
  }

  get #id(): string | null {
    return this.#lock.domains.get(domain)?.current?.id ?? null;
  }

  /** At one address, or at all of both places; a place that is dead stays so. */
  #deploy(): void {
    if (!this.#mayDeploy()) return;
    const all = [...places.caddy, ...places.nginx];
    const chosen = this.#random.below(3) === 0 ? [this.#pick(all)] : all;
    this.#deployTo(chosen);
  }

  #deployEverywhere(): void {
    const leavesOld = this.#disobeyed.has("old-place-serves");
    const chosen = leavesOld ? places[this.#declared.target] : [...places.caddy, ...places.nginx];
    if (this.#mayDeploy()) this.#deployTo(chosen);
  }

  #deployTo(addresses: readonly string[]): void {
    for (const address of addresses) this.#serve(address, this.#text);
    if (this.#addresses.length === 0 && this.#text !== null) {
      this.#pointTo(places[this.#declared.target]);
    }
  }

  /** "Remove … only after its MX record has been gone for that record's TTL". */
  #mayDeploy(): boolean {
    if (this.#text === null) {
      // The announcement goes first, the policy host last, once nobody asks for it any more.
      return nameServers.every((server) => (this.#ids.get(server) ?? null) === null);
    }
    const removed = this.#said().find(({ code }) => code === "lock/mx-removed");
    if (removed === undefined || this.#disobeyed.has("lock/mx-removed")) return true;
    const declared = this.#declared.policy?.mx ?? [];
    const until = (host: string) => (this.#gone.get(host) ?? -Infinity) + mxTtl;
    return hosts
      .filter((host) => !isIn(host, declared))
      .every((host) => !this.#mx.includes(host) && until(host) <= this.now);
  }

  /** Policy first: not before every address that senders may still reach serves it. */
  #announce(): void {
    this.#announceAt(this.#random.below(3) === 0 ? [this.#pick(nameServers)] : nameServers);
  }

  #announceEverywhere(): void {
    this.#announceAt(nameServers);
  }

  #announceAt(chosen: readonly string[]): void {
    const text = this.#text;
    if (text !== null && !this.#isServed(text) && !this.#disobeyed.has("announce-last")) return;
    for (const nameServer of chosen) {
      this.#ids.set(nameServer, this.#id);
      const { ttlSeconds } = this.#declared;
      this.#add({ at: this.now, what: "announce", nameServer, id: this.#id, ttlSeconds });
    }
  }

  #isServed(text: string): boolean {
    if (!this.#isUp || this.#addresses.length === 0) return false;
    const cached = this.#disobeyed.has("old-place-serves") ? [] : this.#cached();
    const reached = [...this.#addresses, ...cached];
    return reached.every((address) => {
      const served = this.#served.get(address) ?? null;
      return served === text || (served === null && !this.#addresses.includes(address));
    });
  }

  /** Addresses that resolvers may still give. */
  #cached(): string[] {
    return [...this.#left].filter(([, until]) => until > this.now).map(([address]) => address);
  }

  #look(): void {
    const known = this.#lock.domains.get(domain);
    if (known === undefined) return;
    const address = (one: string, isInDns: boolean): AddressLook => {
      const text = this.#isUp ? (this.#served.get(one) ?? null) : null;
      const asked = { address: one, isInDns };
      return text === null
        ? { ...asked, kind: "silent", detail: "" }
        : { ...asked, kind: "policy", text };
    };
    const server = (name: string): ServerLook => {
      const asked = { server: name, isAuthoritative: true };
      const id = this.#ids.get(name) ?? null;
      const { ttlSeconds } = this.#declared;
      return id === null ? { ...asked, kind: "absent" } : { ...asked, kind: "id", id, ttlSeconds };
    };
    const look: Look = {
      domain,
      startedAt: this.now,
      endedAt: this.now,
      host: this.#addresses.length > 0 ? "found" : "absent",
      addresses: [
        ...this.#addresses.map((one) => address(one, true)),
        ...this.#cached().map((one) => address(one, false)),
      ],
      servers: nameServers.map(server),
      dateAheadSeconds: 0,
    };
    const isMoved = String(this.#addresses) === String(places[this.#declared.target]);
    this.#record({ kind: "look", look, missingRecords: isMoved ? [] : ["mta-sts.acme.de A"] });
  }

  /** `live --no-check`, of what is so. */
  #say(): void {
    const text = this.#text;
    if (text === null || !this.#isServed(text)) return;
    if (nameServers.some((one) => this.#ids.get(one) !== this.#id)) return;
    this.#record(saidSighting(domain, { servedAt: this.now, announcedAt: this.now }));
  }

  #record(sight: Sighting): void {
    const done = recordSightings(this.#lock, [sight], { now: this.now, isPolicyFirst: false });
    if (done.ok) this.#lock = done.value.lock;
  }

  /** The new place is asked first; the old one goes on serving for its TTL. */
  #movePolicyHost(): void {
    const to = places[this.#declared.target];
    const text = this.#text;
    if (text === null || String(to) === String(this.#addresses)) return;
    if (to.some((address) => this.#served.get(address) !== text)) return;
    const isOldFine = this.#addresses.every((address) => {
      const served = this.#served.get(address) ?? null;
      return served === null || served === text;
    });
    if (!isOldFine && !this.#disobeyed.has("old-place-serves")) return;
    this.#pointTo(to);
  }

  #pointTo(addresses: readonly string[]): void {
    const { ttlSeconds } = this.#declared;
    for (const address of this.#addresses) {
      // An earlier TTL may have been longer; no resolver keeps it for longer than a day here.
      if (!addresses.includes(address))
        this.#left.set(address, this.now + Math.max(ttlSeconds, day));
    }
    for (const address of addresses) this.#left.delete(address);
    this.#addresses = addresses;
    this.#add({ at: this.now, what: "addresses", addresses, ttlSeconds });
  }

  #serve(address: string, text: string | null): void {
    if ((this.#served.get(address) ?? null) === text) return;
    this.#served.set(address, text);
    this.#add({ at: this.now, what: "serve", address, text });
  }

  #host(up: boolean): void {
    this.#isUp = up;
    this.#add({ at: this.now, what: "policy-host", up });
  }

  /** Adds or removes an MX host where nothing that was printed speaks against it. */
  #changeMx(): void {
    const host = this.#pick(hosts);
    const next = this.#mx.includes(host)
      ? this.#mx.filter((one) => one !== host)
      : [...this.#mx, host];
    if (next.length === 0 || !this.#mayHaveMx(next)) return;
    if (!next.includes(host)) this.#gone.set(host, this.now);
    this.#publishMx(next);
  }

  #mayHaveMx(next: readonly string[]): boolean {
    const { policy } = this.#declared;
    const said = this.#said();
    const of = (code: string): readonly string[] => {
      const found = said.find((one) => one.code === code);
      if (found === undefined || this.#disobeyed.has(code as Disobeyed)) return [];
      return (found.args as { patterns: readonly string[] }).patterns;
    };
    const notYet = of("lock/mx-added");
    const stays = of("lock/mx-stays");
    // "Must not be added to the MX records": hosts that only such patterns name do not count.
    const allowed = (policy?.mx ?? []).filter((pattern) => !notYet.includes(pattern));
    const isNamed = policy?.mode !== "enforce" || next.some((host) => isIn(host, allowed));
    return isNamed && (stays.length === 0 || next.some((host) => isIn(host, stays)));
  }

  #publishMx(next: readonly string[]): void {
    this.#mx = next;
    this.#add({ at: this.now, what: "mx", hosts: next, ttlSeconds: mxTtl });
  }

  #add(event: WorldEvent): void {
    this.events.push(event);
  }

  #pick<T>(from: readonly T[]): T {
    const one = from[this.#random.below(from.length)];
    if (one === undefined) throw new RangeError("nothing to pick from");
    return one;
  }
}

function isIn(host: string, mx: readonly string[]): boolean {
  return mx.some((pattern) => mxMatches(pattern, host));
}

function siteOf({ policy, target, ttlSeconds, skipsTesting }: Declared): SiteConfig {
  const address = (name: keyof typeof places) => ({ ipv4: places[name], ipv6: [], host: null });
  const config: DomainConfig = {
    domain,
    unicode: null,
    declaration: { file: "domains/acme.de.yaml", path: ["domain"] },
    zone: domain,
    ttlSeconds,
    target: target satisfies TargetName,
    delegation: null,
    rua: ["mailto:tls@acme.de"],
    mtaSts:
      policy === null
        ? null
        : {
            policy,
            profileMx: [],
            retire: false,
            skipTesting: skipsTesting ? "they are known" : null,
            skipOverlap: null,
            skipEvidence: null,
          },
  };
  return {
    targets: {
      caddy: {
        address: address("caddy"),
        layout: "per-host",
        askPort: 9461,
        email: null,
        reports: null,
      },
      nginx: {
        address: address("nginx"),
        root: "/srv",
        certificates: "/etc/certs",
        acmeWebroot: "/srv/acme",
      },
    },
    delegationZone: null,
    domains: [config],
    gone: new Map(),
    reportsTrust: "verified",
    reportsSigners: [],
  };
}
