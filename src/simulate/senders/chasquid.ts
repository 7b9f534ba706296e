import { keepAsPublished, usual, type Sender } from "../sender.ts";

/** Never looks at DNS: what is served counts, announced or not, and is fetched anew each ten minutes. */
export const chasquid: Sender = {
  ...usual,
  name: "chasquid",
  source: "chasquid 1.18.0: internal/sts/sts.go, internal/queue/queue.go",
  keep: (text) => (text.policy?.maxAgeSeconds === 0 ? null : keepAsPublished(text)),
  asksDns: false,
  restSeconds: (lifeSeconds) => lifeSeconds,
  equalId: "fetch",
  round: {
    everySeconds: 600,
    spreadSeconds: 0,
    youngSeconds: 0,
    equalId: "use",
    revives: false,
    fetchesWithoutRecord: true,
  },
  // Each gap is up to a minute longer than `nextDelay` says.
  mismatch: { first: [120, 480, 1140], thenEvery: 1260, giveUp: 20 * 3600 },
};
