/** No edit that a build accepts loses mail, whatever is done after, as long as the operator keeps to what was printed. */
import { describe, expect, test } from "vitest";
import { formatSimulation } from "../../src/simulate/print.ts";
import { Random } from "../../src/simulate/random.ts";
import { sample } from "../../src/simulate/sample.ts";
import { simulate, type SimulationResult } from "../../src/simulate/simulate.ts";
import { Operator, type Disobeyed } from "./operator.ts";

/** How many mails one sender of each kind sends in each history, while the simulator looks at all of them at once. */
const deliveries = Number(process.env["STSPRESS_DELIVERIES"] ?? 10);

/** `STSPRESS_HISTORIES=10000 npx vitest run --project own test/safety` runs as many as docs/safety.md tells of. */
const histories = Number(process.env["STSPRESS_HISTORIES"] ?? 300);

function history(
  seed: number,
  disobeyed: readonly Disobeyed[] = [],
): { result: SimulationResult; operator: Operator } {
  const operator = new Operator(new Random(seed), new Set(disobeyed));
  operator.live(20 + (seed % 60));
  return { result: simulate(operator.events, { flaky: true }), operator };
}

test(
  "histories of an operator who keeps to what was printed lose no mail",
  { timeout: 3_600_000 },
  () => {
    const told = {
      histories,
      enforced: 0,
      withNone: 0,
      idsAnnounced: 0,
      upgrades: 0,
      delivered: 0,
      deferred: 0,
    };
    for (let seed = 1; seed <= histories; seed += 1) {
      const { result, operator } = history(seed);
      const until = operator.now + 400 * 86_400;
      const mail = sample(operator.events, { until, seed, deliveries });
      const serves = (mode: string) =>
        operator.events.some((one) => one.what === "serve" && one.text?.includes(mode) === true);
      if (serves("mode: enforce")) told.enforced += 1;
      if (serves("mode: none")) told.withNone += 1;
      told.upgrades += operator.upgrades;
      told.idsAnnounced += idsOf(operator).size;
      told.delivered += mail.delivered;
      told.deferred += mail.deferred;
      expect([seed, mail.lost, mail.losses]).toEqual([seed, 0, []]);
      if (!result.loss) continue;
      expect(
        `history ${String(seed)}\n${formatSimulation(result)}\n${JSON.stringify(operator.events, null, 1)}`,
      ).toBe("no loss");
    }
    // What never enforces proves nothing.
    expect(told.enforced).toBeGreaterThan(histories / 8);
    expect(told.upgrades).toBeGreaterThan(histories / 20);
    expect(told.delivered).toBeGreaterThan(histories * deliveries);
    if (histories > 300) console.log(told);
  },
);

function idsOf({ events }: Operator): Set<string> {
  return new Set(events.flatMap((one) => (one.what === "announce" ? (one.id ?? []) : [])));
}

describe("what is not kept to loses mail:", () => {
  test.each<Disobeyed>([
    "lock/enforce-untested",
    "lock/enforce-untested-patterns",
    "lock/mx-replaced",
    "lock/mx-added",
    "lock/mx-removed",
    "lock/mx-stays",
    "lock/deleted-enforce",
    "evidence/mx-uncovered",
    "announce-last",
    "old-place-serves",
  ])("%s", { timeout: 120_000 }, (guard) => {
    let lost = 0;
    for (let seed = 1; seed <= 3000 && lost === 0; seed += 1) {
      if (history(seed, [guard]).result.loss) lost = seed;
    }
    expect(lost).toBeGreaterThan(0);
  });
});
