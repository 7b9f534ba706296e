import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPolicy } from "../../../src/mta-sts/policy.ts";
import { shortDigest } from "../../../src/runtime/digest.ts";
import { keepSeconds } from "../../../src/site/lock/advance.ts";
import { formatLock } from "../../../src/site/lock/lock-text.ts";
import { heldUntil } from "../../../src/site/lock/hold.ts";
import { liveAt } from "../../../src/site/lock/lock.ts";
import { formatStamp, lastSecond } from "../../../src/site/stamp.ts";
import { runs } from "../../support/parsed.ts";
import { day, hour, Ledger, policy, read, start } from "./ledger.ts";

const a = policy("testing", ["a.acme.de"]);
const b = policy("testing", ["b.acme.de"]);
const week = 7 * day;

describe("the id (RFC 8461 §3.1)", () => {
  test("A, B, A are three instances with three ids", () => {
    const ledger = new Ledger();
    const ids = [a, b, a].map((declared, index) => ledger.build(declared, start + index * day).id);
    expect(ids).toEqual(["20261101T090000Z", "20261102T090000Z", "20261103T090000Z"]);
    expect(ledger.domain.current?.digest).toBe(ledger.domain.earlier[0]?.digest);
  });

  test("stays where the text does, whatever the clock says", () => {
    const ledger = new Ledger().build(a, start).live(start + 1);
    const before = ledger.domain;
    expect(ledger.build(a, start + 100 * day).domain).toEqual(before);
    expect(ledger.build(a, start - 100 * day).domain).toEqual(before);
  });

  test.each([0, -1, -1000 * day])(
    "is later than its predecessor's with a clock %i s off",
    (off) => {
      const ledger = new Ledger().build(a, start).build(b, start + off);
      expect(ledger.id).toBe(formatStamp(start + 1));
      expect(ledger.build(a, start + off).id).toBe(formatStamp(start + 2));
    },
  );

  test("is none that was adopted", () => {
    const ledger = new Ledger().adopt(formatStamp(start + 5), a, start - day);
    expect(ledger.build(b, start + 5).id).toBe(formatStamp(start + 6));
  });

  test("ends in the year 9999, and says so", () => {
    expect(new Ledger().build(a, lastSecond).id).toBe("99991231T235959Z");
    expect(() => new Ledger().build(a, lastSecond).build(b, start)).toThrow(/no id is left/);
  });
});

describe("the hold (RFC 8461 §8.3)", () => {
  test("ends when the successor was live, plus the old TTL, plus the old max_age", () => {
    const old = policy("enforce", ["a.acme.de"], 30);
    const ledger = new Ledger().build(old, start, 2 * hour).live(start + hour);
    ledger.build(policy("enforce", ["b.acme.de"], 1), start + 10 * day, 60);
    expect(ledger.holds).toEqual([[formatStamp(start), null]]);
    expect(ledger.hold(start + 500 * day)).toBe("open");
    ledger.live(start + 11 * day);
    const end = start + 11 * day + 2 * hour + 30 * day;
    expect(ledger.holds).toEqual([[formatStamp(start), end]]);
    expect(ledger.hold(end - 1)).toBe(end);
    expect(ledger.hold(end)).toBeNull();
  });

  test("a long-lived policy is held after its successor, not after its own beginning", () => {
    const ledger = new Ledger().build(a, start).live(start);
    ledger.build(b, start + 1000 * day).live(start + 1000 * day);
    expect(ledger.hold(start + 1001 * day)).toBe(start + 1007 * day + hour);
  });

  test("an instance whose successor was never deployed is held until the next that was", () => {
    const ledger = new Ledger()
      .build(a, start)
      .live(start)
      .build(b, start + day);
    ledger.build(a, start + 2 * day).live(start + 3 * day);
    const end = start + 3 * day + week + hour;
    expect(ledger.holds.map(([, until]) => until)).toEqual([end, end]);
  });

  test("an end that is known is not moved by later deployments", () => {
    const ledger = new Ledger()
      .build(a, start)
      .live(start)
      .build(b, start + day);
    ledger.live(start + day);
    const [first] = ledger.holds;
    ledger.build(a, start + 50 * day).live(start + 50 * day);
    expect(ledger.holds[0]).toEqual(first);
  });

  test("takes the longest TTL that the instance's record ever had", () => {
    const ledger = new Ledger().build(a, start, day).build(a, start + 1, 60);
    expect(ledger.domain.current?.ttlSeconds).toBe(day);
    expect(ledger.build(a, start + 2, 2 * day).domain.current?.ttlSeconds).toBe(2 * day);
    ledger.build(b, start + 3, 60).live(start + 3);
    expect(ledger.hold(start + 3)).toBe(start + 3 + 2 * day + week);
  });

  test("the first recording counts", () => {
    const ledger = new Ledger().build(a, start).live(start + 5);
    expect(ledger.live(start + 9).domain.current).toMatchObject({
      servedAt: start + 5,
      announcedAt: start + 5,
    });
    expect(new Ledger().live(start).domain.current).toBeNull();
  });

  test("a removed policy is held from the build that removed it", () => {
    const ledger = new Ledger()
      .build(a, start)
      .live(start)
      .build(null, start + day);
    expect(ledger.domain.current).toBeNull();
    expect(ledger.holds).toEqual([[formatStamp(start), start + day + hour + week]]);
    const removed = ledger.domain;
    expect(ledger.build(null, start + 2 * day).domain).toEqual(removed);
  });

  test("a removed policy that gets a successor is held until that is live", () => {
    const ledger = new Ledger()
      .build(a, start)
      .live(start)
      .build(null, start + day);
    ledger.build(b, start + 2 * day);
    expect(ledger.hold(start + 2 * day)).toBe("open");
    ledger.live(start + 6 * day);
    expect(ledger.hold(start + 6 * day)).toBe(start + 6 * day + hour + week);
  });

  test("a removed policy whose hold is over stays over", () => {
    const ledger = new Ledger()
      .build(a, start)
      .live(start)
      .build(null, start + day);
    ledger.build(b, start + 30 * day);
    expect(ledger.hold(start + 30 * day)).toBeNull();
  });
});

describe("since when patterns are tested", () => {
  test("an added pattern does not move it; one that is replaced or dropped, or another mode, does", () => {
    const ledger = new Ledger().build(a, start);
    expect(ledger.testedSince).toBeNull();
    expect(ledger.live(start + 1).testedSince).toBe(start + 1);
    const both = policy("testing", ["a.acme.de", "b.acme.de"]);
    expect(ledger.build(both, start + day).testedSince).toBe(start + 1);
    expect(ledger.live(start + 2 * day).testedSince).toBe(start + 1);
    expect(ledger.build(b, start + 3 * day).testedSince).toBeNull();
    expect(ledger.live(start + 4 * day).testedSince).toBe(start + 4 * day);
    const enforce = policy("enforce", ["b.acme.de"]);
    expect(ledger.build(enforce, start + 20 * day).testedSince).toBe(start + 4 * day);
    expect(ledger.live(start + 21 * day).testedSince).toBeNull();
    ledger.build(b, start + 22 * day).live(start + 23 * day);
    expect(ledger.testedSince).toBe(start + 23 * day);
  });

  test("an mx edit before anything was live leaves it open", () => {
    const ledger = new Ledger()
      .build(a, start)
      .build(b, start + day)
      .live(start + 2 * day);
    expect(ledger.testedSince).toBe(start + 2 * day);
  });
});

describe("adoption", () => {
  test("keeps the id verbatim, live since then", () => {
    const ledger = new Ledger().adopt("zzz2019", policy("enforce"), start - 900 * day, 300);
    expect(ledger.domain).toMatchObject({
      current: {
        id: "zzz2019",
        builtAt: null,
        servedAt: start - 900 * day,
        announcedAt: start - 900 * day,
        isSaid: true,
        ttlSeconds: 300,
      },
      earlier: [],
    });
    expect(ledger.build(policy("enforce"), start).id).toBe("zzz2019");
  });

  test("of an id that is later than the clock keeps own ids at the clock", () => {
    const ledger = new Ledger().adopt("99999999T999999Z", a, start - day).build(b, start);
    expect(ledger.id).toBe(formatStamp(start));
    expect(read(formatLock(ledger.lock)).lock.domains.get("acme.de")).toEqual(ledger.domain);
  });

  test("succeeds what the lock had", () => {
    const ledger = new Ledger()
      .build(a, start)
      .live(start)
      .adopt("other", a, start + day);
    expect(ledger.holds).toEqual([[formatStamp(start), start + day + hour + week]]);
    expect(ledger.testedSince).toBe(start);
  });
});

describe("forgetting", () => {
  const ledger = new Ledger()
    .build(a, start)
    .live(start)
    .build(b, start + day)
    .live(start + day);
  const end = start + day + hour + week;

  test("comes 90 days after the hold ended", () => {
    expect(keepSeconds).toBe(90 * day);
    expect(ledger.prune(end + 90 * day - 1)).toBe(ledger.domain);
    expect(ledger.prune(end + 90 * day)).toEqual({ ...ledger.domain, earlier: [] });
  });

  test("never takes an instance whose hold has no end, nor the current one", () => {
    const open = ledger.branch().build(a, start + 2 * day);
    const kept = open.prune(start + 10_000 * day);
    expect(kept?.earlier.map(({ announcedUntil }) => announcedUntil)).toEqual([null]);
    expect(kept?.current).toEqual(open.domain.current);
  });

  test("takes a domain of which nothing is left to know", () => {
    const removed = ledger.branch().build(null, start + 2 * day);
    expect(removed.prune(start + 50 * day)).not.toBeNull();
    expect(removed.prune(start + 200 * day)).toBeNull();
  });
});

describe("any history", () => {
  const texts = [null, a, b, policy("enforce", ["a.acme.de"], 30), policy("none", [], 1)];
  const step = fc.record({
    what: fc.constantFrom("build", "build", "live"),
    declared: fc.constantFrom(...texts),
    wait: fc.integer({ min: -3, max: 40 * day }),
    ttl: fc.constantFrom(60, hour, day),
  });

  test("has one id for each instance, and holds of the RFC's length", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const ledger = new Ledger();
        const given = new Map<string, string>();
        let now = start;
        for (const { what, declared, wait, ttl } of steps) {
          now = Math.max(0, now + wait);
          const before = ledger.domain;
          if (what === "live") ledger.live(now);
          else {
            ledger.build(declared, now, ttl);
            const { current } = ledger.domain;
            const digest = declared === null ? null : shortDigest(formatPolicy(declared));
            expect(current?.digest ?? null).toBe(digest);
            const changed = before.current?.digest !== current?.digest;
            expect(current?.id !== before.current?.id).toBe(changed);
            if (current !== null && changed) {
              expect(given.has(current.id)).toBe(false);
              expect([...given.keys()].every((id) => id < current.id)).toBe(true);
              given.set(current.id, current.digest);
            }
          }
          const { current, earlier } = ledger.domain;
          const end = (one: (typeof earlier)[number]) => heldUntil(ledger.domain, one, ledger);
          const isLive = current !== null && liveAt(current) !== null;
          // What was deployed last has no successor that could end the hold of the one before.
          if (current !== null && !isLive && before.current !== null && what === "build") {
            const last = earlier.at(-1);
            if (last !== undefined && last.id === before.current.id) {
              expect(end(last)).toBeNull();
            }
          }
          const wasLive = before.current !== null && liveAt(before.current) !== null;
          if (what === "live" && current !== null && !wasLive) {
            earlier.forEach((one, index) => {
              const last = before.earlier[index];
              const was = last === undefined ? null : heldUntil(before, last, ledger);
              const maxAge = ledger.policies.get(one.digest)?.policy.maxAgeSeconds ?? Number.NaN;
              expect(end(one)).toBeGreaterThanOrEqual(was ?? now + one.ttlSeconds + maxAge);
            });
          }
          expect(read(formatLock(ledger.lock)).lock.domains.get("acme.de")).toEqual(ledger.domain);
        }
      }),
      { numRuns: Math.min(runs.numRuns, 400) },
    );
  });
});
