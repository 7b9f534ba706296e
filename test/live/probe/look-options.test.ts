/** The options of a look: what they are normally. */
import { expect, test } from "vitest";
import { Options } from "../../../src/cli/options.ts";
import { readLookOptions } from "../../../src/live/probe/look-options.ts";
import { openLookSession } from "../../../src/live/probe/look-session.ts";

const normal = {
  ...{ resolver: null, caFile: null, httpsPort: 443, dnsPort: 53 },
  ...{ timeoutMs: 60_000, concurrency: 10, allowPrivate: false },
};

test("nothing is given: gently, as a sender looks", () => {
  expect(readLookOptions(new Options("live", {}))).toEqual({ ok: true, value: normal });
});

test("a session needs roots that can be read", () => {
  const opened = openLookSession({ ...normal, caFile: "/nowhere/ca.pem" }, () => 0);
  expect(opened).toMatchObject({ ok: false, problems: [{ code: "audit/no-certificates" }] });
  const good = openLookSession(normal, () => 0);
  expect(good.ok).toBe(true);
  if (good.ok) good.value.close();
});
