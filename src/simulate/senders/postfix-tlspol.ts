import { postfix } from "../retries.ts";
import { keepAsPublished, usual, type Sender } from "../sender.ts";

const longest = 30 * 86_400;

/**
 * Never compares an id: what it holds, it holds until it expires. It fetches anew 10 to 30 seconds
 * before that, which holds nothing longer than a first contact at that moment does.
 */
export const postfixTlspol: Sender = {
  ...usual,
  name: "postfix-tlspol",
  source: "postfix-tlspol 1.13.0: internal/mta-sts.go, server.go, prefetch.go",
  keep: (text) => {
    const kept = keepAsPublished(text);
    return kept === null ? null : { ...kept, lifeSeconds: Math.min(kept.lifeSeconds, longest) };
  },
  restSeconds: (lifeSeconds) => lifeSeconds,
  equalId: "fetch",
  nothing: { noRecordSeconds: 1800, fetchFailsSeconds: 1800 },
  mismatch: postfix,
};
