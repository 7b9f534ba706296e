/** When a build counts as live: TXT and policy, at every address that could be asked. */
import { expect, test } from "vitest";
import type { PolicyFetch } from "../../src/audit/evidence.ts";
import { judge } from "../../src/audit/judge.ts";
import { liveInstanceOf, type LiveInstance } from "../../src/audit/live-instance.ts";
import {
  domain,
  failure,
  fetched,
  hostWith,
  now,
  policyText,
  subject,
  txt,
  type Deviation,
} from "./support/subject.ts";

function seen(deviation: Deviation): LiveInstance | null {
  const one = subject({ declared: {}, ...deviation });
  return liveInstanceOf(one, judge(one));
}

const serving = (...fetches: readonly PolicyFetch[]): Deviation => ({
  evidence: { policyHost: hostWith(fetches) },
});
const missing = (address: string) =>
  fetched("", { address, failure: failure("connect", "missing") });

test("what was built is served and announced: live since it was seen", () => {
  expect(seen({})).toEqual({ domain, id: "built2", seenAt: now, ttlSeconds: 3600 });
});

test("IPv6 that this machine does not have says nothing", () => {
  expect(seen(serving(fetched(), missing("2001:db8::10")))?.id).toBe("built2");
  expect(seen(serving(missing("2001:db8::10")))).toBeNull();
});

test.each([
  [
    "another id is announced",
    { evidence: { stsTxt: txt(`_mta-sts.${domain}`, "v=STSv1; id=other") } },
  ],
  ["another text is served", serving(fetched(policyText(["mx.d.example", "more.d.example"])))],
  [
    "the same policy in other bytes is served",
    serving(fetched(policyText().replaceAll("\r\n", "\n"))),
  ],
  [
    "one of two addresses serves another text",
    serving(fetched(), fetched("x", { address: "192.0.2.11" })),
  ],
  [
    "one of two addresses does not answer",
    serving(
      fetched(),
      fetched("", { address: "192.0.2.11", failure: failure("connect", "refused") }),
    ),
  ],
  ["an IPv4 address was not tried", serving(fetched(), missing("192.0.2.11"))],
  ["nothing is served", serving()],
  ["nothing was built", { declared: { current: null } }],
] satisfies [string, Deviation][])("not live: %s", (_, deviation) => {
  expect(seen(deviation)).toBeNull();
});
