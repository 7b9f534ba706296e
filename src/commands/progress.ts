/** A progress bar on stderr, on a terminal only, and only once a build has taken a second. */
import type { SingleBar } from "cli-progress";
import type { Io } from "./io.ts";

export interface Progress {
  readonly show: (phase: string, done: number, total: number) => void;
  /** Clears the line. */
  readonly end: () => void;
}

const patienceMs = 1000;

/** Starts counting; loads the bar's library only where a bar may be drawn. */
export async function startProgress(io: Io): Promise<Progress> {
  if (!io.errIsTerminal) return { show: () => undefined, end: () => undefined };
  const { SingleBar, Presets } = await import("cli-progress");
  const started = Date.now();
  let bar: SingleBar | null = null;
  let drawn = "";
  return {
    show: (phase, done, total) => {
      if (bar === null && Date.now() - started < patienceMs) return;
      if (bar !== null && drawn !== phase) bar.stop();
      if (bar === null || drawn !== phase) {
        const format = `${phase} {bar} {value}/{total}, {eta_formatted} to go`;
        bar = new SingleBar(
          { format, clearOnComplete: true, hideCursor: true },
          Presets.shades_classic,
        );
        bar.start(total, done);
        drawn = phase;
      }
      bar.update(done);
      // The work between two calls is synchronous: without this nothing would be drawn.
      (bar as unknown as { render?: () => void }).render?.();
    },
    end: () => bar?.stop(),
  };
}
