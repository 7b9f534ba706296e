import { describe, expect, test } from "vitest";
import { nextStepsOf, formatFrom } from "../../src/site/next-steps.ts";
import { day, hour, Ledger, policy, start } from "./lock/ledger.ts";

const week = 7 * day;
const testing = policy("testing");
const enforce = policy("enforce");
const deploy = { what: "deploy it, then run `stspress live acme.de`", from: "now" };
const toEnforce = (from: unknown) => ({ what: "set `mode: enforce`", from });
const moveMx = (from: unknown) => ({
  what: "point MX records at hosts that only the current policy covers",
  from,
});
const remove = (from: unknown) => ({
  what: "remove the `_mta-sts` record, then the domain from `domains/`",
  from,
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
  expect(formatFrom(from)).toBe(words);
});
