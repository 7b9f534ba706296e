/** The SOA serial of a delegation zone. The lock keeps it, since neither a hash nor `dist/` would make it grow. */
import type { UnixSeconds } from "./stamp.ts";

/** What the lock keeps of a delegation zone. */
export interface ZoneSerial {
  readonly serial: number;
  /** Digest of the zone's records under that serial. */
  readonly digest: string;
}

/**
 * Returns the serial of a zone: the time of the build, and always more than the last one (as an own
 * policy id does), changed exactly when a record changed.
 *
 * @param before null: the zone is new.
 * @see RFC 1982 (serial number arithmetic); Unix seconds stay below 2^32 until 2106
 */
export function nextSerial(
  before: ZoneSerial | null,
  digest: string,
  now: UnixSeconds,
): ZoneSerial {
  if (before?.digest === digest) return before;
  const next = Math.max(now, before === null ? 1 : before.serial + 1);
  return { serial: next >>> 0, digest };
}
