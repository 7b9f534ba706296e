import { usual, type Sender } from "../sender.ts";

/**
 * An equal id does not renew at a delivery, but in the daily round, which does so without reading the
 * text and whether it has expired or not. When DNS does not tell an id, the round fetches and keeps the
 * text under the id that it had. A policy that was not used for 180 days is deleted, which is left out.
 */
export const mox: Sender = {
  ...usual,
  name: "mox",
  source: "mox 0.0.17: mtastsdb/db.go, mtastsdb/refresh.go, queue/queue.go",
  nothing: { noRecordSeconds: 0, fetchFailsSeconds: 300 },
  round: {
    everySeconds: 86_400,
    spreadSeconds: 3 * 3600,
    youngSeconds: 12 * 3600,
    equalId: "renew",
    revives: true,
    fetchesWithoutRecord: true,
  },
  mismatch: {
    first: [450, 1350, 3150, 6750, 13_950, 28_350, 57_150],
    thenEvery: 57_600,
    giveUp: 114_750,
  },
};
