import { usual, type Sender } from "../sender.ts";

/** Asks nobody in the first half of a policy's life; then an equal id renews it, also after its end. */
export const courier: Sender = {
  ...usual,
  name: "courier",
  source: "Courier 2026-07: comsts.c",
  restSeconds: (lifeSeconds) => lifeSeconds / 2,
  equalId: "renew",
  revives: true,
  nothing: { noRecordSeconds: 0, fetchFailsSeconds: 86_400 },
  // `retryalpha` is 5 minutes, three times; then gaps of `retrygamma`, which double up to 2 hours.
  mismatch: {
    first: [300, 600, 900, 1800, 2100, 2400, 2700, 4500, 4800, 5100, 5400, 9000],
    thenEvery: 7200,
    giveUp: 7 * 86_400,
  },
};
