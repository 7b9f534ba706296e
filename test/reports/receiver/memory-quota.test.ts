import { expect, test } from "vitest";
import { MemoryQuota } from "../../../src/reports/receiver/memory-quota.ts";
import { DataRateDeadline } from "../../../src/reports/receiver/min-data-rate.ts";

test("the limits of a network and of all, and nothing that is remembered afterwards", () => {
  const quota = new MemoryQuota({ total: 100, perNetwork: 40, minPerPost: 5 });
  const [a, b, c] = [quota.lease("a"), quota.lease("a"), quota.lease("b")];
  expect(quota.networks).toBe(0);
  expect(a.grow(0)).toBe("granted");
  expect(quota.used).toBe(5);
  expect(a.grow(30)).toBe("granted");
  expect(b.grow(11)).toBe("network-full");
  expect(b.grow(10)).toBe("granted");
  expect([quota.isFirstRefusal("a"), quota.isFirstRefusal("a"), quota.isFirstRefusal("z")]).toEqual(
    [true, false, false],
  );
  // Decompressed bytes are always granted, and others get less.
  a.add(35);
  expect(quota.used).toBe(75);
  expect(c.grow(26)).toBe("full");
  expect(c.grow(25)).toBe("granted");
  a.resize(1);
  expect(quota.used).toBe(40);
  for (const one of [a, b, c, a, c]) one.release();
  expect([quota.used, quota.networks]).toEqual([0, 0]);
  expect(a.grow(40)).toBe("granted");
  expect(quota.isFirstRefusal("a")).toBe(true);
});

test("there are never more networks than posts that fit", () => {
  const quota = new MemoryQuota({ total: 100, perNetwork: 40, minPerPost: 5 });
  const results = Array.from({ length: 10_000 }, (_, n) => quota.lease(String(n)).grow(0));
  expect(results.filter((result) => result === "granted")).toHaveLength(20);
  expect(quota.networks).toBe(20);
});

test("bytes postpone the deadline, by the grace period at most", () => {
  let now = 0;
  const deadline = new DataRateDeadline({ bytesPerSecond: 1000, graceMs: 5000 }, () => now);
  expect([deadline.left, deadline.lag]).toEqual([5000, 0]);
  now = 3000;
  expect([deadline.left, deadline.lag]).toEqual([2000, 3000]);
  deadline.received(1000);
  expect(deadline.left).toBe(3000);
  deadline.received(9_000_000);
  expect([deadline.left, deadline.lag]).toEqual([5000, 0]);
  now = 8001;
  expect(deadline.left).toBeLessThan(0);
});
