import { usual, type Sender } from "../sender.ts";

/** A fetch that fails means no policy for this delivery; the cached one stays for the next. */
export const kumoMta: Sender = {
  ...usual,
  name: "kumomta",
  source:
    "KumoMTA 2026-08: crates/mta-sts/src/lib.rs, mailexchanger; docs: retry_interval, max_age",
  fetchFails: "ignore",
  mismatch: {
    first: [1200, 3600, 8400, 18_000, 37_200, 75_600],
    thenEvery: 76_800,
    giveUp: 7 * 86_400,
  },
};
