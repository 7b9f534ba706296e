/**
 * What a sender can see of a world: the timeline cut into sights, within each of which the possible
 * answers stay the same. Pessimism is here: a lookup may be answered by any name server or by any
 * resolver that cached a record within its TTL, a fetch may reach any address that DNS or a resolver
 * still gives. A lookup and the fetch that follows it are independent of each other.
 */
import type { Policy } from "../mta-sts/policy-grammar.ts";
import { parsePolicy } from "../mta-sts/policy.ts";
import type { Moment } from "./time.ts";
import { subjectOf, type MxHostState, type World, type WorldEvent } from "./world.ts";

/** In place of the number of an id: DNS says that there is no valid record. */
export const noRecord = -1;
/** In place of the number of an id: the lookup gave no answer. */
export const lookupFails = -2;
/** In place of the number of a text: the fetch gave no text. */
export const fetchFails = -1;

/** From `from` until just before `to`, each of these answers is possible at any moment, and no other. */
export interface Sight {
  readonly from: Moment;
  readonly to: Moment;
  /** Numbers of ids, {@link noRecord}, {@link lookupFails}; never empty. */
  readonly records: readonly number[];
  /** Numbers of texts, {@link fetchFails}; never empty. */
  readonly texts: readonly number[];
  /** Numbers of sets of MX hosts; empty while the domain has no MX. */
  readonly mx: readonly number[];
}

/** A text that was served, and what it says; the policy is null where RFC 8461 refuses the text. */
export interface PolicyText {
  readonly text: string;
  readonly policy: Policy | null;
  readonly maxAgeTooLarge: boolean;
}

/** The MX hosts that a sender gets from DNS, as they answer meanwhile. */
export interface MxHosts {
  readonly hosts: readonly string[];
  readonly open: readonly string[];
  /** Those of the open ones that have a valid certificate. */
  readonly secure: readonly string[];
}

export interface View {
  readonly ids: readonly string[];
  readonly texts: readonly PolicyText[];
  readonly mxHosts: readonly MxHosts[];
  /** Without a gap, from -Infinity to Infinity. */
  readonly sights: readonly Sight[];
}

export interface ViewOptions {
  /** Ids and texts that no event mentions and somebody holds all the same. */
  readonly held?: readonly { readonly id: string; readonly text: string }[];
  /** Whether any single lookup or fetch may fail at any time, as on the real Internet. */
  readonly flaky?: boolean;
}

/** A value that one subject has for a while. */
interface Span<T> {
  readonly from: Moment;
  readonly to: Moment;
  readonly value: T;
}

/** Cuts a world into sights. @throws RangeError where two simultaneous events contradict each other. */
export function viewOf(world: World, options: ViewOptions = {}): View {
  const subjects = bySubject(world);
  const ids = new Numbers();
  const texts = new Numbers();
  for (const { id, text } of options.held ?? []) {
    ids.of(id);
    texts.of(text);
  }
  const records = recordSpans(subjects, ids);
  const addresses = addressSpans(subjects);
  const served = servedSpans(subjects, texts);
  const hostUp = spansOf(subjects.get("policy-host"), (event) =>
    event.what === "policy-host" ? event.up : true,
  );
  const mxSets = extended(
    spansOf(subjects.get("mx"), (event) => (event.what === "mx" ? event : null)),
    (event) => event?.ttlSeconds ?? 0,
  );
  const mxStates = mxStateSpans(subjects);

  const sets = new Numbers();
  const mxHosts: MxHosts[] = [];
  const cuts = cutsOf([
    records,
    addresses,
    hostUp,
    mxSets,
    ...served.values(),
    ...mxStates.values(),
  ]);
  const sights: Sight[] = [];
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const from = cuts[index] ?? 0;
    const to = cuts[index + 1] ?? 0;
    const up = at(hostUp, from)?.value ?? true;
    const fetched = new Set<number>();
    for (const { value } of overlapping(addresses, from)) {
      if (value.length === 0) fetched.add(fetchFails);
      for (const address of value) {
        const text = up ? at(served.get(address), from)?.value : fetchFails;
        fetched.add(text ?? fetchFails);
      }
    }
    if (fetched.size === 0 || options.flaky === true) fetched.add(fetchFails);
    const seen = new Set(overlapping(records, from).map(({ value }) => value));
    if (options.flaky === true) seen.add(lookupFails);
    const mx = new Set<number>();
    for (const { value } of overlapping(mxSets, from)) {
      if (value === null || value.hosts.length === 0) continue;
      const hosts = seenHosts(value.hosts, (host) => at(mxStates.get(host), from)?.value ?? "up");
      const number = sets.of(JSON.stringify([hosts.hosts, hosts.open, hosts.secure]));
      mxHosts[number] = hosts;
      mx.add(number);
    }
    const last = sights.at(-1);
    const sight = { from, to, records: sorted(seen), texts: sorted(fetched), mx: sorted(mx) };
    if (last !== undefined && sameAnswers(last, sight)) sights[sights.length - 1] = { ...last, to };
    else sights.push(sight);
  }
  return { ids: ids.all, texts: texts.all.map(readText), mxHosts, sights };
}

function readText(text: string): PolicyText {
  const parsed = parsePolicy(text);
  return {
    text,
    policy: parsed.ok ? parsed.value : null,
    maxAgeTooLarge:
      parsed.ok && parsed.warnings.some(({ code }) => code === "policy/max-age-too-large"),
  };
}

function seenHosts(hosts: readonly string[], stateOf: (host: string) => MxHostState): MxHosts {
  const names = hosts.map((host) => host.toLowerCase()).sort();
  const open = names.filter((host) => stateOf(host) !== "down");
  return { hosts: names, open, secure: open.filter((host) => stateOf(host) === "up") };
}

/** The events of each subject in order. Neither the order nor that of subjects depends on how the world was written. */
function bySubject(world: World): Map<string, WorldEvent[]> {
  const subjects = new Map<string, WorldEvent[]>();
  const named = world.map((event) => ({ event, subject: subjectOf(event) }));
  named.sort((a, b) => a.event.at - b.event.at || (a.subject < b.subject ? -1 : 1));
  for (const { event, subject } of named) {
    const events = subjects.get(subject);
    const last = events?.at(-1);
    if (events === undefined) subjects.set(subject, [event]);
    else if (last?.at !== event.at) events.push(event);
    else if (JSON.stringify(valueOf(last)) !== JSON.stringify(valueOf(event))) {
      throw new RangeError(`two events of one second contradict each other: ${subject}`);
    }
  }
  return subjects;
}

/** An event in a form in which only its meaning is compared. */
function valueOf(event: WorldEvent): unknown {
  switch (event.what) {
    case "serve":
      return event.text;
    case "addresses":
      return [[...event.addresses].sort(), event.ttlSeconds];
    case "announce":
      return [event.id, event.ttlSeconds];
    case "mx":
      return [event.hosts.map((host) => host.toLowerCase()).sort(), event.ttlSeconds];
    case "mx-host":
      return event.state;
    case "policy-host":
      return event.up;
    case "lookups":
      return event.work;
  }
}

function spansOf<T>(
  events: readonly WorldEvent[] | undefined,
  value: (event: WorldEvent) => T,
): Span<T>[] {
  return (events ?? []).map((event, index, all) => ({
    from: event.at,
    to: all[index + 1]?.at ?? Infinity,
    value: value(event),
  }));
}

/** The same spans as resolvers stretch them: what was given just before a change is given for its TTL. */
function extended<T>(spans: readonly Span<T>[], ttl: (value: T) => number): Span<T>[] {
  return spans.map((span) => ({ ...span, to: span.to + ttl(span.value) }));
}

function recordSpans(subjects: ReadonlyMap<string, WorldEvent[]>, ids: Numbers): Span<number>[] {
  const failing = spansOf(
    subjects.get("lookups"),
    (event) => event.what === "lookups" && !event.work,
  )
    .filter(({ value }) => value)
    .map((span) => ({ ...span, value: lookupFails }));
  const spans: Span<number>[] = [...failing];
  let first = Infinity;
  for (const events of subjects.values()) {
    const answers = spansOf(events, (event) => (event.what === "announce" ? event : null));
    for (const { from, to, value } of answers) {
      if (value === null) continue;
      first = Math.min(first, from);
      const number = value.id === null ? noRecord : ids.of(value.id);
      for (const part of without({ from, to, value: number }, failing)) {
        spans.push({ ...part, to: part.to + value.ttlSeconds });
      }
    }
    // A name server that has not spoken yet has no record while others already do.
    const [begin] = answers;
    if (begin?.value != null) spans.push({ from: -Infinity, to: begin.from, value: noRecord });
  }
  if (first === Infinity) spans.push({ from: -Infinity, to: Infinity, value: noRecord });
  return spans;
}

/** What is left of a span outside of others. */
function without<T>(span: Span<T>, holes: readonly Span<unknown>[]): Span<T>[] {
  const parts: Span<T>[] = [];
  let { from } = span;
  for (const hole of holes) {
    if (hole.to <= from || hole.from >= span.to) continue;
    if (hole.from > from) parts.push({ ...span, from, to: hole.from });
    from = hole.to;
  }
  if (from < span.to) parts.push({ ...span, from });
  return parts;
}

function addressSpans(subjects: ReadonlyMap<string, WorldEvent[]>): Span<readonly string[]>[] {
  return spansOf(subjects.get("addresses"), (event) => (event.what === "addresses" ? event : null))
    .flatMap(({ from, to, value }) =>
      value === null ? [] : [{ from, to: to + value.ttlSeconds, value }],
    )
    .map(({ from, to, value }) => ({ from, to, value: value.addresses }));
}

function servedSpans(
  subjects: ReadonlyMap<string, WorldEvent[]>,
  texts: Numbers,
): Map<string, Span<number>[]> {
  const served = new Map<string, Span<number>[]>();
  for (const events of subjects.values()) {
    const [first] = events;
    if (first?.what !== "serve") continue;
    const spans = spansOf(events, (event) =>
      event.what === "serve" && event.text !== null ? texts.of(event.text) : fetchFails,
    );
    served.set(first.address, spans);
  }
  return served;
}

function mxStateSpans(
  subjects: ReadonlyMap<string, WorldEvent[]>,
): Map<string, Span<MxHostState>[]> {
  const states = new Map<string, Span<MxHostState>[]>();
  for (const events of subjects.values()) {
    const [first] = events;
    if (first?.what !== "mx-host") continue;
    states.set(
      first.host.toLowerCase(),
      spansOf(events, (event) => (event.what === "mx-host" ? event.state : "up")),
    );
  }
  return states;
}

function cutsOf(all: readonly (readonly Span<unknown>[])[]): Moment[] {
  const cuts = new Set([-Infinity, Infinity]);
  for (const spans of all) for (const { from, to } of spans) cuts.add(from).add(to);
  return [...cuts].sort((a, b) => a - b);
}

function at<T>(spans: readonly Span<T>[] | undefined, time: Moment): Span<T> | undefined {
  return spans?.find(({ from, to }) => from <= time && time < to);
}

function overlapping<T>(spans: readonly Span<T>[], time: Moment): Span<T>[] {
  return spans.filter(({ from, to }) => from <= time && time < to);
}

function sorted(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function sameAnswers(a: Sight, b: Sight): boolean {
  return (
    String(a.records) === String(b.records) &&
    String(a.texts) === String(b.texts) &&
    String(a.mx) === String(b.mx)
  );
}

/** Numbers for texts, in the order in which they come. */
class Numbers {
  readonly #known = new Map<string, number>();

  of(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.#known.size);
    return this.#known.size - 1;
  }

  get all(): string[] {
    return [...this.#known.keys()];
  }
}
