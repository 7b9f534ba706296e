import { usual, type Sender } from "../sender.ts";

/** An MX that does not match is `550 5.7.0`: the mail is returned at once. */
export const maddy: Sender = {
  ...usual,
  name: "maddy",
  source: "maddy 0.9.4 with go-mtasts: cache.go, internal/target/remote/security.go",
  round: {
    everySeconds: 12 * 3600,
    spreadSeconds: 0,
    youngSeconds: 0,
    equalId: "use",
    revives: false,
    fetchesWithoutRecord: false,
  },
  mismatch: "refuses",
};
