/** A progress bar on stderr, on a terminal only, and only once the work has taken a second. */
import type { SingleBar } from "cli-progress";
import type { Io } from "./io.ts";

export interface Progress {
  readonly show: (phase: string, done: number, total: number) => void;
  /** Takes the bar away while something is printed, which may go to the same terminal. */
  readonly aside: (print: () => void) => void;
  /** Clears the line. */
  readonly end: () => void;
}

const patienceMs = 1000;

/** Starts counting; loads the bar's library only where a bar may be drawn. */
export async function startProgress(io: Io): Promise<Progress> {
  if (!io.errIsTerminal) {
    return {
      show: () => undefined,
      aside: (print) => {
        print();
      },
      end: () => undefined,
    };
  }
  // Bundled, the module has nothing but its default.
  const { SingleBar, Presets } = (await import("cli-progress")).default;
  const started = Date.now();
  let bar: SingleBar | null = null;
  let drawn = "";
  let began = started;
  const draw = (): void => {
    // The work between two calls may be synchronous: without this nothing would be drawn.
    (bar as unknown as { render?: () => void } | null)?.render?.();
  };
  return {
    show: (phase, done, total) => {
      if (bar === null && Date.now() - started < patienceMs) return;
      if (bar !== null && drawn !== phase) bar.stop();
      if (bar === null || drawn !== phase) {
        const format = `${phase} {bar} {value}/{total}, {rate} a second, {eta_formatted} to go`;
        bar = new SingleBar(
          { format, clearOnComplete: true, hideCursor: true },
          Presets.shades_classic,
        );
        if (drawn !== "") began = Date.now();
        bar.start(total, done, { rate: "0" });
        drawn = phase;
      }
      const rate = (done * 1000) / Math.max(1, Date.now() - began);
      bar.update(done, { rate: rate < 10 ? rate.toFixed(1) : rate.toFixed(0) });
      draw();
    },
    aside: (print) => {
      if (bar !== null) io.err("\r\u001b[K");
      print();
      draw();
    },
    end: () => bar?.stop(),
  };
}
