import { describe, expect, test } from "vitest";
import { explain } from "../../../src/diagnostics/catalogue.ts";
import type { Place } from "../../../src/diagnostics/diagnostic.ts";
import type { Policy } from "../../../src/mta-sts/policy.ts";
import type { DomainConfig, MtaSts, YamlPath } from "../../../src/config/site-config.ts";
import { guardDeclared, wordGuarded, type Guarded } from "../../../src/site/lock/guard.ts";
import { guardDeleted } from "../../../src/site/lock/deletion-guard.ts";
import { testingSeconds } from "../../../src/site/lock/testing.ts";
import {
  nothingKnown,
  withAudit,
  withReports,
  type EvidenceSummary,
} from "../../../src/site/evidence/site-evidence.ts";
import { day, hour, Ledger, policy, start } from "./ledger.ts";

const week = 7 * day;

function config(declared: Policy | null, more: Partial<MtaSts> = {}, domain = "acme.de") {
  const mtaSts: MtaSts | null =
    declared === null
      ? null
      : {
          policy: declared,
          profileMx: [],
          retire: false,
          skipTesting: null,
          skipOverlap: null,
          skipEvidence: null,
          ...more,
        };
  return {
    domain,
    unicode: null,
    declaration: { file: "domains/a.yaml", path: ["domains", 0] },
    zone: domain,
    ttlSeconds: hour,
    target: "caddy",
    delegation: null,
    rua: null,
    mtaSts,
  } satisfies DomainConfig;
}

/** What building says, and the history after it. */
function building(
  ledger: Ledger,
  declared: Policy,
  now: number,
  more: Partial<MtaSts> = {},
  evidence?: EvidenceSummary,
) {
  const before = ledger.domain;
  const after = ledger.branch().build(declared, now);
  const state = { before, after: after.domain, evidence };
  return guardDeclared(config(declared, more), state, after, now);
}

function codes(found: readonly Guarded[]): string[] {
  return found.map(({ code }) => code);
}

const testing = policy("testing");
const enforce = policy("enforce");

describe("enforce needs 14 live days of testing (RFC 8461 §5)", () => {
  const live = () => new Ledger().build(testing, start).live(start + day);

  test("to the second", () => {
    expect(testingSeconds).toBe(14 * day);
    const from = start + 15 * day;
    expect(building(live(), enforce, from - 1)).toMatchObject([
      {
        code: "lock/enforce-too-early",
        key: ["mta-sts", "mode"],
        about: { from: "2026-11-16 09:00 UTC" },
      },
    ]);
    expect(building(live(), enforce, from)).toEqual([]);
  });

  test("an added pattern on the way does not restart them; another one built in between does", () => {
    const both = ["mx1.acme.de", "mx2.acme.de"];
    const added = live().build(policy("testing", both), start + 10 * day);
    expect(building(added, policy("enforce", both), start + 15 * day)).toEqual([]);
    // Perhaps it was deployed, and nobody recorded it.
    const other = live().build(policy("testing", ["mx2.acme.de"]), start + 10 * day);
    expect(building(other, enforce, start + 15 * day)).toMatchObject([
      { code: "lock/enforce-untested-patterns", about: { patterns: ["mx2.acme.de"] } },
    ]);
    const none = live().build(policy("none"), start + 10 * day);
    expect(codes(building(none, enforce, start + 15 * day))).toEqual(["lock/enforce-untested"]);
  });

  test("days that were only built do not count", () => {
    const ledger = new Ledger().build(testing, start);
    expect(codes(building(ledger, enforce, start + 99 * day))).toEqual([
      "lock/enforce-testing-not-live",
    ]);
  });

  test.each([
    ["a new domain", new Ledger()],
    ["a retired one", new Ledger().build(policy("none"), start).live(start)],
    ["one that was removed", new Ledger().build(enforce, start).live(start).build(null, start)],
  ])("%s had none", (_, ledger) => {
    expect(codes(building(ledger, enforce, start + 99 * day))).toEqual(["lock/enforce-untested"]);
  });

  test("or a reason", () => {
    expect(building(new Ledger(), enforce, start, { skipTesting: "since 2024" })).toEqual([]);
    expect(building(live(), enforce, start + 2 * day, { skipTesting: "since 2024" })).toEqual([]);
  });

  test("an enforce policy stays one without, adopted ones too", () => {
    const wider = policy("enforce", ["mx1.acme.de"], 30);
    const ledger = new Ledger().adopt("zz", enforce, start);
    expect(building(ledger, wider, start + 1)).toEqual([]);
  });

  test.each([
    ["enforce", "testing"],
    ["enforce", "none"],
    ["testing", "none"],
  ] as const)("the way down from %s to %s is free at once", (from, to) => {
    const ledger = new Ledger().build(policy(from), start);
    // What is said of the MX records stops nobody.
    const said = from === "enforce" ? ["lock/mx-stays"] : [];
    expect(codes(building(ledger, policy(to), start + 1))).toEqual(said);
    expect(codes(building(ledger.live(start + 1), policy(to), start + 2))).toEqual(said);
  });
});

describe("a change of mx (RFC 8461 §8.1)", () => {
  const old = policy("enforce", ["mx1.acme.de", "*.mx.acme.net"]);
  const live = () => new Ledger().build(old, start).live(start);

  test("an added pattern waits for the hold", () => {
    const wider = policy("enforce", [...old.mx, "mx2.acme.de", "*.new.acme.de"]);
    expect(building(live(), wider, start + day)).toMatchObject([
      {
        code: "lock/mx-added",
        about: { patterns: ["mx2.acme.de", "*.new.acme.de"], until: null, wait: "8 days" },
      },
    ]);
    const ledger = live()
      .build(wider, start + day)
      .live(start + 2 * day);
    const until = start + 2 * day + hour + week;
    expect(building(ledger, wider, until - 1)).toMatchObject([
      { code: "lock/mx-added", about: { until: "2026-11-10 10:00 UTC" } },
    ]);
    expect(building(ledger, wider, until)).toEqual([]);
  });

  test("a pattern that the old ones cover is no addition", () => {
    const same = policy("enforce", ["mx1.acme.de", "*.mx.acme.net", "a.mx.acme.net"]);
    expect(building(live(), same, start + day)).toEqual([]);
    const deeper = policy("enforce", ["mx1.acme.de", "*.mx.acme.net", "a.b.mx.acme.net"]);
    expect(codes(building(live(), deeper, start + day))).toEqual(["lock/mx-added"]);
  });

  test("a removed pattern waits for its MX record, until the new policy is live", () => {
    const narrower = policy("enforce", ["mx1.acme.de"]);
    expect(building(live(), narrower, start + day)).toMatchObject([
      { code: "lock/mx-removed", about: { patterns: ["*.mx.acme.net"], ttl: "60 minutes" } },
    ]);
    const ledger = live()
      .build(narrower, start + day)
      .live(start + 2 * day);
    expect(building(ledger, narrower, start + 3 * day)).toEqual([]);
  });

  test("to replace every pattern at once is an error, or has a reason", () => {
    const other = policy("enforce", ["mx.acme.org"]);
    expect(building(live(), other, start + day)).toMatchObject([
      { code: "lock/mx-replaced", key: ["mta-sts", "mx"], about: { held: old.mx, until: null } },
    ]);
    expect(codes(building(live(), other, start + day, { skipOverlap: "it burned" }))).toEqual([
      "lock/overlap-skipped",
    ]);
  });

  test("one pattern that both have is overlap, by name or by wildcard", () => {
    for (const kept of ["mx1.acme.de", "host.mx.acme.net", "*.acme.de"]) {
      const found = building(live(), policy("enforce", [kept, "mx.acme.org"]), start + day);
      expect(codes(found), kept).not.toContain("lock/mx-replaced");
    }
  });

  test("two replacements in a row are seen against everything that is held", () => {
    const ledger = live().build(policy("enforce", ["mx1.acme.de", "b.acme.de"]), start + day);
    ledger.live(start + day);
    const third = policy("enforce", ["b.acme.de"]);
    expect(building(ledger, third, start + 2 * day)).toMatchObject([
      { code: "lock/mx-replaced", about: { until: "2026-11-09 10:00 UTC" } },
    ]);
    expect(codes(building(ledger, third, start + 30 * day))).toEqual(["lock/mx-removed"]);
  });

  test("a removed pattern is told in every build until the new policy is live", () => {
    const narrower = policy("enforce", ["mx1.acme.de"]);
    const ledger = live().build(narrower, start + day);
    expect(codes(building(ledger, narrower, start + 2 * day))).toEqual(["lock/mx-removed"]);
  });

  test("who held only testing policies is told nothing", () => {
    const ledger = new Ledger().build(policy("testing", ["a.acme.de"]), start).live(start);
    expect(building(ledger, policy("testing", ["b.acme.de"]), start + day)).toEqual([]);
    const both = policy("enforce", ["a.acme.de", "b.acme.de"]);
    expect(building(ledger, both, start + 20 * day)).toEqual([]);
  });

  test("who holds enforce and is to hold testing needs the old MX hosts for as long", () => {
    const down = policy("testing", ["mx.new-provider.example"]);
    const ledger = live().build(down, start + day);
    expect(building(live(), down, start + day)).toMatchObject([
      { code: "lock/mx-added", about: { until: null } },
      { code: "lock/mx-stays", about: { patterns: old.mx, until: null } },
    ]);
    ledger.live(start + 2 * day);
    const until = "2026-11-10 10:00 UTC";
    expect(building(ledger, down, start + 3 * day)).toMatchObject([
      { code: "lock/mx-added", about: { until } },
      { code: "lock/mx-stays", about: { patterns: old.mx, until } },
    ]);
  });

  test("testing after enforce may replace them, but not move the MX records yet", () => {
    const found = building(live(), policy("testing", ["mx.acme.org"]), start + day);
    expect(codes(found)).toEqual(["lock/mx-added", "lock/mx-stays"]);
  });
});

describe("a retired policy", () => {
  const none = policy("none", [], 1);
  const retired = () =>
    new Ledger()
      .build(enforce, start)
      .live(start)
      .build(none, start + day)
      .live(start + day);

  test("is told when nobody holds an earlier one", () => {
    const until = start + day + hour + week;
    expect(codes(building(retired(), none, until - 1, { retire: true }))).toEqual([
      "lock/mx-stays",
    ]);
    const found = building(retired(), none, until, { retire: true });
    expect(found).toMatchObject([{ code: "lock/retired", key: ["mta-sts", "retire"] }]);
    expect(building(retired(), none, until)).toEqual([]);
  });

  test("not before it is live itself", () => {
    const ledger = new Ledger().build(none, start);
    expect(building(ledger, none, start + 99 * day, { retire: true })).toEqual([]);
  });
});

describe("a policy that disappears (RFC 8461 §8.3)", () => {
  const place: Place = { file: "stspress.lock", line: 1, column: 1, length: 1, text: "" };
  const deleting = (ledger: Ledger, now: number, domain = "acme.de") =>
    guardDeleted(domain, ledger.domain, ledger, now, () => place);

  test("in enforce: an error, deployed or not", () => {
    const ledger = new Ledger().build(enforce, start);
    const error = {
      code: "lock/deleted-enforce",
      args: { domain: "acme.de", until: null, current: true },
      place,
    };
    expect(deleting(ledger, start)).toEqual([error]);
    expect(deleting(ledger.live(start), start + 999 * day)).toEqual([error]);
  });

  test("after enforce: an error until the hold is over", () => {
    const ledger = new Ledger().build(enforce, start).live(start);
    ledger.build(policy("none", [], 1), start + day);
    expect(deleting(ledger, start + 99 * day)).toMatchObject([
      { code: "lock/deleted-enforce", args: { until: null, current: false } },
    ]);
    ledger.live(start + day);
    const until = start + day + hour + week;
    expect(deleting(ledger, until - 1)).toMatchObject([
      { args: { until: "2026-11-09 10:00 UTC", current: false } },
    ]);
    expect(deleting(ledger, until)).toEqual([]);
  });

  test("in testing: a warning; in none: nothing", () => {
    const found = deleting(new Ledger().build(testing, start), start);
    expect(found).toMatchObject([{ code: "lock/deleted-testing" }]);
    expect(found.map((one) => explain(one).severity)).toEqual(["warning"]);
    expect(deleting(new Ledger().build(policy("none"), start), start)).toEqual([]);
    expect(deleting(new Ledger(), start)).toEqual([]);
  });

  test.each(["example.com", "mail.example.org", "acme.test", "a.invalid", "x.localhost"])(
    "of %s, which gets no mail: nothing",
    (domain) => {
      const ledger = new Ledger().build(enforce, start).live(start);
      expect(deleting(ledger, start, domain)).toEqual([]);
    },
  );

  test("a max_age of 0 is held for a day by some sender", () => {
    const fleeting = new Ledger().build(policy("enforce", ["mx1.acme.de"], 0), start).live(start);
    fleeting.build(policy("none", [], 1), start).live(start);
    expect(deleting(fleeting, start + day + hour - 1)).toHaveLength(1);
    expect(deleting(fleeting, start + day + hour)).toEqual([]);
  });
});

test("the same finding about many domains of one file is said once", () => {
  const asked: [string, YamlPath][] = [];
  const locate = (file: string, path: YamlPath): Place => {
    asked.push([file, path]);
    return { file, line: 1, column: 1, length: 1, text: "" };
  };
  const one = (domain: string): Guarded => ({
    config: config(enforce, {}, domain),
    key: ["mta-sts", "mode"],
    code: "lock/enforce-untested",
    about: {},
  });
  const worded = wordGuarded(["a.de", "b.de", "c.de"].map(one), locate);
  expect(worded).toMatchObject([{ args: { domain: "a.de", others: 2 } }]);
  expect(worded.map((found) => explain(found).message)[0]).toMatch(/^a\.de and 2 others: /);
  expect(wordGuarded([one("a.de")], locate)).toMatchObject([{ args: { others: 0 } }]);
  expect(asked).toEqual([
    ["domains/a.yaml", ["domains", 0]],
    ["domains/a.yaml", ["mta-sts", "mode"]],
  ]);
});

describe("what is known from outside", () => {
  const seen = (outcome: "yes" | "no", mxHosts: readonly string[], at: number): EvidenceSummary =>
    withAudit(nothingKnown, { outcome, reason: "why", isFromPort25: false, mxHosts }, at);
  const tested = () => new Ledger().build(testing, start).live(start);
  const enforced = () =>
    tested()
      .build(enforce, start + 14 * day)
      .live(start + 14 * day);
  const later = start + 20 * day;
  const failing = withReports(
    nothingKnown,
    { outcome: "failing", sessions: 10, failures: 5 },
    later,
  );
  const hosts = [...enforce.mx, "mx9.acme.de"];

  test("an audit's no and failing reports bar enforce, unless there is a reason", () => {
    const no = seen("no", enforce.mx, later);
    expect(building(tested(), enforce, later, {}, no)).toMatchObject([
      { code: "evidence/audit-no", key: ["mta-sts", "mode"], about: { reason: "why" } },
    ]);
    expect(codes(building(tested(), enforce, later, {}, failing))).toEqual([
      "evidence/reports-failing",
    ]);
    const both = { ...no, ...{ reports: failing.reports } };
    expect(building(tested(), enforce, later, { skipEvidence: "because" }, both)).toEqual([]);
    expect(building(tested(), enforce, later, {}, seen("yes", enforce.mx, later))).toEqual([]);
  });

  test("but no way down, nothing that is enforced already, and no other mode", () => {
    const no = { ...seen("no", [], later), reports: failing.reports };
    expect(building(tested(), testing, later, {}, no)).toEqual([]);
    expect(building(enforced(), enforce, later, {}, no)).toEqual([]);
    expect(codes(building(enforced(), testing, later, {}, no))).toEqual(["lock/mx-stays"]);
  });

  test("a host of the MX records without a pattern bars enforce, and the removal of its pattern", () => {
    const lately = seen("yes", hosts, later - 2 * day);
    expect(building(tested(), enforce, later, {}, lately)).toMatchObject([
      { code: "evidence/mx-uncovered", about: { hosts: ["mx9.acme.de"] } },
    ]);
    expect(building(tested(), enforce, later + 1, {}, lately)).toEqual([]);
    // It is enforced without it already: this edit changes nothing for it.
    expect(building(enforced(), enforce, later, {}, lately)).toEqual([]);
    const two = policy("enforce", [...enforce.mx, "mx2.acme.de"]);
    const both = () =>
      enforced()
        .build(two, start + 15 * day)
        .live(start + 15 * day);
    const used = seen("yes", two.mx, later);
    const found = building(both(), enforce, later, {}, used);
    expect(found).toMatchObject([
      { code: "evidence/mx-uncovered", about: { hosts: ["mx2.acme.de"] } },
      { code: "lock/mx-removed" },
    ]);
    expect(codes(building(both(), enforce, later, { skipEvidence: "because" }, used))).toEqual([
      "lock/mx-removed",
    ]);
  });
});
