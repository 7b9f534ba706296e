/**
 * Name servers that do not answer. Looking must not be a deadlock: one that is dead for good would keep every policy from
 * being recorded as announced. So one that was silent in several looks is set aside, until it answers again.
 */
import type { Look, ServerLook } from "../lock/look.ts";
import type { UnixSeconds } from "../stamp.ts";
import { rewriteSeconds } from "./site-evidence.ts";

/** What is known of a server that did not answer. */
export interface SilentServer {
  /** The first look that it did not answer. */
  readonly since: UnixSeconds;
  /** The last of those that were written. */
  readonly at: UnixSeconds;
  /** How many looks it was silent in; counted to {@link enoughLooks}. */
  readonly looks: number;
}

/** By server, as a look names it: a host name and an address. */
export type SilentServers = ReadonlyMap<string, SilentServer>;

/**
 * A server is set aside when it was silent in three looks over an hour. Looks that are closer together count as one, so
 * that one wrong clock among them does not make an hour of a minute.
 */
const enoughLooks = 3;
const betweenLooks = 1800;

/** A server that nobody has asked for as long is forgotten. */
const forgetAfter = 90 * 86_400;
/** Names come from DNS: more than this is somebody's joke. */
const maxServers = 10_000;

/** Notes who was silent in one run, and who answered. Gives the same object where nothing is worth a changed line. */
export function withSilence(
  known: SilentServers,
  looks: readonly Look[],
  now: UnixSeconds,
): SilentServers {
  const silent = new Set<string>();
  const heard = new Set<string>();
  for (const { servers } of looks) {
    for (const one of servers) {
      if (!one.isAuthoritative || one.kind === "not-looked-at") continue;
      if (one.kind === "silent") silent.add(one.server);
      else heard.add(one.server);
    }
  }
  const next = new Map(known);
  for (const [server, one] of known) {
    if (heard.has(server) || now - one.at > forgetAfter) next.delete(server);
  }
  for (const server of silent) {
    // It keeps silent about one zone: that is no dead server.
    if (heard.has(server) || (!next.has(server) && next.size >= maxServers)) continue;
    next.set(server, again(next.get(server), now));
  }
  const isSame =
    next.size === known.size && [...next].every(([server, one]) => known.get(server) === one);
  return isSame ? known : next;
}

function again(before: SilentServer | undefined, now: UnixSeconds): SilentServer {
  // A clock that was ahead wrote a time that has not come yet: it is no proof of an hour.
  if (before === undefined || before.at > now) return { since: now, at: now, looks: 1 };
  if (now - before.at < (isEnough(before) ? rewriteSeconds : betweenLooks)) return before;
  return { since: before.since, at: now, looks: Math.min(before.looks + 1, enoughLooks) };
}

function isEnough({ looks }: SilentServer): boolean {
  return looks >= enoughLooks;
}

/** Marks in a look the servers that are set aside; where no other server answered, none is. */
export function setAside(look: Look, known: SilentServers): Look {
  const isHeard = look.servers.some(
    ({ isAuthoritative, kind }) => isAuthoritative && kind !== "silent" && kind !== "not-looked-at",
  );
  if (!isHeard) return look;
  const servers = look.servers.map((one): ServerLook => {
    const silence = known.get(one.server);
    if (one.kind !== "silent" || silence === undefined || !isEnough(silence)) return one;
    return { ...one, kind: "set-aside", since: silence.since };
  });
  return { ...look, servers };
}
