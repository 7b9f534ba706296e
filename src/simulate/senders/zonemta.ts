import { keepAsPublished, usual, type Sender } from "../sender.ts";

/** Fetches at each delivery, whatever the id says; without a record, or without an answer, it forgets the policy at once. */
export const zoneMta: Sender = {
  ...usual,
  name: "zonemta",
  source: "ZoneMTA 3.10.18 with mailauth 4.13.3: lib/mta-sts.js, lib/sender.js",
  keep: (text) => {
    const kept = keepAsPublished(text);
    return kept === null || kept.lifeSeconds > 0 ? kept : { ...kept, lifeSeconds: 60 };
  },
  equalId: "fetch",
  noRecord: "forget",
  lookupFails: "forget",
  nothing: { noRecordSeconds: 0, fetchFailsSeconds: 3600 },
  mismatch: {
    first: [300, 720, 1200, 2700, 7200, 14_400],
    thenEvery: 14_400,
    giveUp: 3 * 86_400,
  },
  wildcard: "any-depth",
};
