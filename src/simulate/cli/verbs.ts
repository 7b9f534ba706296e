/** The verb that tells what a build does to mail. */
import { told, type VerbSpec } from "../../cli/verb-spec.ts";

export const simulate: VerbSpec = {
  name: "simulate",
  operands: "[domain...]",
  summary: "tell what the next build does to mail, for each kind of sender",
  about:
    "Takes what the lock says was served and announced, and what the build would publish, deployed now and announced an hour later, and simulates how eleven kinds of senders fare at worst, with lookups that may fail, until nothing changes any more. The MX hosts are those that the live policy names. Without domains: those whose policy changes. Exit code 1 means that some sender loses mail.",
  options: [
    {
      flags: "--mx <changes>",
      about:
        "changes of the MX records, such as 'add mx9.example.com at +0d; remove mx1.example.com at +3d'",
    },
    {
      flags: "--announce <time>",
      about: "when the new id is announced, such as +5d (default: +1h)",
    },
    {
      flags: "--outage <time>",
      about: "for how long the policy host is down from then on, such as 2d",
    },
    ...told,
  ],
  examples: [
    "stspress simulate example.com",
    "stspress simulate example.com --mx 'remove mx1.example.com at +3d' --announce +5d",
  ],
  load: () => import("./simulate.ts"),
};
