/** Where the time of a build goes, for those who tune it: `STSPRESS_TIMINGS=1`. */
import { peakMemoryBytes } from "./this-process.ts";

export interface Timings {
  /** Ends the phase before and begins this one. */
  readonly phase: (name: string) => void;
  /** Ends the last phase; gives one line of JSON: milliseconds per phase, and the process's peak in bytes. */
  readonly end: () => string;
}

/** Starts measuring, with the first phase. */
export function startTimings(first: string): Timings {
  const timings: Record<string, number> = {};
  let name = first;
  let since = performance.now();
  const phase = (next: string) => {
    const now = performance.now();
    timings[name] = (timings[name] ?? 0) + Math.round((now - since) * 10) / 10;
    name = next;
    since = now;
  };
  return {
    phase,
    end: () => {
      phase("");
      const peakBytes = peakMemoryBytes();
      return `${JSON.stringify({ timings, peakBytes })}\n`;
    },
  };
}
