import { postfix } from "../retries.ts";
import { keepAsPublished, usual, type Sender } from "../sender.ts";

/**
 * Renews on an equal id without reading the text, also a policy that has expired meanwhile; so an
 * instance lives as long as its id is announced. sendmail's FEATURE(sts) asks the same daemon.
 */
export const postfixMtaStsResolver: Sender = {
  ...usual,
  name: "postfix-mta-sts-resolver",
  source: "postfix-mta-sts-resolver 1.5.0: responder.py, resolver.py, defaults.py",
  keep: (text) => (text.maxAgeTooLarge ? null : keepAsPublished(text)),
  restSeconds: () => 60,
  equalId: "renew",
  revives: true,
  mismatch: postfix,
};

/** The same with `proactive_policy_fetching` on: each day, what is older than half a day. */
export const proactiveResolver: Sender = {
  ...postfixMtaStsResolver,
  name: "postfix-mta-sts-resolver (proactive)",
  round: {
    everySeconds: 86_400,
    spreadSeconds: 0,
    youngSeconds: 43_200,
    equalId: "renew",
    revives: true,
    fetchesWithoutRecord: false,
  },
};
