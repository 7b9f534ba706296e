import { expect, test } from "vitest";
import { OctetBudget } from "../../../src/reports/receiver/octet-budget.ts";
import { Patience } from "../../../src/reports/receiver/patience.ts";

test("a network's share, the whole, and nothing that is remembered afterwards", () => {
  const budget = new OctetBudget({ whole: 100, share: 40, least: 5 });
  const [a, b, c] = [budget.open("a"), budget.open("a"), budget.open("b")];
  expect(budget.networks).toBe(0);
  expect(a.grow(0)).toBe("room");
  expect(budget.held).toBe(5);
  expect(a.grow(30)).toBe("room");
  expect(b.grow(11)).toBe("share-full");
  expect(b.grow(10)).toBe("room");
  expect([budget.tells("a"), budget.tells("a"), budget.tells("z")]).toEqual([true, false, false]);
  // What it becomes is not asked for, and others feel it.
  a.add(35);
  expect(budget.held).toBe(75);
  expect(c.grow(26)).toBe("full");
  expect(c.grow(25)).toBe("room");
  a.keep(1);
  expect(budget.held).toBe(40);
  for (const one of [a, b, c, a, c]) one.end();
  expect([budget.held, budget.networks]).toEqual([0, 0]);
  expect(a.grow(40)).toBe("room");
  expect(budget.tells("a")).toBe(true);
});

test("there are never more networks than posts that fit", () => {
  const budget = new OctetBudget({ whole: 100, share: 40, least: 5 });
  const rooms = Array.from({ length: 10_000 }, (_, n) => budget.open(String(n)).grow(0));
  expect(rooms.filter((room) => room === "room")).toHaveLength(20);
  expect(budget.networks).toBe(20);
});

test("patience is earned, and never more than the grace", () => {
  let now = 0;
  const patience = new Patience({ perSecond: 1000, graceMs: 5000 }, () => now);
  expect([patience.left, patience.lag]).toEqual([5000, 0]);
  now = 3000;
  expect([patience.left, patience.lag]).toEqual([2000, 3000]);
  patience.earn(1000);
  expect(patience.left).toBe(3000);
  patience.earn(9_000_000);
  expect([patience.left, patience.lag]).toEqual([5000, 0]);
  now = 8001;
  expect(patience.left).toBeLessThan(0);
});
