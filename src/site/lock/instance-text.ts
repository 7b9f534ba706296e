/**
 * The instances of a domain as they stand on its line of the lock: `key=value` fields, one group for each
 * instance, the current one first. A span of time is `FROM..TO`; `-` stands for what is not recorded.
 */
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { formatStamp, parseStamp, type UnixSeconds } from "../stamp.ts";
import {
  superseded,
  unseen,
  type EarlierInstance,
  type Instance,
  type LockedDomain,
  type Policies,
} from "./lock.ts";

const separator = " | ";

const marks = { said: "isSaid", "policy-first": "isPolicyFirst", spoiled: "isSpoiled" } as const;

/** Prints the groups, the first one after a space; nothing where there is no instance. */
export function formatInstances({ current, earlier }: LockedDomain): string {
  let text = "";
  if (current !== null) {
    const { servedAt, announcedAt } = current;
    text = ` ${formatHead(current)} served=${stampOr(servedAt)} announced=${stampOr(announcedAt)}${formatMarks(current)}`;
  }
  for (const one of earlier) {
    const served = formatSpan(one.servedAt, one.servedUntil);
    const announced = formatSpan(one.announcedAt, one.announcedUntil);
    const again = one.isSeenAgain ? ["again"] : [];
    text += `${separator}${formatHead(one)} served=${served} announced=${announced}${formatMarks(one, again)}`;
  }
  return text;
}

function formatHead({ id, digest, builtAt, ttlSeconds }: Instance): string {
  return `id=${id} policy=${digest} built=${stampOr(builtAt)} ttl=${String(ttlSeconds)}`;
}

function formatMarks(instance: Instance, more: readonly string[] = []): string {
  const { isSaid, isPolicyFirst, isSpoiled } = instance;
  if (!isSaid && !isPolicyFirst && !isSpoiled && more.length === 0) return "";
  const set = Object.entries(marks).flatMap(([name, key]) => (instance[key] ? [name] : []));
  return ` marks=${[...set, ...more].join(",")}`;
}

function formatSpan(from: UnixSeconds | null, to: UnixSeconds | null): string {
  return `${stampOr(from)}..${stampOr(to)}`;
}

function stampOr(seconds: number | null): string {
  return seconds === null ? "-" : formatStamp(seconds);
}

/** What is wrong with a line, in words; thrown and caught in this file. */
class MalformedLine extends Error {}

/**
 * Reads what follows the name on a domain's line. `version` 1 knows one time, `live`, and the end of the hold;
 * both facts are assumed to have begun then.
 */
export function readDomainFields(
  text: string,
  version: number,
  lock: Policies,
): Result<LockedDomain, string> {
  try {
    return success(readFieldsOf(text, version, lock));
  } catch (error) {
    if (!(error instanceof MalformedLine)) throw error;
    return failure(error.message);
  }
}

/** One for all domains without. */
const noEarlier: readonly EarlierInstance[] = [];

function readFieldsOf(text: string, version: number, lock: Policies): LockedDomain {
  const end = text.indexOf(separator);
  const first = new Fields(end === -1 ? text : text.slice(0, end));
  const shape = first.get("dns");
  if (shape === undefined) throw new MalformedLine("dns= is missing");
  const liveShape = version === 1 ? liveShapeOfFormat1(first, shape) : first.get("live_dns");
  if (liveShape === undefined) throw new MalformedLine("live_dns= is missing");
  const readOne = version === 1 ? readFormat1 : readInstance;
  return {
    shape: shape === "-" ? null : shape,
    liveShape: liveShape === "-" ? null : liveShape,
    current: first.has("id") ? currentOf(readOne(first, lock)) : null,
    earlier:
      end === -1
        ? noEarlier
        : text
            .slice(end + separator.length)
            .split(separator)
            .map((one) => readOne(new Fields(one), lock)),
    diverged: false,
  };
}

/** Format 1 does not tell which records are published: with a policy that is live, or without one, those that were built. */
function liveShapeOfFormat1(fields: Fields, shape: string): string {
  return fields.has("id") && fields.get("live") === "-" ? "-" : shape;
}

function currentOf(read: EarlierInstance): Instance {
  // Written out: spreading objects costs seconds in a lock of 100,000 domains.
  return {
    id: read.id,
    digest: read.digest,
    builtAt: read.builtAt,
    ttlSeconds: read.ttlSeconds,
    servedAt: read.servedAt,
    announcedAt: read.announcedAt,
    isSaid: read.isSaid,
    isPolicyFirst: read.isPolicyFirst,
    isSpoiled: read.isSpoiled,
  };
}

function readInstance(fields: Fields): EarlierInstance {
  const served = readSpan(fields, "served");
  const announced = readSpan(fields, "announced");
  const set = readMarks(fields.get("marks"));
  const { id, digest, builtAt, ttlSeconds } = readHead(fields);
  return {
    id,
    digest,
    builtAt,
    ttlSeconds,
    servedAt: served.from,
    servedUntil: served.to,
    announcedAt: announced.from,
    announcedUntil: announced.to,
    isSaid: set.has("said"),
    isPolicyFirst: set.has("policy-first"),
    isSpoiled: set.has("spoiled"),
    isSeenAgain: set.has("again"),
  };
}

const knownMarks: readonly string[] = [...Object.keys(marks), "again"];
const noMarks: ReadonlySet<string> = new Set();

function readMarks(text: string | undefined): ReadonlySet<string> {
  if (text === undefined) return noMarks;
  const set = new Set(text.split(","));
  for (const mark of set) {
    if (knownMarks.includes(mark)) continue;
    throw new MalformedLine(`marks= has none of ${knownMarks.join(", ")}`);
  }
  return set;
}

function readFormat1(fields: Fields, lock: Policies): EarlierInstance {
  const head = readHead(fields);
  const live = readStamp(fields, "live");
  const held = fields.has("held") ? readStamp(fields, "held") : null;
  const maxAge = lock.policies.get(head.digest)?.policy.maxAgeSeconds ?? 0;
  const until = held === null ? null : held - head.ttlSeconds - maxAge;
  return {
    ...superseded({ ...unseen, ...head }),
    servedAt: live,
    announcedAt: live,
    servedUntil: until,
    announcedUntil: until,
    isSaid: live !== null,
    isPolicyFirst: live !== null,
  };
}

function readHead(fields: Fields): Pick<Instance, "id" | "digest" | "builtAt" | "ttlSeconds"> {
  const id = fields.get("id") ?? "";
  const ttl = fields.get("ttl") ?? "";
  if (!/^[A-Za-z0-9]{1,32}$/.test(id)) {
    throw new MalformedLine("id= is not 1 to 32 letters or digits");
  }
  if (!/^\d{1,10}$/.test(ttl)) throw new MalformedLine("ttl= is not a number of seconds");
  return {
    id,
    digest: fields.get("policy") ?? "",
    builtAt: readStamp(fields, "built"),
    ttlSeconds: Number(ttl),
  };
}

/** `FROM..TO`, or only `FROM`. */
function readSpan(
  fields: Fields,
  key: string,
): { readonly from: UnixSeconds | null; readonly to: UnixSeconds | null } {
  const text = fields.get(key) ?? "";
  const dots = text.indexOf("..");
  const from = stampOf(dots === -1 ? text : text.slice(0, dots));
  const to = dots === -1 ? null : stampOf(text.slice(dots + 2));
  if (from === undefined || to === undefined) {
    throw new MalformedLine(`${key}= is not a span of time`);
  }
  return { from, to };
}

function readStamp(fields: Fields, key: string): UnixSeconds | null {
  const stamp = stampOf(fields.get(key));
  if (stamp === undefined) throw new MalformedLine(`${key}= is not a time`);
  return stamp;
}

/** A stamp, null for `-`, undefined for anything else. */
function stampOf(text: string | undefined): UnixSeconds | null | undefined {
  if (text === undefined) return undefined;
  return text === "-" ? null : (parseStamp(text) ?? undefined);
}

/** The fields of a part of a line, looked up in its text: a map for each of 100,000 lines costs a second. */
class Fields {
  readonly #text: string;

  constructor(text: string) {
    if (!fieldsShape.test(text)) throw new MalformedLine("a field is not key=value");
    this.#text = ` ${text}`;
  }

  has(key: string): boolean {
    return this.#text.includes(` ${key}=`);
  }

  get(key: string): string | undefined {
    const name = ` ${key}=`;
    const at = this.#text.indexOf(name);
    if (at === -1) return undefined;
    const begin = at + name.length;
    const end = this.#text.indexOf(" ", begin);
    return end === -1 ? this.#text.slice(begin) : this.#text.slice(begin, end);
  }
}

const fieldsShape = /^[^ =]+=[^ ]*(?: [^ =]+=[^ ]*)*$/;
