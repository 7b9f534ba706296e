/** The kinds of senders whose source code, or the RFC itself, tells how they cache policies. */
import type { Sender } from "./sender.ts";
import { chasquid } from "./senders/chasquid.ts";
import { courier } from "./senders/courier.ts";
import { kumoMta } from "./senders/kumomta.ts";
import { maddy } from "./senders/maddy.ts";
import { mox } from "./senders/mox.ts";
import { postfixMtaStsResolver, proactiveResolver } from "./senders/postfix-mta-sts-resolver.ts";
import { postfixTlspol } from "./senders/postfix-tlspol.ts";
import { rfc8461 } from "./senders/rfc8461.ts";
import { stalwart } from "./senders/stalwart.ts";
import { zoneMta } from "./senders/zonemta.ts";

export const senders: readonly Sender[] = [
  rfc8461,
  postfixTlspol,
  postfixMtaStsResolver,
  proactiveResolver,
  courier,
  mox,
  chasquid,
  kumoMta,
  stalwart,
  maddy,
  zoneMta,
];
