/** A simulation's result as lines for a terminal, and as JSON with ISO times. */
import type { OutcomeInterval, Reason } from "./outcome.ts";
import type { SenderResult, SimulationResult } from "./simulate.ts";
import { isoTime, plainSpan, plainTime } from "./time.ts";

/**
 * One line for all kinds of senders that fare alike, in the order of the first of them, such as
 * `postfix-tlspol   delivers · refuses 2026-12-03 09:00 – 2026-12-31 09:00 (holds enforce mx1.example.com)`.
 * Times are UTC. No line break at the end.
 */
export function formatSimulation({ senders }: SimulationResult): string {
  const lines = new Map<string, string[]>();
  for (const result of senders) {
    const text = timelineText(result);
    const names = lines.get(text);
    if (names === undefined) lines.set(text, [result.sender]);
    else names.push(result.sender);
  }
  const rows = [...lines].map(([text, names]) => ({ text, names: names.join(", ") }));
  const widest = Math.max(
    0,
    ...rows.map(({ names }) => names.length).filter((width) => width <= 40),
  );
  return rows.map(({ text, names }) => `${names.padEnd(widest)}   ${text}`).join("\n");
}

function timelineText({ timeline }: SenderResult): string {
  const parts = spells(timeline).map((spell) => {
    const [first] = spell;
    if (first === undefined) return "";
    const waits = spell.map(({ atMostSeconds }) => atMostSeconds ?? 0);
    const verb =
      first.outcome === "refuses" ? "refuses" : `defers up to ${plainSpan(Math.max(...waits))}`;
    return `${verb} ${periodText(first.from, spell.at(-1)?.to ?? first.to)} (${heldText(spell)})`;
  });
  if (timeline.some(({ outcome }) => outcome === "delivers")) parts.unshift("delivers");
  return parts.join(" · ");
}

/** Neighbours with the same outcome are one for the reader; where all is well there is nothing to tell. */
function spells(timeline: readonly OutcomeInterval[]): OutcomeInterval[][] {
  const spells: OutcomeInterval[][] = [];
  for (const interval of timeline) {
    if (interval.outcome === "delivers") continue;
    const spell = spells.at(-1);
    const last = spell?.at(-1);
    if (spell !== undefined && last?.to === interval.from && last.outcome === interval.outcome) {
      spell.push(interval);
    } else spells.push([interval]);
  }
  return spells;
}

function periodText(from: number, to: number): string {
  return Number.isFinite(to)
    ? `${plainTime(from)} – ${plainTime(to)}`
    : `from ${plainTime(from)} on`;
}

function heldText(spell: readonly OutcomeInterval[]): string {
  const reasons = spell.flatMap((interval) => interval.reasons);
  const held = new Set(reasons.map(policyText));
  return `holds ${[...held].join(" or ")}`;
}

function policyText({ mode, patterns }: Reason): string {
  const shown = patterns.length > 3 ? patterns.slice(0, 2) : patterns;
  const more = patterns.length - shown.length;
  return `${mode} ${shown.join(", ")}${more > 0 ? ` and ${String(more)} more` : ""}`;
}

/** The shape of the JSON output. `until` and `to` are null for what has no end. */
export interface SimulationJson {
  readonly from: string | null;
  readonly until: string | null;
  readonly loss: boolean;
  readonly senders: readonly {
    readonly sender: string;
    readonly loss: boolean;
    readonly timeline: readonly {
      readonly from: string | null;
      readonly to: string | null;
      readonly outcome: OutcomeInterval["outcome"];
      readonly atMostSeconds: number | null;
      readonly loss: boolean;
      readonly reasons: readonly Omit<Reason, "text">[];
    }[];
  }[];
}

/** The result as JSON has it: ISO 8601 times in UTC. The texts of policies are left out. */
export function simulationJson(result: SimulationResult): SimulationJson {
  return {
    from: isoTime(result.from),
    until: isoTime(result.until),
    loss: result.loss,
    senders: result.senders.map(({ sender, loss, timeline }) => ({
      sender,
      loss,
      timeline: timeline.map((interval) => ({
        from: isoTime(interval.from),
        to: isoTime(interval.to),
        outcome: interval.outcome,
        atMostSeconds: interval.atMostSeconds,
        loss: interval.loss,
        reasons: interval.reasons.map(({ id, mode, patterns, mxHosts }) => ({
          id,
          mode,
          patterns,
          mxHosts,
        })),
      })),
    })),
  };
}
