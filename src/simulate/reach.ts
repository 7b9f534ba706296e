/**
 * Which policies a kind of sender may use when, of all that it may have done until then.
 *
 * A sender may have delivered at any moment, or never, and met any of the possible answers each time.
 * So what can be in a cache is, for each text and id, every stamp (the moment of reading or renewing)
 * between an earliest and a latest one; all that matters about it, its rest and its end, counts from
 * the latest. Within a sight the answers stay the same: what can be fetched once can be fetched until
 * the sight's end, and an id that renews once does so until then. That makes one step for each sight
 * and each text under an id enough, however many deliveries are possible.
 *
 * Times are real numbers, and ends are not reached: what could be fetched until just before `to` and
 * lives for `life` may be used until just before `to + life`. The earliest stamp may be earlier than
 * any that a sender can really have kept; that makes a renewal possible too soon at worst.
 */
import type { SenderReading } from "./sender-reading.ts";
import type { Sender } from "./sender.ts";
import { lookupFails, noRecord, type Sight } from "./sights.ts";
import type { Moment } from "./time.ts";

/** In place of the number of an id: the sender asks for none. */
export const noId = -3;

/** A policy that some sender may hold before the first event. */
export interface HeldEntry {
  readonly text: number;
  readonly id: number;
  readonly first: Moment;
  readonly last: Moment;
  /** Until when its id could be seen in DNS. */
  readonly announcedUntil: Moment;
}

/** Some sender may deliver by this text, held under this id, from `from` until just before `to`. */
export interface Use {
  readonly text: number;
  readonly id: number;
  readonly from: Moment;
  readonly to: Moment;
}

interface Entry {
  readonly text: number;
  readonly id: number;
  /** Of the possible stamps. */
  first: Moment;
  last: Moment;
  /** When a round may last have left it as it was. */
  looked: Moment;
}

/** Reports each use of each sight, in the order of sights. */
export function reach(
  sender: Sender,
  reading: SenderReading,
  sights: readonly Sight[],
  held: readonly HeldEntry[],
  use: (used: Use, sight: Sight) => void,
): void {
  new Reach(sender, reading, held).walk(sights, use);
}

class Reach {
  readonly #sender: Sender;
  readonly #reading: SenderReading;
  readonly #entries = new Map<number, Entry>();

  constructor(sender: Sender, reading: SenderReading, held: readonly HeldEntry[]) {
    this.#sender = sender;
    this.#reading = reading;
    const renews = sender.equalId === "renew" || sender.round?.equalId === "renew";
    for (const { text, id, first, last, announcedUntil } of held) {
      if (reading.kept[text] == null) continue;
      const renewed = renews ? Math.max(last, announcedUntil) : last;
      this.#stamp(text, sender.asksDns ? id : noId, first, renewed);
    }
  }

  walk(sights: readonly Sight[], use: (used: Use, sight: Sight) => void): void {
    for (const sight of sights) {
      const { from, to } = sight;
      const readable = sight.texts.filter((text) => this.#reading.kept[text] != null);
      const fails = readable.length < sight.texts.length;
      const used = new Map<number, Moment>();
      // Who fetches under a cached id does so before anything of this sight is in the cache.
      const cachedIds = new Set<number>();
      for (const [key, entry] of this.#entries) {
        if (!this.#lives(entry, from)) {
          this.#entries.delete(key);
          continue;
        }
        cachedIds.add(entry.id);
        used.set(key, this.#keepOn(entry, sight, fails));
      }
      const found = this.#sender.asksDns ? sight.records.filter((id) => id >= 0) : [noId];
      const unasked = this.#fetchesWithoutRecord(sight) ? cachedIds : [];
      for (const text of readable) {
        for (const id of found) used.set(this.#stamp(text, id, from, to), to);
        for (const id of unasked) used.set(this.#stamp(text, id, from, to), to);
      }
      for (const [key, until] of used) {
        const entry = this.#entries.get(key);
        if (entry !== undefined && until > from) {
          use({ text: entry.text, id: entry.id, from, to: Math.min(until, to) }, sight);
        }
      }
    }
  }

  #stamp(text: number, id: number, first: Moment, last: Moment): number {
    const key = text * 65_536 + (id - noId);
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { text, id, first, last, looked: last });
    else {
      entry.first = Math.min(entry.first, first);
      entry.last = Math.max(entry.last, last);
      entry.looked = Math.max(entry.looked, last);
    }
    return key;
  }

  /** Whether some sender may still have it in its cache, expired or not. */
  #lives(entry: Entry, now: Moment): boolean {
    const { round, revives } = this.#sender;
    const roundsOver = round !== null && now >= entry.looked + slowest(round);
    if (roundsOver) return false;
    return revives || round?.revives === true || now < this.#end(entry);
  }

  #end({ text, last }: Entry): Moment {
    return last + (this.#reading.life[text] ?? 0);
  }

  /** Renews an entry where that is possible in a sight; tells until when it may be used there. */
  #keepOn(entry: Entry, sight: Sight, fails: boolean): Moment {
    const { from, to } = sight;
    const { round, equalId, revives } = this.#sender;
    const equal = sight.records.includes(entry.id);
    const valid = from < this.#end(entry);
    const rest = this.#reading.rest[entry.text] ?? 0;
    const atUse = equal && equalId === "renew" && (valid || revives) && to > entry.first + rest;
    const inRound =
      round?.equalId === "renew" &&
      equal &&
      (valid || round.revives) &&
      to > entry.first + round.youngSeconds;
    if (atUse || inRound) entry.last = to;
    let until = this.#end(entry);
    if (!this.#keptAtUse(entry, sight, fails)) until = Math.min(until, entry.last + rest);
    if (round !== null) {
      if (atUse || inRound || this.#keptInRound(entry, sight, fails)) entry.looked = to;
      until = Math.min(until, entry.looked + slowest(round));
    }
    return until;
  }

  /** Whether a delivery that asks may go on with the cached text. */
  #keptAtUse({ id }: Entry, { records }: Sight, fails: boolean): boolean {
    const { asksDns, equalId } = this.#sender;
    if (!asksDns) return false;
    const keepsUnfetched = fails && this.#sender.fetchFails === "use";
    return records.some((seen) => {
      if (seen === noRecord) return this.#sender.noRecord === "keep";
      if (seen === lookupFails) return this.#sender.lookupFails === "keep";
      return (seen === id && equalId !== "fetch") || keepsUnfetched;
    });
  }

  /** Whether a round may leave the cached text as it is. */
  #keptInRound({ id }: Entry, { records }: Sight, fails: boolean): boolean {
    if (!this.#sender.asksDns || fails) return fails;
    return records.some(
      (seen) => seen === id || (seen < 0 && this.#sender.round?.fetchesWithoutRecord === false),
    );
  }

  #fetchesWithoutRecord({ records }: Sight): boolean {
    return (
      this.#sender.asksDns &&
      this.#sender.round?.fetchesWithoutRecord === true &&
      records.some((seen) => seen === noRecord || seen === lookupFails)
    );
  }
}

/** The longest time between two rounds that both looked at an entry. */
function slowest(round: NonNullable<Sender["round"]>): number {
  return round.everySeconds + round.spreadSeconds + round.youngSeconds;
}
