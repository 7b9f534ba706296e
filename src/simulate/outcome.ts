/** From the uses of policies to what becomes of the mail: when a kind of sender delivers, defers or refuses. */
import type { Mode } from "../mta-sts/policy-grammar.ts";
import type { Use } from "./reach.ts";
import type { SenderReading } from "./sender-reading.ts";
import { longestGap, lossSeconds, retryAfter } from "./retries.ts";
import type { Sender } from "./sender.ts";
import type { Sight, View } from "./sights.ts";
import type { Moment } from "./time.ts";

/** What kept the mail back: the policy that was held, and the MX hosts that DNS gave. */
export interface Reason {
  /** null: the sender asks for none, or no event told it. */
  readonly id: string | null;
  readonly mode: Mode;
  readonly patterns: readonly string[];
  readonly mxHosts: readonly string[];
  /** The text of the policy. */
  readonly text: string;
}

/** From `from` until just before `to`, this is the worst that can happen to mail that is sent. */
export interface OutcomeInterval {
  readonly from: Moment;
  /** Infinity: as long as the world stays as it is. */
  readonly to: Moment;
  readonly outcome: "delivers" | "defers" | "refuses";
  /** How long mail waits at most; null where it does not, or is returned. */
  readonly atMostSeconds: number | null;
  /** Whether mail is returned, or waits for over four hours. */
  readonly loss: boolean;
  /** Everything that may keep it back; empty where it is delivered. */
  readonly reasons: readonly Reason[];
}

interface Piece {
  readonly from: Moment;
  readonly to: Moment;
  readonly reasons: readonly string[];
}

/** Collects the uses of one kind of sender that keep mail back. */
export class Outcomes {
  readonly #sender: Sender;
  readonly #reading: SenderReading;
  readonly #view: View;
  readonly #reasons = new Map<string, Reason>();
  readonly #kept: { from: Moment; to: Moment; reason: string }[] = [];

  constructor(sender: Sender, reading: SenderReading, view: View) {
    this.#sender = sender;
    this.#reading = reading;
    this.#view = view;
  }

  add({ text, id, from, to }: Use, { mx }: Sight): void {
    for (const number of mx) {
      if (!this.#reading.refuses(text, number)) continue;
      this.#kept.push({ from, to, reason: this.#reason(text, id, number) });
    }
  }

  #reason(text: number, id: number, mx: number): string {
    const kept = this.#reading.kept[text];
    const reason: Reason = {
      id: this.#view.ids[id] ?? null,
      mode: kept?.mode ?? "none",
      patterns: kept?.patterns ?? [],
      mxHosts: this.#view.mxHosts[mx]?.hosts ?? [],
      text: this.#view.texts[text]?.text ?? "",
    };
    const key = JSON.stringify(reason);
    this.#reasons.set(key, reason);
    return key;
  }

  /** The timeline from `from` until just before `to`, without a gap. */
  timeline(from: Moment, to: Moment): OutcomeInterval[] {
    const intervals: OutcomeInterval[] = [];
    let now = from;
    const deliverUntil = (until: Moment) => {
      const end = Math.min(until, to);
      if (end > now) intervals.push(delivers(now, end));
      now = Math.max(now, end);
    };
    for (const { piece, groupEnd } of this.#grouped()) {
      if (piece.to <= from || piece.from >= to) continue;
      deliverUntil(piece.from);
      const begin = Math.max(piece.from, from);
      intervals.push({
        from: begin,
        to: Math.min(piece.to, to),
        ...this.#fate(groupEnd - begin),
        reasons: piece.reasons.flatMap((key) => this.#reasons.get(key) ?? []),
      });
      now = piece.to;
    }
    deliverUntil(to);
    return intervals;
  }

  #fate(wait: number): Pick<OutcomeInterval, "outcome" | "atMostSeconds" | "loss"> {
    const { mismatch } = this.#sender;
    if (mismatch === "refuses" || wait > mismatch.giveUp) {
      return { outcome: "refuses", atMostSeconds: null, loss: true };
    }
    const atMostSeconds = retryAfter(mismatch, wait);
    return { outcome: "defers", atMostSeconds, loss: atMostSeconds > lossSeconds };
  }

  /** The pieces with the end of their group: in a gap that is shorter than the time between two retries mail need not get through. */
  #grouped(): { readonly piece: Piece; readonly groupEnd: Moment }[] {
    const pieces = this.#pieces();
    const { mismatch } = this.#sender;
    const gap = mismatch === "refuses" ? 0 : longestGap(mismatch);
    const grouped: { piece: Piece; groupEnd: Moment }[] = [];
    let groupEnd = -Infinity;
    let next: Moment | null = null;
    for (const piece of pieces.reverse()) {
      if (next === null || next - piece.to >= gap) groupEnd = piece.to;
      next = piece.from;
      grouped.push({ piece, groupEnd });
    }
    return grouped.reverse();
  }

  /** Cuts what overlaps so that each piece has one set of reasons; joins neighbours that have the same. */
  #pieces(): Piece[] {
    const cuts = [...new Set(this.#kept.flatMap(({ from, to }) => [from, to]))].sort(
      (a, b) => a - b,
    );
    const pieces: Piece[] = [];
    for (let index = 0; index + 1 < cuts.length; index += 1) {
      const from = cuts[index] ?? 0;
      const to = cuts[index + 1] ?? 0;
      const found = this.#kept.filter((one) => one.from <= from && one.to >= to);
      if (found.length === 0) continue;
      const reasons = [...new Set(found.map(({ reason }) => reason))].sort();
      const last = pieces.at(-1);
      if (last?.to === from && String(last.reasons) === String(reasons)) {
        pieces[pieces.length - 1] = { ...last, to };
      } else pieces.push({ from, to, reasons });
    }
    return pieces;
  }
}

function delivers(from: Moment, to: Moment): OutcomeInterval {
  return { from, to, outcome: "delivers", atMostSeconds: null, loss: false, reasons: [] };
}
