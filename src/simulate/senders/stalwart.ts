import { keepAsPublished, usual, type Sender } from "../sender.ts";

/**
 * Takes a policy without an `mx` line for an error, also in mode `none`; then, as after a fetch that
 * fails, it delivers without any policy, unless its strategy is `require`.
 */
export const stalwart: Sender = {
  ...usual,
  name: "stalwart",
  source: "Stalwart 0.16.18: outbound/mta_sts/lookup.rs, parse.rs; docs: queue.schedule",
  keep: (text) => {
    const kept = keepAsPublished(text);
    if (kept === null || kept.patterns.length === 0) return null;
    const taken = kept.lifeSeconds >= 3600 && kept.lifeSeconds < 31_557_600;
    return taken ? kept : { ...kept, lifeSeconds: 86_400 };
  },
  fetchFails: "ignore",
  mismatch: {
    first: [120, 420, 1020, 1920, 3720, 7320, 14_520],
    thenEvery: 7200,
    giveUp: 5 * 86_400,
  },
};
