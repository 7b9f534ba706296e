/** What holds in every world. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reach, type Use } from "../../src/simulate/reach.ts";
import { Random } from "../../src/simulate/random.ts";
import { SenderReading } from "../../src/simulate/sender-reading.ts";
import { SenderRun } from "../../src/simulate/sender-run.ts";
import { sample } from "../../src/simulate/sample.ts";
import { senders } from "../../src/simulate/senders.ts";
import { viewOf } from "../../src/simulate/sights.ts";
import { heldEntries, simulate } from "../../src/simulate/simulate.ts";
import type { Mode } from "../../src/mta-sts/policy.ts";
import { runs } from "../support/parsed.ts";
import { everybody, Story, hour, start } from "./story.ts";
import { heldInstances, worldEnd, worlds } from "./worlds.ts";

const all: readonly Mode[] = ["enforce", "testing", "none"];
const seed = fc.integer();

describe("in every world", () => {
  test("a policy that does not enforce loses nothing", () => {
    const modes: readonly Mode[] = ["testing", "none"];
    fc.assert(
      fc.property(worlds(modes), heldInstances(modes), fc.boolean(), (world, held, flaky) => {
        const { senders: results, loss } = simulate(world, { held, flaky });
        expect(loss).toBe(false);
        for (const { timeline } of results) {
          expect(timeline).toMatchObject([{ from: start, to: Infinity, outcome: "delivers" }]);
        }
      }),
      runs,
    );
  });

  test("the order in which events are written makes no difference", () => {
    fc.assert(
      fc.property(
        worlds().chain((world) =>
          fc.tuple(
            fc.constant(world),
            fc.shuffledSubarray([...world], { minLength: world.length }),
          ),
        ),
        ([world, shuffled]) => {
          expect(simulate(shuffled)).toEqual(simulate(world));
          const options = { until: worldEnd, seed: 1, deliveries: 20 };
          expect(sample(shuffled, options)).toEqual(sample(world, options));
        },
      ),
      runs,
    );
  });

  test("a timeline has no gap and ends where it was told to", () => {
    fc.assert(
      fc.property(worlds(), heldInstances(all), (world, held) => {
        for (const { timeline, loss } of simulate(world, { held, until: worldEnd }).senders) {
          let now = start;
          for (const interval of timeline) {
            expect(interval.from).toBe(now);
            expect(interval.to).toBeGreaterThan(now);
            expect(interval.outcome === "delivers").toBe(interval.reasons.length === 0);
            expect(interval.outcome === "refuses" ? interval.loss : true).toBe(true);
            now = interval.to;
          }
          expect(now).toBe(worldEnd);
          expect(loss).toBe(timeline.some((interval) => interval.loss));
        }
      }),
      runs,
    );
  });

  test("more failures, and more that may be held, make nothing better", () => {
    fc.assert(
      fc.property(worlds(), heldInstances(all), (world, held) => {
        const better = simulate(world).senders;
        for (const worse of [simulate(world, { held }), simulate(world, { flaky: true })]) {
          better.forEach(({ sender, timeline }, index) => {
            for (const { from, loss } of timeline) {
              const there = worse.senders[index]?.timeline.find(
                (one) => one.from <= from && from < one.to,
              );
              if (loss) expect([sender, from, there?.loss]).toEqual([sender, from, true]);
            }
          });
        }
      }),
      runs,
    );
  });
});

describe("no single sender does what was not foreseen", () => {
  test("no policy is used that nobody was said to hold", () => {
    fc.assert(
      fc.property(
        worlds(),
        heldInstances(all),
        fc.boolean(),
        seed,
        (world, held, flaky, number) => {
          const view = viewOf(world, { held, flaky });
          const entries = heldEntries(held, view);
          const random = new Random(number);
          for (const sender of senders) {
            const reading = new SenderReading(sender, view);
            const uses: Use[] = [];
            reach(sender, reading, view.sights, entries, (use) => uses.push(use));
            for (let history = 0; history < 4; history += 1) {
              const run = new SenderRun(sender, reading, view.sights, random, start);
              const entry = entries[random.below(entries.length + 1)];
              if (entry !== undefined) run.hold(entry);
              // Sometimes every few minutes, sometimes after days.
              for (
                let at = start;
                at < worldEnd;
                at += 1 + random.below(10 ** (1 + random.below(6)))
              ) {
                const text = run.policyAt(at);
                if (text === -1) continue;
                const foreseen = uses.some(
                  (use) => use.text === text && use.from <= at && at < use.to,
                );
                if (!foreseen)
                  expect([sender.name, at - start, view.texts[text]?.text]).toBe("foreseen");
              }
            }
          }
        },
      ),
      { numRuns: Math.ceil(runs.numRuns / 10) },
    );
  });

  test("no mail is lost that was not foreseen", () => {
    let lost = 0;
    fc.assert(
      fc.property(worlds(), heldInstances(all), seed, (world, held, number) => {
        const options = { held, until: worldEnd, seed: number, deliveries: 100, histories: 2 };
        const { losses, ...counts } = sample(world, options);
        lost += counts.lost;
        const foreseen = simulate(world, { held }).senders;
        for (const { sender, sentAt } of losses) {
          const timeline = foreseen.find((result) => result.sender === sender)?.timeline ?? [];
          const there = timeline.find(({ from, to }) => from <= sentAt && sentAt < to);
          expect([sender, sentAt, there?.loss]).toEqual([sender, sentAt, true]);
        }
      }),
      { numRuns: Math.ceil(runs.numRuns / 2) },
    );
    expect(lost).toBeGreaterThan(1000);
  });

  test("a sample can be taken again", () => {
    fc.assert(
      fc.property(worlds(), seed, (world, number) => {
        const options = { until: worldEnd, seed: number, deliveries: 20 };
        const once = sample(world, options);
        expect(sample(world, options)).toEqual(once);
        expect(once.delivered + once.deferred + once.lost).toBeLessThanOrEqual(20 * senders.length);
      }),
      { numRuns: 50 },
    );
  });
});

test("two simultaneous events about one subject may agree, and may not contradict each other", () => {
  const story = new Story().announce("1").announce("1").mx(["a.example", "B.example"]);
  expect(story.mx(["b.example", "A.example"]).spans()).toEqual(everybody(null));
  for (const contradiction of [
    new Story().announce("1").announce("2"),
    new Story().announce("1").announce("1", 2 * hour),
    new Story().serve("a").serve(null),
    new Story().addresses(["192.0.2.1"]).addresses([]),
    new Story().mx(["a.example"]).mx(["b.example"]),
    new Story().mxHost("a.example", "up").mxHost("A.example", "down"),
    new Story().policyHost(true).policyHost(false),
    new Story().lookups(true).lookups(false),
  ]) {
    expect(() => contradiction.simulate()).toThrow(RangeError);
  }
});
