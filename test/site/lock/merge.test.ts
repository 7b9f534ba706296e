import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatLock, parseLock } from "../../../src/site/lock/lock-text.ts";
import { mergeDomain } from "../../../src/site/lock/merge.ts";
import { formatStamp } from "../../../src/site/stamp.ts";
import { shortDigest } from "../../../src/runtime/digest.ts";
import { runs } from "../../support/parsed.ts";
import { conflictOf, day, hour, Ledger, merged, policy, read, start } from "./ledger.ts";

const a = policy("testing", ["a.acme.de"]);
const b = policy("testing", ["b.acme.de"]);
const c = policy("testing", ["c.acme.de"], 30);
const week = 7 * day;

const base = () => new Ledger().build(a, start).live(start + hour);

describe("only one side changed", () => {
  test.each(["ours", "theirs"])("%s: its id stays, without a new one", (side) => {
    const [same, changed] = [
      base(),
      base()
        .build(b, start + day)
        .live(start + 2 * day),
    ];
    const both = side === "ours" ? merged(changed, same) : merged(same, changed);
    expect(both.domain).toEqual(changed.domain);
    expect(both.build(b, start + 5 * day).domain).toEqual(changed.domain);
  });

  test("a recording of live on one side ends the holds on both", () => {
    const built = base().build(b, start + day);
    const recorded = built.branch().live(start + 2 * day);
    for (const both of [merged(built, recorded), merged(recorded, built)]) {
      expect(both.domain).toEqual(recorded.domain);
      expect(both.hold(start + 2 * day)).toBe(start + 2 * day + hour + week);
    }
  });

  test("several builds on one side", () => {
    const far = base()
      .build(b, start + day)
      .build(c, start + 2 * day)
      .live(start + 2 * day);
    expect(merged(base(), far).domain).toEqual(far.domain);
  });

  test("a policy that one side brought in", () => {
    expect(merged(new Ledger(), base()).domain).toEqual(base().domain);
    expect(merged(base(), new Ledger()).domain).toEqual(base().domain);
  });

  test("a removal on one side leaves the other's policy, and the days that it was live", () => {
    const removed = base().build(null, start + day);
    for (const both of [merged(removed, base()), merged(base(), removed)]) {
      expect(both.domain).toEqual(base().domain);
      expect(both.build(a, start + 2 * day).id).toBe(formatStamp(start));
    }
  });

  test("the other side's policy gets a new id where it had been succeeded before the removal", () => {
    const gone = base()
      .build(b, start + day)
      .build(null, start + 2 * day);
    for (const both of [merged(gone, base()), merged(base(), gone)]) {
      both.build(a, start + 3 * day);
      expect(both.id).toBe(formatStamp(start + 3 * day));
      const ids = both.domain.earlier.map(({ id }) => id);
      expect(ids).toEqual([formatStamp(start), formatStamp(start + day)]);
    }
  });

  test("a removal on one side does not end what the other side's successor keeps open", () => {
    const removed = base().build(null, start + day);
    const succeeded = base().build(b, start + 2 * day);
    for (const both of [merged(removed, succeeded), merged(succeeded, removed)]) {
      expect(both.domain).toEqual(succeeded.domain);
    }
  });
});

describe("both sides changed", () => {
  const ours = () =>
    base()
      .build(b, start + day)
      .live(start + 2 * day);
  const theirs = () => base().build(c, start + 3 * day);

  test.each([
    ["ours", b],
    ["theirs", c],
    ["the one before", a],
    ["another", policy("testing", ["d.acme.de"])],
  ])("a new id, and every instance kept, where the text is then that of %s", (_, declared) => {
    for (const both of [merged(ours(), theirs()), merged(theirs(), ours())]) {
      both.build(declared, start + 5 * day);
      expect(both.id).toBe(formatStamp(start + 5 * day));
      expect(both.holds).toEqual([
        [formatStamp(start), start + 2 * day + hour + week],
        [formatStamp(start + day), null],
        [formatStamp(start + 3 * day), null],
      ]);
      both.live(start + 6 * day);
      expect(both.holds.slice(1).map(([, until]) => until)).toEqual([
        start + 6 * day + hour + week,
        start + 6 * day + hour + 30 * day,
      ]);
    }
  });

  test("a removal afterwards still holds both", () => {
    const both = merged(ours(), theirs()).build(null, start + 5 * day);
    expect(both.domain.current).toBeNull();
    expect(both.holds.map(([id]) => id)).toEqual([
      formatStamp(start),
      formatStamp(start + day),
      formatStamp(start + 3 * day),
    ]);
  });

  test("the same text under two ids keeps the later one, and `live` ends the holds", () => {
    const late = base()
      .build(b, start + 3 * day)
      .live(start + 3 * day);
    const both = merged(ours(), late).build(b, start + 4 * day);
    expect(both.id).toBe(formatStamp(start + 3 * day));
    expect(both.hold(start + 4 * day)).toBe("open");
    both.live(start + 5 * day);
    expect(both.hold(start + 5 * day)).toBe(start + 5 * day + hour + week);
  });

  test("the latest hold counts", () => {
    const early = base()
      .build(b, start + day)
      .live(start + day);
    const late = early.branch();
    const held = (until: number) => ({
      ...late.domain,
      earlier: late.domain.earlier.map((one) => ({ ...one, announcedUntil: until })),
    });
    const far = start + 400 * day;
    expect(mergeDomain(early.domain, held(far)).earlier[0]?.announcedUntil).toBe(far);
    expect(mergeDomain(held(far), early.domain).earlier[0]?.announcedUntil).toBe(far);
  });

  test("what one side saw again after its end has none, until it is seen to be gone", () => {
    const ours = base()
      .build(b, start + day)
      .live(start + day);
    const theirs = ours.branch();
    const [first] = theirs.domain.earlier;
    if (first === undefined) throw new Error("there is no earlier instance");
    const again = { ...first, announcedUntil: null, isSeenAgain: true };
    theirs.domain = { ...theirs.domain, earlier: [again] };
    expect(merged(ours, theirs).hold(start + 2 * day)).toBe("open");
    expect(merged(theirs, ours).hold(start + 2 * day)).toBe("open");
  });

  test("two removals", () => {
    const [one, two] = [base().build(null, start + day), base().build(null, start + 3 * day)];
    expect(merged(one, two).domain).toEqual(two.domain);
    expect(merged(two, one).domain).toEqual(two.domain);
  });
});

describe("git's markers", () => {
  const [ours, theirs] = [base().build(b, start + day), base().build(c, start + 2 * day)];

  test("the third part that diff3 shows is the past, and is not read", () => {
    const text = conflictOf(ours.lock, theirs.lock, base().lock);
    expect(text).toContain("||||||| base\n");
    expect(read(text)).toEqual(read(conflictOf(ours.lock, theirs.lock)));
  });

  test("what both sides forgot does not come back from it", () => {
    const forgotten = { ...base().lock, domains: new Map([["old.de", base().domain]]) };
    const both = read(conflictOf(ours.lock, theirs.lock, forgotten));
    expect([...both.lock.domains.keys()]).toEqual(["acme.de"]);
  });

  test("with Windows line ends", () => {
    const text = conflictOf(ours.lock, theirs.lock);
    expect(read(text.replaceAll("\n", "\r\n"))).toEqual(read(text));
  });

  test.each([
    ["without its end", (text: string) => text.slice(0, text.indexOf(">>>>>>>"))],
    ["without its middle", (text: string) => text.replace("=======\n", "")],
    ["without its beginning", (text: string) => text.replace("<<<<<<< HEAD\n", "")],
  ])("a conflict %s is refused", (_, damage) => {
    const parsed = parseLock(damage(conflictOf(ours.lock, theirs.lock)), shortDigest);
    expect(parsed.ok ? [] : parsed.problems.map(({ code }) => code)).toContain("lock/syntax");
  });

  test("of two serials of a zone the later one is kept, and grows at the next build", () => {
    const zone = (serial: number, digest: string) => ({
      ...base().lock,
      zones: new Map([["sts.acme.de", { serial, digest }]]),
    });
    const both = read(conflictOf(zone(7, "aa"), zone(9, "bb"))).lock.zones.get("sts.acme.de");
    expect(both).toEqual({ serial: 9, digest: "" });
    const same = read(conflictOf(zone(7, "aa"), zone(7, "aa"))).lock.zones.get("sts.acme.de");
    expect(same).toEqual({ serial: 7, digest: "aa" });
  });
});

test("any two histories with a common beginning: every instance is kept, and the lock can be written", () => {
  const step = fc.tuple(
    fc.constantFrom(null, a, b, c),
    fc.integer({ min: 1, max: 20 }),
    fc.boolean(),
  );
  const history = fc.array(step, { maxLength: 4 });
  const play = (
    ledger: Ledger,
    steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
    from: number,
  ) => {
    let now = from;
    for (const [declared, days, live] of steps) {
      now += days * day;
      ledger.build(declared, now);
      if (live) ledger.live(now + 1);
    }
    return ledger;
  };
  const idsOf = ({ domain }: Ledger) =>
    [...domain.earlier, ...(domain.current === null ? [] : [domain.current])].map(({ id }) => id);
  fc.assert(
    fc.property(
      history,
      history,
      history,
      fc.constantFrom(a, b, c),
      (before, left, right, next) => {
        const common = play(new Ledger(), before, start);
        // An odd second, so that the two sides never build in the same one.
        const ours = play(common.branch(), left, start + 100 * day);
        const theirs = play(common.branch(), right, start + 100 * day + 7);
        const both = merged(ours, theirs);
        const swapped = merged(theirs, ours);
        expect(new Set(idsOf(both))).toEqual(new Set([...idsOf(ours), ...idsOf(theirs)]));
        expect(swapped.domain).toEqual(both.domain);
        both.build(next, start + 300 * day);
        const again = read(formatLock(both.lock)).lock.domains.get("acme.de");
        expect(again).toEqual(both.domain);
        both.live(start + 301 * day);
        expect(both.hold(start + 301 * day)).not.toBe("open");
      },
    ),
    { numRuns: Math.min(runs.numRuns, 400) },
  );
});
