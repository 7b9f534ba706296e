/** Waits for a condition, not for a time. */
import { setTimeout as pause } from "node:timers/promises";

/** No test is judged by it: it ends one that would otherwise hang, with the name of what did not come. */
const hangMs = 50_000;

/** The machine's clock, though a test may have put another in its place. */
const now = performance.now.bind(performance);

/** Resolves to what a probe gives once that is neither false, null nor undefined; asks it again and again. */
export async function waitFor<T>(
  probe: () => T | Promise<T>,
  what: string,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = now() + hangMs;
  for (;;) {
    const found = await probe();
    if (found !== false && found !== null && found !== undefined) {
      return found as Exclude<T, false | null | undefined>;
    }
    if (now() > deadline) throw new Error(`this did not come: ${what}`);
    await pause(5);
  }
}
