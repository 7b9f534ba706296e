/**
 * The site plan: what to publish, which ids change, what the next lock says. Pure: the clock, the
 * digest and the templates are given.
 */
import {
  compareText,
  diagnostic,
  type Diagnostic,
  type Place,
  type Problem,
} from "../diagnostics/diagnostic.ts";
import { severityOf } from "../diagnostics/catalogue.ts";
import { formatPolicy, parsePolicy, type Policy } from "../mta-sts/policy.ts";
import { policyHostOf, type DomainConfig, type SiteConfig } from "../config/site-config.ts";
import { dnsShapeOf, recordsOf, type DnsShape } from "./dns-records.ts";
import { delegatedRecords, type DnsRecord } from "./dns-record.ts";
import type { SiteEvidence } from "./evidence/site-evidence.ts";
import { advance, prune } from "./lock/advance.ts";
import { guardDeleted } from "./lock/deletion-guard.ts";
import { guardDeclared, wordGuarded, type Guarded, type Locate } from "./lock/guard.ts";
import { latestTimeOf } from "./lock/latest-time.ts";
import type { Digest } from "./lock/lock-text.ts";
import {
  announcedId,
  instancesOf,
  policyOf,
  unknownDomain,
  type Lock,
  type LockedDomain,
  type LockedPolicy,
} from "./lock/lock.ts";
import type { UnixSeconds } from "./stamp.ts";
import type { Publication } from "./targets/target.ts";
import { nextSerial, type ZoneSerial } from "./zone-serial.ts";

/** What the plan needs from outside. */
export interface PlanPorts {
  readonly digest: Digest;
  /** Renders the policy template. What it gives is parsed again and must equal the policy. */
  readonly renderPolicy: (policy: Policy) => string;
  readonly locate: Locate;
  /** The place of a domain's line in the lock. */
  readonly locateInLock: (domain: string) => Place;
}

/** One domain, as it is about to be published. */
export interface PlannedDomain {
  readonly config: DomainConfig;
  readonly locked: LockedDomain;
  readonly shape: DnsShape;
  /** null: TLS-RPT only. */
  readonly policyText: string | null;
}

/** An id that the plan gives, and its predecessor's. */
export interface NewId {
  readonly domain: string;
  readonly from: string | null;
  readonly to: string;
}

export interface SitePlan {
  readonly domains: readonly PlannedDomain[];
  readonly publications: readonly Publication[];
  readonly lock: Lock;
  readonly newIds: readonly NewId[];
  /** Domains that the lock knows and nobody declares any more. */
  readonly dropped: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface PlanOptions {
  /** The lock was read from conflict markers. */
  readonly merged: boolean;
  /** Off for frozen builds, which may not change the lock. */
  readonly pruning: boolean;
  /** Domains that get a new id although their policy is the same: it ends what senders may hold under the present one. */
  readonly newIds: ReadonlySet<string>;
  /** What audits and reports said. */
  readonly evidence: SiteEvidence;
}

/** Plans a site. */
export function planSite(
  site: SiteConfig,
  before: Lock,
  now: UnixSeconds,
  options: PlanOptions,
  ports: PlanPorts,
): SitePlan {
  const planner = new Planner(site, before, now, options, ports);
  for (const config of site.domains) planner.declare(config);
  planner.forgetUndeclared();
  return planner.plan(options.merged);
}

class Planner {
  readonly #site: SiteConfig;
  readonly #before: Lock;
  readonly #now: UnixSeconds;
  readonly #options: PlanOptions;
  readonly #ports: PlanPorts;
  readonly #texts: PolicyTexts;
  readonly #shapes: Interned<DnsShape>;
  readonly #domains: PlannedDomain[] = [];
  readonly #publications: Publication[] = [];
  readonly #next = new Map<string, LockedDomain>();
  readonly #newIds: NewId[] = [];
  readonly #diverged: string[] = [];
  readonly #dropped: string[] = [];
  readonly #guarded: Guarded[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  readonly #policies: Map<string, LockedPolicy>;
  /** What the lock itself records as the latest time: one wrong clock makes it forget nothing. */
  readonly #pruneBy: UnixSeconds;

  constructor(
    site: SiteConfig,
    before: Lock,
    now: UnixSeconds,
    options: PlanOptions,
    ports: PlanPorts,
  ) {
    this.#site = site;
    this.#before = before;
    this.#now = now;
    this.#options = options;
    this.#ports = ports;
    this.#pruneBy = Math.min(now, latestTimeOf(before) ?? now);
    this.#policies = new Map(before.policies);
    this.#texts = new PolicyTexts(ports, this.#policies, this.#diagnostics);
    this.#shapes = new Interned(ports.digest);
  }

  declare(config: DomainConfig): void {
    const old = this.#before.domains.get(config.domain);
    const text =
      config.mtaSts === null
        ? null
        : this.#texts.of(this.#withMxOfBefore(config.mtaSts.policy, old), config);
    const shape = this.#shapes.of(dnsShapeOf(config, this.#site.targets));
    const next = advance(
      old,
      {
        digest: text?.digest ?? null,
        ttlSeconds: config.ttlSeconds,
        shape: shape.digest,
        isNewId: this.#options.newIds.has(config.domain),
      },
      this.#now,
      this,
    );
    const state = {
      before: old ?? unknownDomain,
      after: next,
      evidence: this.#options.evidence.get(config.domain),
    };
    this.#guarded.push(...guardDeclared(config, state, this, this.#now));
    if (config.mtaSts === null && old !== undefined) {
      const place = () => this.#ports.locate(config.declaration.file, config.declaration.path);
      this.#diagnostics.push(...guardDeleted(config.domain, old, this, this.#now, place));
    }
    if (old?.diverged === true) this.#diverged.push(config.domain);
    if (next.current !== null && next.current.id !== old?.current?.id) {
      const from = old?.current?.id ?? null;
      this.#newIds.push({ domain: config.domain, from, to: next.current.id });
    }
    const locked = this.#pruned(next) ?? next;
    this.#next.set(config.domain, locked);
    const policyText = text?.text ?? null;
    this.#domains.push({ config, locked, shape: shape.value, policyText });
    if (policyText !== null) {
      const { domain, target } = config;
      this.#publications.push({ domain, host: policyHostOf(domain), policyText, target });
    }
  }

  /**
   * A policy of mode none keeps the patterns of the one before: some sender takes none without (Stalwart 0.16).
   * One that was built without them stays as it is.
   */
  #withMxOfBefore(policy: Policy, old: LockedDomain | undefined): Policy {
    if (policy.mode !== "none" || policy.mx.length > 0 || old?.current == null) return policy;
    const { mx } = policyOf(this, old.current);
    return mx.length === 0 ? policy : this.#texts.withMx(policy, mx);
  }

  forgetUndeclared(): void {
    for (const [domain, old] of this.#before.domains) {
      if (this.#next.has(domain)) continue;
      if (old.shape !== null || old.current !== null) this.#dropped.push(domain);
      if (!this.#site.gone.has(domain)) {
        const place = () => this.#ports.locateInLock(domain);
        this.#diagnostics.push(...guardDeleted(domain, old, this, this.#now, place));
      }
      const declared = { digest: null, ttlSeconds: 0, shape: null, isNewId: false };
      const next = advance(old, declared, this.#now, this);
      const kept = this.#pruned(next);
      if (kept !== null) this.#next.set(domain, kept);
    }
  }

  plan(merged: boolean): SitePlan {
    if (merged) this.#diagnostics.push(diagnostic("lock/merged", { domains: this.#diverged }));
    this.#diagnostics.push(...wordGuarded(this.#guarded, this.#ports.locate));
    return {
      domains: this.#domains,
      publications: this.#publications,
      lock: this.#nextLock(),
      newIds: this.#newIds,
      dropped: this.#dropped.sort(compareText),
      diagnostics: this.#diagnostics,
    };
  }

  /** For the guards: every text that the old lock or this build knows. */
  get policies(): ReadonlyMap<string, LockedPolicy> {
    return this.#policies;
  }

  #pruned(domain: LockedDomain): LockedDomain | null {
    return this.#options.pruning ? prune(domain, this.#pruneBy, this) : domain;
  }

  /** The lock keeps only the texts and settings that some domain still refers to. */
  #nextLock(): Lock {
    const policies = new Map<string, LockedPolicy>();
    const shapes = new Map<string, DnsShape>();
    for (const domain of this.#next.values()) {
      for (const { digest } of instancesOf(domain)) {
        const known = this.#policies.get(digest);
        if (known !== undefined) policies.set(digest, known);
      }
      for (const digest of [domain.shape, domain.liveShape]) {
        if (digest === null) continue;
        const shape = this.#shapes.get(digest) ?? this.#before.shapes.get(digest);
        if (shape !== undefined) shapes.set(digest, shape);
      }
    }
    return { policies, shapes, domains: this.#next, zones: this.#nextZones() };
  }

  /** A delegation zone's serial grows when its records change; one that holds none any more is forgotten. */
  #nextZones(): Map<string, ZoneSerial> {
    const contents = new Map<string, string[]>();
    for (const planned of this.#domains) {
      const zone = planned.shape.delegation;
      if (zone === null) continue;
      const lines = contents.get(zone) ?? [];
      if (lines.length === 0) contents.set(zone, lines);
      for (const { name, ttlSeconds, value } of delegatedRecords(recordsOfPlanned(planned))) {
        lines.push(`${name} ${String(ttlSeconds)} ${value}`);
      }
    }
    const zones = new Map<string, ZoneSerial>();
    for (const [zone, lines] of contents) {
      const digest = this.#ports.digest(lines.join("\n"));
      zones.set(zone, nextSerial(this.#before.zones.get(zone) ?? null, digest, this.#now));
    }
    return zones;
  }
}

/** Renders each distinct policy once, and believes no template. */
class PolicyTexts {
  readonly #ports: PlanPorts;
  readonly #policies: Map<string, LockedPolicy>;
  readonly #diagnostics: Diagnostic[];
  readonly #known = new Map<Policy, { text: string; digest: string } | null>();
  readonly #derived = new Map<string, Policy>();

  constructor(ports: PlanPorts, policies: Map<string, LockedPolicy>, diagnostics: Diagnostic[]) {
    this.#ports = ports;
    this.#policies = policies;
    this.#diagnostics = diagnostics;
  }

  /** A policy with other patterns; equal ones are one object. */
  withMx(policy: Policy, mx: readonly string[]): Policy {
    const key = JSON.stringify([policy, mx]);
    const known = this.#derived.get(key) ?? { ...policy, mx };
    this.#derived.set(key, known);
    return known;
  }

  of(policy: Policy, config: DomainConfig): { text: string; digest: string } | null {
    const known = this.#known.get(policy);
    if (known !== undefined) return known;
    const text = this.#ports.renderPolicy(policy);
    const difference = differenceOf(text, policy);
    if (difference !== null) {
      const detail = `${config.domain}: ${difference}`;
      this.#diagnostics.push(
        diagnostic("template/changed-meaning", { template: "mta-sts.txt", detail }),
      );
      this.#known.set(policy, null);
      return null;
    }
    const digest = this.#ports.digest(text);
    this.#policies.set(digest, { text, policy });
    const made = { text, digest };
    this.#known.set(policy, made);
    return made;
  }
}

function differenceOf(text: string, policy: Policy): string | null {
  const parsed = parsePolicy(text);
  // Tolerated in other people's policies, not in ours: some sender would refuse it.
  if (!parsed.ok || parsed.warnings.some(isAboutTheText)) {
    return "what it rendered is not a policy that every sender takes";
  }
  if (formatPolicy(parsed.value) !== formatPolicy(policy)) {
    return "the policy that it rendered differs from the declared one";
  }
  return null;
}

/** A short max_age was declared so, and config/max-age-day has warned of it; every sender takes it. */
function isAboutTheText({ code }: Problem): boolean {
  return severityOf(code) === "warning" && code !== "policy/max-age-short";
}

/** Values by digest, each distinct value kept once. */
class Interned<T> {
  readonly #digest: Digest;
  readonly #byText = new Map<string, { value: T; digest: string }>();
  readonly #byDigest = new Map<string, T>();

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  of(value: T): { value: T; digest: string } {
    const text = JSON.stringify(value);
    let known = this.#byText.get(text);
    if (known === undefined) {
      known = { value, digest: this.#digest(text) };
      this.#byText.set(text, known);
      this.#byDigest.set(known.digest, value);
    }
    return known;
  }

  get(digest: string): T | undefined {
    return this.#byDigest.get(digest);
  }
}

/** The records of a planned domain, in publishing order. */
export function recordsOfPlanned({ config, shape, locked }: PlannedDomain): DnsRecord[] {
  return recordsOf(config.domain, shape, locked.current?.id ?? null);
}

/** The records that were last recorded as published, or none. */
export function publishedRecords(lock: Lock, domain: string): DnsRecord[] {
  const locked = lock.domains.get(domain);
  const shape = locked?.liveShape == null ? undefined : lock.shapes.get(locked.liveShape);
  if (locked === undefined || shape === undefined) return [];
  return recordsOf(domain, shape, announcedId(locked));
}

/** The records that the lock says were built before, or none. */
export function recordsOfLocked(lock: Lock, domain: string): DnsRecord[] {
  const locked = lock.domains.get(domain);
  const shape = locked?.shape == null ? undefined : lock.shapes.get(locked.shape);
  return shape === undefined ? [] : recordsOf(domain, shape, locked?.current?.id ?? null);
}
