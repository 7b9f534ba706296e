/** One sender of one kind: the state machine of sender.ts, with a cache of its own and answers by chance. */
import type { SenderReading } from "./sender-reading.ts";
import type { Random } from "./random.ts";
import type { Sender } from "./sender.ts";
import { lookupFails, noRecord, type Sight } from "./sights.ts";
import type { Moment } from "./time.ts";
import { noId, type HeldEntry } from "./reach.ts";

/** Stands for "no text" where the number of one is expected. */
const none = -1;

export class SenderRun {
  readonly #sender: Sender;
  readonly #reading: SenderReading;
  readonly #sights: readonly Sight[];
  readonly #random: Random;
  #sight: Sight;
  #sightIndex = 0;
  #text = none;
  #id = noRecord;
  #stamp: Moment = -Infinity;
  #nothingUntil: Moment = -Infinity;
  #nextRound: Moment;
  #roundsBegin: Moment;

  /** A sender whose first delivery is not before `begin`. */
  constructor(
    sender: Sender,
    reading: SenderReading,
    sights: readonly Sight[],
    random: Random,
    begin: Moment,
  ) {
    this.#sender = sender;
    this.#reading = reading;
    this.#sights = sights;
    this.#random = random;
    const [first] = sights;
    if (first === undefined) throw new RangeError("a view without sights");
    this.#sight = first;
    const { round } = sender;
    this.#roundsBegin = round === null ? Infinity : begin + random.below(round.everySeconds);
    this.#nextRound = this.#roundsBegin;
  }

  /** Puts a policy into the cache that was fetched before the first delivery. */
  hold({ text, id, first, last, announcedUntil }: HeldEntry): void {
    if (this.#reading.kept[text] == null) return;
    this.#text = text;
    this.#id = this.#sender.asksDns ? id : noId;
    const renews = this.#sender.equalId === "renew" || this.#sender.round?.equalId === "renew";
    const latest = renews ? Math.max(last, announcedUntil) : last;
    this.#stamp = first + this.#random.below(Math.max(1, latest - first));
    // A sender that makes rounds made the last one at most one round ago, when this was still there.
    if (this.#sender.round !== null) {
      this.#roundsBegin = this.#stamp + this.#random.below(this.#sender.round.everySeconds);
      this.#nextRound = this.#roundsBegin;
    }
  }

  /** The number of the text that a delivery at this moment goes by, or -1. No moment is before an earlier one. */
  policyAt(now: Moment): number {
    while (this.#nextRound <= now) {
      this.#see(this.#nextRound);
      this.#makeRound(this.#nextRound);
      const { round } = this.#sender;
      if (round === null) break;
      this.#roundsBegin += round.everySeconds;
      const late = round.spreadSeconds === 0 ? 0 : this.#random.below(round.spreadSeconds);
      this.#nextRound = this.#roundsBegin + late;
    }
    this.#see(now);
    const text = this.#text;
    const age = now - this.#stamp;
    const valid = text !== none && age < (this.#reading.life[text] ?? 0);
    if (valid && age < (this.#reading.rest[text] ?? 0)) return text;
    if (!valid && now < this.#nothingUntil) return none;
    return this.#ask(now, valid);
  }

  /** Whether a policy keeps the mail from being delivered at this moment. */
  refusesAt(now: Moment): boolean {
    const text = this.policyAt(now);
    const { mx } = this.#sight;
    return text !== none && mx.length > 0 && this.#reading.refuses(text, this.#random.pick(mx));
  }

  #see(now: Moment): void {
    while (now >= this.#sight.to) {
      this.#sightIndex += 1;
      const next = this.#sights[this.#sightIndex];
      if (next === undefined) return;
      this.#sight = next;
    }
  }

  /** Asks DNS and the policy host on a delivery's behalf. */
  #ask(now: Moment, valid: boolean): number {
    const { asksDns, equalId, revives } = this.#sender;
    const id = asksDns ? this.#random.pick(this.#sight.records) : noId;
    if (id === noRecord || id === lookupFails) return this.#unanswered(now, valid, id);
    if (asksDns && id === this.#id && this.#text !== none && equalId !== "fetch") {
      if (valid || (equalId === "renew" && revives)) {
        if (equalId === "renew") this.#stamp = now;
        return this.#text;
      }
    }
    if (this.#fetch(now, id)) return this.#text;
    if (valid) return this.#sender.fetchFails === "use" ? this.#text : none;
    this.#nothingUntil = now + this.#sender.nothing.fetchFailsSeconds;
    return none;
  }

  #unanswered(now: Moment, valid: boolean, id: number): number {
    const kept = id === noRecord ? this.#sender.noRecord : this.#sender.lookupFails;
    if (valid && kept === "keep") return this.#text;
    if (valid) this.#text = none;
    if (id === noRecord) this.#nothingUntil = now + this.#sender.nothing.noRecordSeconds;
    return none;
  }

  /** Fetches, and stores what can be kept. */
  #fetch(now: Moment, id: number): boolean {
    const text = this.#random.pick(this.#sight.texts);
    if (text < 0 || this.#reading.kept[text] == null) return false;
    this.#text = text;
    this.#id = id;
    this.#stamp = now;
    return true;
  }

  #makeRound(now: Moment): void {
    const { round, asksDns } = this.#sender;
    const text = this.#text;
    if (round === null || text === none) return;
    const age = now - this.#stamp;
    if (age < round.youngSeconds) return;
    const valid = age < (this.#reading.life[text] ?? 0);
    const id = asksDns ? this.#random.pick(this.#sight.records) : noId;
    if (id === noRecord || id === lookupFails) {
      if (round.fetchesWithoutRecord) this.#fetch(now, this.#id);
      return;
    }
    if (asksDns && id === this.#id && (valid || round.revives)) {
      if (round.equalId === "renew") this.#stamp = now;
      return;
    }
    this.#fetch(now, id);
  }
}
