/**
 * Simulates single senders that deliver at times and meet answers by chance, and counts what becomes
 * of their mail. What a sample loses, {@link simulate} must have told: tests compare the two.
 */
import { SenderReading } from "./sender-reading.ts";
import { Random } from "./random.ts";
import type { HeldEntry } from "./reach.ts";
import { lossSeconds, retryAfter, type Retries } from "./retries.ts";
import { SenderRun } from "./sender-run.ts";
import type { Sender } from "./sender.ts";
import { senders as allSenders } from "./senders.ts";
import { viewOf, type View } from "./sights.ts";
import { firstEvent, heldEntries, type SimulationOptions } from "./simulate.ts";
import type { Moment } from "./time.ts";
import type { World } from "./world.ts";

export interface SampleOptions extends SimulationOptions {
  readonly until: Moment;
  readonly seed: number;
  /** How many mails each sender sends, at random times. */
  readonly deliveries: number;
  /** How many senders there are of each kind; one unless said otherwise. */
  readonly histories?: number;
}

/** Mail that a policy made a sender return or keep for over four hours. */
export interface Loss {
  readonly sender: string;
  readonly sentAt: Moment;
}

/** Every mail is in one of the three. */
export interface SampleCounts {
  delivered: number;
  /** Delivered within four hours, but not at once. */
  deferred: number;
  lost: number;
}

export interface Sample extends Readonly<SampleCounts> {
  /** The first losses of each sender, at most 20. */
  readonly losses: readonly Loss[];
}

/** Lets senders of each kind deliver. The same seed gives the same sample. */
export function sample(world: World, options: SampleOptions): Sample {
  const view = viewOf(world, options);
  const from = options.from ?? firstEvent(world);
  const held = heldEntries(options.held ?? [], view);
  const random = new Random(options.seed);
  const losses: Loss[] = [];
  const counts: SampleCounts = { delivered: 0, deferred: 0, lost: 0 };
  for (const sender of options.senders ?? allSenders) {
    const reading = new SenderReading(sender, view);
    for (let history = 0; history < (options.histories ?? 1); history += 1) {
      const mail = new Mail(
        sender,
        startRun(sender, reading, view, random, from, held),
        counts,
        losses,
      );
      const step = (2 * (options.until - from)) / options.deliveries;
      // The gaps are random too, so a few mails fewer may be sent than were asked for.
      let at = from;
      for (let sent = 0; sent < options.deliveries; sent += 1) {
        at += Math.floor(random.unit() * step);
        if (at >= options.until) break;
        mail.send(at);
      }
      mail.finish();
    }
  }
  return { ...counts, losses };
}

function startRun(
  sender: Sender,
  reading: SenderReading,
  view: View,
  random: Random,
  begin: Moment,
  held: readonly HeldEntry[],
): SenderRun {
  const run = new SenderRun(sender, reading, view.sights, random, begin);
  const entry = held[random.below(held.length + 1)];
  if (entry !== undefined) run.hold(entry);
  return run;
}

interface Waiting {
  readonly sentAt: Moment;
  readonly next: Moment;
}

/** The mail of one sender, with the queue of what waits. */
class Mail {
  readonly #sender: Sender;
  readonly #run: SenderRun;
  readonly #counts: SampleCounts;
  readonly #losses: Loss[];
  readonly #retries: Retries | null;
  /** The soonest retry last. */
  readonly #queue: Waiting[] = [];
  #told = 0;

  constructor(sender: Sender, run: SenderRun, counts: SampleCounts, losses: Loss[]) {
    this.#sender = sender;
    this.#run = run;
    this.#counts = counts;
    this.#losses = losses;
    this.#retries = sender.mismatch === "refuses" ? null : sender.mismatch;
  }

  /** Sends a mail, after all retries that are due before. */
  send(at: Moment): void {
    this.#retryUntil(at);
    if (this.#run.refusesAt(at)) this.#wait(at, at);
    else this.#counts.delivered += 1;
  }

  /** Tries until nothing waits. */
  finish(): void {
    this.#retryUntil(Infinity);
  }

  #retryUntil(until: Moment): void {
    for (let due = this.#queue.at(-1); due !== undefined && due.next <= until;) {
      this.#queue.pop();
      if (this.#run.refusesAt(due.next)) this.#wait(due.sentAt, due.next);
      else this.#counts.deferred += 1;
      due = this.#queue.at(-1);
    }
  }

  #wait(sentAt: Moment, now: Moment): void {
    const wait = this.#retries === null ? Infinity : retryAfter(this.#retries, now - sentAt + 1);
    if (wait <= lossSeconds) {
      this.#enqueue({ sentAt, next: sentAt + wait });
      return;
    }
    this.#counts.lost += 1;
    if (this.#told >= 20) return;
    this.#told += 1;
    this.#losses.push({ sender: this.#sender.name, sentAt });
  }

  #enqueue(waiting: Waiting): void {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#queue[middle]?.next ?? 0) > waiting.next) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, waiting);
  }
}
