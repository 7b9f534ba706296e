import { describe, expect, test } from "vitest";
import { formatSimulation, simulationJson } from "../../src/simulate/print.ts";
import { senders } from "../../src/simulate/senders.ts";
import { day, hour, minute, policy, published, start, week } from "./story.ts";

const [mx1, mx2] = [["mx1.example.com"], ["mx2.example.com"]];

/** The new policy allows both hosts, the MX moves too early for who holds the old one. */
const moved = published(policy("enforce", mx1, 4 * week), "1", mx1)
  .at(week)
  .serve(policy("enforce", [...mx1, ...mx2], 4 * week))
  .announce("2")
  .at(week + 2 * hour)
  .mx(mx2, 0);

describe("a terminal", () => {
  test("one line for all that fare alike", () => {
    expect(formatSimulation(moved.simulate()).split("\n")).toEqual([
      "rfc8461, postfix-mta-sts-resolver, postfix-mta-sts-resolver (proactive), mox, chasquid, kumomta, stalwart, maddy, zonemta   delivers",
      "postfix-tlspol   delivers · refuses 2026-11-08 11:00 – 2026-12-06 09:00 (holds enforce mx1.example.com)",
      "courier          delivers · refuses 2026-11-08 11:00 – 2026-11-22 09:00 (holds enforce mx1.example.com)",
    ]);
  });

  test("what has no end, and what waits", () => {
    const only = (name: string) => senders.filter((sender) => sender.name === name);
    const forever = published(policy("enforce", mx1), "1", mx2).simulate({
      senders: only("maddy"),
    });
    expect(formatSimulation(forever)).toBe(
      "maddy   refuses from 2026-11-01 09:00 on (holds enforce mx1.example.com)",
    );
    const short = published(policy("enforce", mx1), "1", mx1, 0)
      .at(day)
      .mx(mx2, 0)
      .at(day + 40 * minute)
      .mx(mx1, 0)
      .simulate({ senders: only("rfc8461") });
    expect(formatSimulation(short)).toBe(
      "rfc8461   delivers · defers up to 60 minutes 2026-11-02 09:00 – 2026-11-02 09:40 (holds enforce mx1.example.com)",
    );
  });

  test("of many patterns the first two", () => {
    const many = ["a.example", "b.example", "c.example", "d.example"];
    const { senders: results } = published(policy("enforce", many), "1", mx1).simulate();
    const text = formatSimulation({ from: start, until: Infinity, senders: results, loss: true });
    expect(text).toContain("(holds enforce a.example, b.example and 2 more)");
  });
});

test("JSON has ISO times, null for what has no end, and no texts", () => {
  const only = senders.filter(({ name }) => name === "postfix-tlspol");
  expect(simulationJson(moved.simulate({ senders: only }))).toEqual({
    from: "2026-11-01T09:00:00Z",
    until: null,
    loss: true,
    senders: [
      {
        sender: "postfix-tlspol",
        loss: true,
        timeline: [
          {
            from: "2026-11-01T09:00:00Z",
            to: "2026-11-08T11:00:00Z",
            outcome: "delivers",
            atMostSeconds: null,
            loss: false,
            reasons: [],
          },
          {
            from: "2026-11-08T11:00:00Z",
            to: "2026-12-06T09:00:00Z",
            outcome: "refuses",
            atMostSeconds: null,
            loss: true,
            reasons: [{ id: "1", mode: "enforce", patterns: mx1, mxHosts: mx2 }],
          },
          {
            from: "2026-12-06T09:00:00Z",
            to: null,
            outcome: "delivers",
            atMostSeconds: null,
            loss: false,
            reasons: [],
          },
        ],
      },
    ],
  });
});
