/**
 * The text of `stspress.lock`: sorted lines, one per distinct policy, per distinct set of DNS
 * settings and per domain, so that a diff names the domains it touches and git merges most edits by
 * itself. Where git could not, its conflict markers are read here (see merge.ts for what they mean).
 */
import { compareText, problem, type Parsed, type Problem } from "../../diagnostics/diagnostic.ts";
import { parsePolicy } from "../../mta-sts/policy.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { dnsShapeFromJson, type DnsShape } from "../dns-records.ts";
import type { ZoneSerial } from "../zone-serial.ts";
import { formatInstances, readDomainFields } from "./instance-text.ts";
import {
  instancesOf,
  type Instance,
  type Lock,
  type LockedDomain,
  type LockedPolicy,
} from "./lock.ts";
import { mergeDomain } from "./merge.ts";

/** Names a text by a short digest: 16 hexadecimal digits of its SHA-256. Given by the edge. */
export type Digest = (text: string) => string;

const version = 2;
const header = `stspress.lock ${String(version)}\n# What mail senders may hold. Written by \`stspress build\` and \`stspress live\`; commit it, never edit it.\n`;

/** Prints a lock; the same lock gives the same bytes. */
export function formatLock(lock: Lock): string {
  const lines: string[] = [];
  for (const [digest, { text }] of sorted(lock.policies)) {
    lines.push(`policy ${digest} ${JSON.stringify(text)}`);
  }
  for (const [digest, shape] of sorted(lock.shapes)) {
    lines.push(`dns ${digest} ${JSON.stringify(shape)}`);
  }
  for (const [zone, { serial, digest }] of sorted(lock.zones)) {
    lines.push(`zone ${zone} serial=${String(serial)} records=${digest}`);
  }
  for (const [name, domain] of sorted(lock.domains)) lines.push(formatDomainLine(name, domain));
  return header + lines.map((line) => `${line}\n`).join("");
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}

function formatDomainLine(name: string, domain: LockedDomain): string {
  return `domain ${name} dns=${domain.shape ?? "-"} live_dns=${domain.liveShape ?? "-"}${formatInstances(domain)}`;
}

/** A lock that was read. */
export interface LockText {
  readonly lock: Lock;
  /** The text had git's conflict markers, so it must be written anew. */
  readonly merged: boolean;
  /** The format that the text was written in. */
  readonly version: number;
}

/**
 * Reads a lock. An empty text is refused: a lock that was emptied by accident forgot every hold.
 * Errors: `lock/*` codes with the offset of the line.
 */
export function parseLock(text: string, digest: Digest): Parsed<LockText> {
  const reader = new LockReader(digest);
  let offset = 0;
  for (const raw of text.split("\n")) {
    reader.line(raw.endsWith("\r") ? raw.slice(0, -1) : raw, offset);
    if (reader.gaveUp) break;
    offset += raw.length + 1;
  }
  return reader.result();
}

class LockReader {
  gaveUp = false;
  readonly #digest: Digest;
  readonly #problems: Problem[] = [];
  readonly #policies = new Map<string, LockedPolicy>();
  readonly #shapes = new Map<string, DnsShape>();
  readonly #domains = new Map<string, LockedDomain>();
  readonly #zones = new Map<string, ZoneSerial>();
  readonly #uses: { digest: string; kind: "policy" | "dns"; offset: number; length: number }[] = [];
  #sawHeader = false;
  /** Of the text; the newer one where two sides of a merge differ. */
  #version = version;
  #merged = false;
  #side: "common" | "ours" | "base" | "theirs" = "common";

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  line(line: string, offset: number): void {
    if (this.#marker(line)) return;
    if (line === "" || line.startsWith("#") || this.#side === "base") return;
    if (!this.#sawHeader) {
      this.#header(line, offset);
      return;
    }
    const found = /^(policy|dns|zone|domain) (\S+) (.+)$/.exec(line);
    const [, kind, key, rest] = found ?? [];
    if (key === undefined || rest === undefined) {
      const other = /^stspress\.lock (\d)$/.exec(line);
      if (other !== null && Number(other[1]) <= version) {
        this.#version = Number(other[1]);
        return;
      }
      this.#syntax(offset, line.length, "it begins with neither policy, dns, zone nor domain");
    } else if (kind === "policy") this.#policy(key, rest, offset, line.length);
    else if (kind === "dns") this.#shape(key, rest, offset, line.length);
    else if (kind === "zone") this.#zone(key, rest, offset, line.length);
    else this.#domain(key, rest, offset, line.length);
  }

  result(): Parsed<LockText> {
    if (!this.#sawHeader && !this.gaveUp) {
      this.#problems.push(problem("lock/empty", {}, 0, 1));
    }
    if (this.#side !== "common") this.#syntax(0, 1, "a conflict marker <<<<<<< has no >>>>>>>");
    for (const use of this.#uses) {
      const known = use.kind === "policy" ? this.#policies : this.#shapes;
      if (known.has(use.digest)) continue;
      this.#syntax(use.offset, use.length, `its ${use.kind} ${use.digest} is not in the lock`);
    }
    if (this.#problems.length > 0) return { ok: false, problems: this.#problems };
    const lock: Lock = {
      policies: this.#policies,
      shapes: this.#shapes,
      domains: this.#domains,
      zones: this.#zones,
    };
    return {
      ok: true,
      value: { lock, merged: this.#merged, version: this.#version },
      warnings: [],
    };
  }

  #marker(line: string): boolean {
    if (line.startsWith("<<<<<<< ")) this.#side = "ours";
    else if (line.startsWith("||||||| ") && this.#side === "ours") this.#side = "base";
    else if (line === "=======" && this.#side !== "common") this.#side = "theirs";
    else if (line.startsWith(">>>>>>> ") && this.#side === "theirs") this.#side = "common";
    else return false;
    this.#merged = true;
    return true;
  }

  #header(line: string, offset: number): void {
    const found = /^stspress\.lock (\d{1,9})$/.exec(line);
    this.#sawHeader = found !== null;
    if (found !== null) this.#version = Number(found[1]);
    if (found === null) {
      this.gaveUp = true;
      this.#problems.push(problem("lock/not-a-lock", {}, offset, line.length));
    } else if (Number(found[1]) > version) {
      this.gaveUp = true;
      this.#problems.push(
        problem("lock/newer", { version: Number(found[1]) }, offset, line.length),
      );
    }
  }

  #policy(digest: string, json: string, offset: number, length: number): void {
    const text = parseJson(json);
    if (typeof text !== "string") {
      this.#syntax(offset, length, "the policy is not a JSON string");
      return;
    }
    if (this.#digest(text) !== digest) {
      this.#syntax(offset, length, "the digest is not that of the text");
      return;
    }
    const parsed = parsePolicy(text);
    if (parsed.ok) this.#policies.set(digest, { text, policy: parsed.value });
    else this.#syntax(offset, length, "the text is not a policy");
  }

  #shape(digest: string, json: string, offset: number, length: number): void {
    const shape = dnsShapeFromJson(parseJson(json));
    if (shape === null) this.#syntax(offset, length, "the DNS settings are incomplete");
    else if (this.#digest(JSON.stringify(shape)) !== digest) {
      this.#syntax(offset, length, "the digest is not that of the DNS settings");
    } else this.#shapes.set(digest, shape);
  }

  #zone(name: string, rest: string, offset: number, length: number): void {
    const found = /^serial=(\d{1,10}) records=([0-9a-f]+)$/.exec(rest);
    const serial = Number(found?.[1] ?? Number.NaN);
    if (!isName(name) || !(serial < 2 ** 32)) {
      this.#syntax(offset, length, "the zone is not a name with serial= and records=");
      return;
    }
    const known = this.#zones.get(name);
    const digest = found?.[2] ?? "";
    // Two sides of a merge: neither's records may be what is built next, so the later serial must grow.
    if (known === undefined) this.#zones.set(name, { serial, digest });
    else if (!this.#merged) {
      this.#problems.push(problem("lock/duplicate", { domain: name }, offset, length));
    } else if (known.digest !== digest || known.serial !== serial) {
      this.#zones.set(name, { serial: Math.max(known.serial, serial), digest: "" });
    }
  }

  #domain(name: string, rest: string, offset: number, length: number): void {
    if (!isName(name)) {
      this.#syntax(offset, length, "the domain name is not one");
      return;
    }
    const domain = this.#fields(rest, offset, length);
    if (domain === null) return;
    const known = this.#domains.get(name);
    if (known === undefined) this.#domains.set(name, domain);
    else if (this.#merged) this.#domains.set(name, mergeDomain(known, domain));
    else this.#problems.push(problem("lock/duplicate", { domain: name }, offset, length));
    const wrong = this.#merged ? null : firstIdOutOfOrder(domain);
    if (wrong !== null) {
      this.#problems.push(problem("lock/id-order", { domain: name, ...wrong }, offset, length));
    }
  }

  #fields(text: string, offset: number, length: number): LockedDomain | null {
    const read = readDomainFields(text, this.#version, { policies: this.#policies });
    if (!read.ok) {
      for (const detail of read.problems) this.#syntax(offset, length, detail);
      return null;
    }
    const { shape, liveShape, current, earlier } = read.value;
    if (shape !== null) this.#use(shape, "dns", offset, length);
    if (liveShape !== null && liveShape !== shape) this.#use(liveShape, "dns", offset, length);
    if (current !== null) this.#use(current.digest, "policy", offset, length);
    for (const { digest } of earlier) this.#use(digest, "policy", offset, length);
    return read.value;
  }

  /** What comes before a domain in the file is known already; in a merge it may come after it. */
  #use(digest: string, kind: "policy" | "dns", offset: number, length: number): void {
    const known = kind === "policy" ? this.#policies : this.#shapes;
    if (!known.has(digest)) this.#uses.push({ digest, kind, offset, length });
  }

  #syntax(offset: number, length: number, detail: string): void {
    this.#problems.push(problem("lock/syntax", { detail }, offset, length));
  }
}

function isName(name: string): boolean {
  const parsed = parseDomainName(name);
  return parsed.ok && parsed.value.ascii === name;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Own ids are times, so a successor's is later than its predecessor's. One that is not was edited,
 * or built by a clock that had gone back: a sender may know the id from another text.
 */
function firstIdOutOfOrder(domain: LockedDomain): { id: string; before: string } | null {
  if (domain.earlier.length === 0) return null;
  const all = instancesOf(domain);
  let last: Instance | null = null;
  const seen = new Set<string>();
  for (const instance of all) {
    if (seen.has(instance.id)) return { id: instance.id, before: instance.id };
    seen.add(instance.id);
    if (instance.builtAt === null) continue;
    if (last !== null && compareText(instance.id, last.id) <= 0) {
      return { id: instance.id, before: last.id };
    }
    last = instance;
  }
  return null;
}
