import { describe, expect, test } from "vitest";
import { nextStepsOf, formatFrom } from "../../src/site/next-steps.ts";
import { nothingKnown, withAudit, withReports } from "../../src/site/evidence/site-evidence.ts";
import { day, hour, Ledger, policy, start } from "./lock/ledger.ts";

const week = 7 * day;
const testing = policy("testing");
const enforce = policy("enforce");
const because = null;
const deploy = { what: "deploy it, then run `stspress live acme.de`", from: "now", because };
const toEnforce = (from: unknown) => ({ what: "set `mode: enforce`", from, because });
const moveMx = (from: unknown) => ({
  what: "point MX records at hosts that only the current policy covers",
  from,
  because,
});
const remove = (from: unknown) => ({
  what: "remove the `_mta-sts` record, then the domain from `domains/`",
  from,
  because,
});

function outlook(ledger: Ledger, now: number) {
  return nextStepsOf("acme.de", ledger.domain, ledger.lock, now);
}

describe("what may be done", () => {
  test("of no policy: nothing", () => {
    expect(outlook(new Ledger(), start)).toEqual([]);
  });

  test("of a testing policy: enforce, 14 days after it was live", () => {
    const ledger = new Ledger().build(testing, start);
    expect(outlook(ledger, start)).toEqual([deploy, toEnforce(null)]);
    ledger.live(start + hour);
    const from = start + hour + 14 * day;
    expect(outlook(ledger, from - 1)).toEqual([toEnforce(from)]);
    expect(outlook(ledger, from)).toEqual([toEnforce("now")]);
  });

  test("of a policy with a predecessor: new MX hosts, once nobody holds that", () => {
    const ledger = new Ledger().build(testing, start).live(start);
    ledger.build(enforce, start + 20 * day);
    expect(outlook(ledger, start + 20 * day)).toEqual([deploy, moveMx(null)]);
    ledger.live(start + 21 * day);
    const until = start + 21 * day + hour + week;
    expect(outlook(ledger, until - 1)).toEqual([moveMx(until)]);
    expect(outlook(ledger, until)).toEqual([moveMx("now")]);
  });

  test("of a retired policy: removal, once nobody holds what was before", () => {
    const ledger = new Ledger().build(enforce, start).live(start);
    ledger.build(policy("none", [], 1), start + day);
    expect(outlook(ledger, start + day)).toEqual([deploy, remove(null)]);
    ledger.live(start + 2 * day);
    const until = start + 2 * day + hour + week;
    expect(outlook(ledger, until - 1)).toEqual([remove(until)]);
    expect(outlook(ledger, until)).toEqual([remove("now")]);
  });
});

test("a first policy that is none: removal, once it is live", () => {
  const ledger = new Ledger().build(policy("none", [], 1), start);
  expect(outlook(ledger, start)).toEqual([deploy, remove(null)]);
  expect(outlook(ledger.live(start), start)).toEqual([remove("now")]);
});

test.each([
  ["now", "now"],
  [null, "not before this policy is recorded as live"],
  [start, "from 2026-11-01 09:00 UTC"],
] as const)("%s is worded %j", (from, words) => {
  expect(formatFrom({ from, because: null })).toBe(words);
});

test.each([
  [
    withAudit(
      nothingKnown,
      { outcome: "no", reason: "mx1 expired", isFromPort25: true, mxHosts: null },
      start,
    ),
    "not while the audit of 2026-11-01 09:00 UTC says no: mx1 expired",
  ],
  [
    withReports(nothingKnown, { outcome: "failing", sessions: 236_909, failures: 11_573 }, start),
    "not while 11,573 of 236,909 sessions failed, say the reports",
  ],
  [
    withAudit(
      nothingKnown,
      { outcome: "yes", reason: "", isFromPort25: false, mxHosts: ["mx9.acme.de"] },
      start,
    ),
    "not while no pattern covers mx9.acme.de, which the MX records have",
  ],
])("enforce is no next step against what is known: %#", (evidence, words) => {
  const { domain, lock } = new Ledger().build(testing, start).live(start);
  const [step] = nextStepsOf("acme.de", domain, lock, start + day, evidence);
  expect(step?.what).toBe("set `mode: enforce`");
  expect(step === undefined ? null : formatFrom(step)).toBe(words);
});
