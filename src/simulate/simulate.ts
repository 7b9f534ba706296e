/**
 * Simulates what mail senders' caches of MTA-STS policies do to the mail of a domain.
 *
 * This is the judge of what `stspress.lock` says about holds, and so knows nothing of it: only of a
 * world, of what can be seen of it at each moment (sights.ts), and of how kinds of senders behave
 * (senders.ts). It reasons about all senders of a kind at once (reach.ts): those that delivered at any
 * moments, from any state of their cache, with any of the possible answers. Whatever a single sender
 * can do (sample.ts), this finds.
 */
import { Outcomes, type OutcomeInterval } from "./outcome.ts";
import { reach, type HeldEntry } from "./reach.ts";
import { SenderReading } from "./sender-reading.ts";
import type { Sender } from "./sender.ts";
import { senders as allSenders } from "./senders.ts";
import { viewOf, type View } from "./sights.ts";
import type { Moment } from "./time.ts";
import type { World } from "./world.ts";

/** A policy that senders may hold from before the first event, and when they may have fetched it. */
export interface HeldInstance {
  readonly id: string;
  readonly text: string;
  /** The first and the last moment at which this text could be fetched while this id could be seen. */
  readonly fetched: { readonly from: Moment; readonly to: Moment };
  /** Until when its id could be seen in DNS, where that is later: who renews on an equal id did until then. */
  readonly announcedUntil?: Moment;
}

export interface SimulationOptions {
  /** What is told begins here; the first event, unless said otherwise. What came before is simulated all the same. */
  readonly from?: Moment;
  /** And ends here; never, unless said otherwise. */
  readonly until?: Moment;
  readonly held?: readonly HeldInstance[];
  /** Whether any single lookup or fetch may fail at any time; false unless said otherwise. */
  readonly flaky?: boolean;
  readonly senders?: readonly Sender[];
}

/** What becomes of the mail of one kind of sender. */
export interface SenderResult {
  readonly sender: string;
  /** Without a gap, from the beginning to the end of what is told. */
  readonly timeline: readonly OutcomeInterval[];
  readonly loss: boolean;
}

export interface SimulationResult {
  readonly from: Moment;
  /** Infinity: the last intervals last as long as the world stays as it is. */
  readonly until: Moment;
  readonly senders: readonly SenderResult[];
  /** Whether any of them loses mail. */
  readonly loss: boolean;
}

/**
 * Tells for each kind of sender when it delivers, at worst.
 * @throws RangeError where two simultaneous events of the world contradict each other.
 */
export function simulate(world: World, options: SimulationOptions = {}): SimulationResult {
  const view = viewOf(world, options);
  const from = options.from ?? firstEvent(world);
  const until = options.until ?? Infinity;
  const held = heldEntries(options.held ?? [], view);
  const senders = (options.senders ?? allSenders).map((sender): SenderResult => {
    const reading = new SenderReading(sender, view);
    const outcomes = new Outcomes(sender, reading, view);
    reach(sender, reading, view.sights, held, (use, sight) => {
      outcomes.add(use, sight);
    });
    const timeline = outcomes.timeline(from, until);
    return { sender: sender.name, timeline, loss: timeline.some(({ loss }) => loss) };
  });
  return { from, until, senders, loss: senders.some(({ loss }) => loss) };
}

/** When a world begins; 0 where nothing ever happens. */
export function firstEvent(world: World): Moment {
  const first = Math.min(...world.map(({ at }) => at));
  return Number.isFinite(first) ? first : 0;
}

/** The instances that a view has numbered, because it was given them. */
export function heldEntries(held: readonly HeldInstance[], view: View): HeldEntry[] {
  return held.map(({ id, text, fetched, announcedUntil }) => ({
    id: view.ids.indexOf(id),
    text: view.texts.findIndex((one) => one.text === text),
    first: fetched.from,
    last: fetched.to,
    announcedUntil: announcedUntil ?? fetched.to,
  }));
}
