/** What each kind of sender does with its cache, one behaviour at a time. */
import { describe, expect, test } from "vitest";
import {
  day,
  everybody,
  hour,
  minute,
  names,
  policy,
  published,
  start,
  Story,
  week,
} from "./story.ts";

const [mx1, mx2] = [["mx1.example.com"], ["mx2.example.com"]];
const everyMx = [...mx1, ...mx2];

/**
 * An instance that senders hold since before the story, fetched within one second; DNS has no TTL and the mail goes
 * elsewhere from the beginning. So trouble is exactly the time in which a sender uses what it holds.
 */
function holding(text: string, story: Story, more: { announcedUntil?: number } = {}) {
  const fetched = { from: start - 1, to: start };
  return story.spans({ held: [{ id: "old", text, fetched, ...more }] });
}

/** The successor is served, and lets everybody deliver. */
function successor(id: string | null, text: string | null = policy("none", [])): Story {
  return new Story().addresses(["192.0.2.1"], 0).serve(text).announce(id, 0).mx(mx2, 0);
}

const held = policy("enforce", mx1, 10 * day);
const whole = [0, 10 * day];

describe("a new id, and a text that can be fetched", () => {
  const spans = holding(held, successor("new", policy("testing", mx2)));
  test.each([
    ["rfc8461", null],
    ["postfix-tlspol", whole],
    ["postfix-mta-sts-resolver", [0, minute]],
    ["postfix-mta-sts-resolver (proactive)", [0, minute]],
    ["courier", [0, 5 * day]],
    ["mox", null],
    ["chasquid", [0, 10 * minute]],
    ["kumomta", null],
    ["stalwart", null],
    ["maddy", null],
    ["zonemta", null],
  ])("%s uses the old text: %j", (name, expected) => {
    expect(spans[name]).toEqual(expected);
  });
});

describe("a new id, and no text that can be fetched", () => {
  const spans = holding(held, successor("new", null));
  test.each([
    ["rfc8461", whole],
    ["postfix-tlspol", whole],
    ["postfix-mta-sts-resolver", whole],
    ["postfix-mta-sts-resolver (proactive)", whole],
    ["courier", whole],
    ["mox", whole],
    ["chasquid", whole],
    ["kumomta", null],
    ["stalwart", null],
    ["maddy", whole],
    ["zonemta", whole],
  ])("%s uses the old text: %j", (name, expected) => {
    expect(spans[name]).toEqual(expected);
  });
});

describe("the old id goes on, and another text is served", () => {
  const spans = holding(held, successor("old", policy("testing", mx2)));
  test.each([
    ["rfc8461", whole],
    ["postfix-tlspol", whole],
    ["postfix-mta-sts-resolver", [0, Infinity]],
    ["postfix-mta-sts-resolver (proactive)", [0, Infinity]],
    ["courier", [0, Infinity]],
    ["mox", [0, Infinity]],
    ["chasquid", [0, 10 * minute]],
    ["kumomta", whole],
    ["stalwart", whole],
    ["maddy", whole],
    ["zonemta", null],
  ])("%s uses the old text: %j", (name, expected) => {
    expect(spans[name]).toEqual(expected);
  });
});

describe("the record is gone, and the policy host too", () => {
  const spans = holding(held, successor(null, null));
  test.each(names.map((name) => [name, name === "zonemta" ? null : whole] as const))(
    "%s keeps the policy: %j",
    (name, expected) => {
      expect(spans[name]).toEqual(expected);
    },
  );
});

describe("the record is gone, and another text is served", () => {
  const spans = holding(held, successor(null, policy("testing", mx2)));

  test("only who reads without being told does", () => {
    const expected = {
      ...everybody(whole),
      chasquid: [0, 10 * minute],
      zonemta: null,
      // A day, what is too young for a round, and the time over which rounds are spread.
      mox: [0, 39 * hour],
    };
    expect(spans).toEqual(expected);
  });
});

describe("lookups fail", () => {
  test("and everybody keeps the policy but ZoneMTA", () => {
    const story = successor("old", null).at(0).lookups(false);
    const spans = holding(held, story);
    expect(spans).toEqual({ ...everybody(whole), zonemta: null });
  });

  test("and a resolver goes on with the record that it has, for its TTL", () => {
    const story = published(policy("enforce", mx1, day), "1", mx1)
      .at(week)
      .lookups(false);
    story.at(week + hour).mx(mx2, 0);
    // Renewed up to the hour at which the last resolver forgot the id; rests for another half day.
    expect(story.spans()["courier"]).toEqual([week + hour, week + hour + day]);
    expect(story.spans()["postfix-mta-sts-resolver"]).toEqual([week + hour, week + hour + day]);
    expect(story.spans()["chasquid"]).toEqual([week + hour, Infinity]);
  });
});

describe("an expired policy whose id is still there", () => {
  const story = new Story().mx(mx2, 0).addresses(["192.0.2.1"], 0).announce("new", 0);
  story
    .at(20 * day)
    .announce("old", 0)
    .at(21 * day)
    .announce("newer", 0);
  const spans = holding(held, story);

  test("comes back where an equal id renews whatever it finds", () => {
    const { courier, mox } = spans;
    expect(courier).toEqual([0, 31 * day]);
    expect(mox).toEqual([0, 31 * day]);
    expect(spans["postfix-mta-sts-resolver"]).toEqual([0, 31 * day]);
  });

  test("and nowhere else", () => {
    for (const name of ["rfc8461", "postfix-tlspol", "maddy", "zonemta", "chasquid"]) {
      expect([name, spans[name]]).toEqual([name, whole]);
    }
  });
});

describe("max_age", () => {
  const year = 31_557_600;

  test("tlspol keeps a policy for 30 days at most", () => {
    const spans = holding(policy("enforce", mx1, year), successor(null, null));
    expect(spans["postfix-tlspol"]).toEqual([0, 30 * day]);
    expect(spans["rfc8461"]).toEqual([0, year]);
  });

  test("Stalwart takes what is below an hour, or a whole year, for a day", () => {
    for (const [maxAge, taken] of [
      [60, day],
      [3599, day],
      [3600, hour],
      [year - 1, year - 1],
      [year, day],
    ] as const) {
      const spans = holding(policy("enforce", mx1, maxAge), successor(null, null));
      expect([maxAge, spans["stalwart"]]).toEqual([maxAge, [0, taken]]);
    }
  });

  test("of 0 is no policy for chasquid, a minute for ZoneMTA, one delivery for others", () => {
    const story = published(policy("enforce", mx1, 0), "1", mx2)
      .at(day)
      .serve(null);
    const spans = story.spans();
    expect(spans["chasquid"]).toBeNull();
    expect(spans["zonemta"]).toEqual([0, day + minute]);
    expect(spans["rfc8461"]).toEqual([0, day]);
  });

  test("above a year is no policy for postfix-mta-sts-resolver, and a year for others", () => {
    const text = policy("enforce", mx1, year).replace(String(year), "99999999");
    const spans = holding(text, successor(null, null));
    expect(spans["postfix-mta-sts-resolver"]).toBeNull();
    expect(spans["rfc8461"]).toEqual([0, year]);
  });
});

describe("mode none without an mx line", () => {
  const retired = successor("new", "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n");

  test("is an error for Stalwart, which then has no policy", () => {
    expect(holding(held, retired)["stalwart"]).toBeNull();
    // It does not replace what is cached: without the record that comes back.
    const gone = new Story();
    gone.events.push(...retired.events);
    gone.at(day).announce(null, 0);
    const spans = holding(held, gone);
    expect(spans["stalwart"]).toEqual([day, 10 * day]);
    expect(spans["kumomta"]).toEqual([day, 10 * day]);
  });

  test("is read with an mx line", () => {
    const text = "version: STSv1\r\nmode: none\r\nmx: mx1.example.com\r\nmax_age: 86400\r\n";
    expect(holding(held, successor("new", text))["stalwart"]).toBeNull();
  });
});

describe("a text that is never announced", () => {
  test("counts for chasquid alone", () => {
    const story = published(policy("enforce", mx1), "1", mx2);
    const silent = new Story();
    silent.events.push(...story.events.filter(({ what }) => what !== "announce"));
    expect(silent.spans()).toEqual({ ...everybody(null), chasquid: [0, Infinity] });
  });
});

describe("no MX host that fits, in enforce", () => {
  /** Senders come to hold the policy during an hour; the misfit lasts so long after it. */
  function misfit(seconds: number) {
    const story = published(policy("enforce", mx1), "1", mx1, 0)
      .at(hour)
      .mx(mx2, 0)
      .at(hour + seconds)
      .mx(mx1, 0);
    const { senders } = story.simulate();
    return Object.fromEntries(
      senders.map(({ sender, timeline }) => {
        const found = timeline.filter(({ outcome }) => outcome !== "delivers");
        expect([sender, found.length]).toEqual([sender, 1]);
        const [only] = found;
        return [sender, [only?.outcome, only?.atMostSeconds, only?.loss]];
      }),
    );
  }

  test("maddy returns the mail at once", () => {
    expect(misfit(1)["maddy"]).toEqual(["refuses", null, true]);
  });

  test("others try again by their own schedules", () => {
    const { maddy: _maddy, ...others } = misfit(20 * minute);
    expect(others).toEqual({
      rfc8461: ["defers", 30 * minute, false],
      "postfix-tlspol": ["defers", 25 * minute, false],
      "postfix-mta-sts-resolver": ["defers", 25 * minute, false],
      "postfix-mta-sts-resolver (proactive)": ["defers", 25 * minute, false],
      courier: ["defers", 30 * minute, false],
      mox: ["defers", 1350, false],
      chasquid: ["defers", 2400, false],
      kumomta: ["defers", 20 * minute, false],
      stalwart: ["defers", 32 * minute, false],
      zonemta: ["defers", 20 * minute, false],
    });
  });

  test("a wait of over four hours is a loss", () => {
    const three = misfit(3 * hour);
    expect(three["rfc8461"]).toEqual(["defers", 3 * hour, false]);
    // Its retries come 140 and 300 minutes after the first attempt.
    expect(three["kumomta"]).toEqual(["defers", 5 * hour, true]);
    expect(misfit(4 * hour)["rfc8461"]).toEqual(["defers", 4 * hour, false]);
    expect(misfit(4 * hour + 1)["rfc8461"]).toEqual(["defers", 4.5 * hour, true]);
  });

  test("mail need not get through in a gap between two misfits that is shorter than that of retries", () => {
    function twoMisfits(gap: number) {
      return published(policy("enforce", mx1), "1", mx1, 0)
        .at(hour)
        .mx(mx2, 0)
        .at(3 * hour)
        .mx(mx1, 0)
        .at(3 * hour + gap)
        .mx(mx2, 0)
        .at(6 * hour)
        .mx(mx1, 0)
        .simulate()
        .senders.find(({ sender }) => sender === "rfc8461")
        ?.timeline.filter(({ outcome }) => outcome !== "delivers")
        .map(({ atMostSeconds, loss }) => [atMostSeconds, loss]);
    }
    expect(twoMisfits(30 * minute)).toEqual([
      [2 * hour, false],
      [2.5 * hour, false],
    ]);
    expect(twoMisfits(30 * minute - 1)).toEqual([
      [5 * hour, true],
      [3 * hour, false],
    ]);
  });

  test("a wait that outlasts the queue is a refusal", () => {
    const { rfc8461, chasquid } = misfit(4 * day + hour);
    expect(rfc8461).toEqual(["refuses", null, true]);
    expect(chasquid).toEqual(["refuses", null, true]);
  });
});

describe("MX hosts", () => {
  const both = () => published(policy("enforce", mx1), "1", [...everyMx]);

  test("one that fits is enough, and names are compared like DNS names", () => {
    expect(both().spans()).toEqual(everybody(null));
    expect(published(policy("enforce", mx1), "1", ["MX1.Example.COM."]).spans()).toEqual(
      everybody(null),
    );
  });

  test("the one that fits is down, the other one is not", () => {
    expect(both().at(day).mxHost("mx1.example.com", "down").spans()).toEqual(
      everybody([day, Infinity]),
    );
  });

  test("the one that fits has no valid certificate", () => {
    expect(both().at(day).mxHost("MX1.example.com", "without-tls").spans()).toEqual(
      everybody([day, Infinity]),
    );
  });

  test("where none answers it is not the policy's fault", () => {
    const dead = both().at(day).mxHost("mx1.example.com", "down").mxHost("mx2.example.com", "down");
    expect(dead.spans()).toEqual(everybody(null));
  });

  test("a wildcard is one label, and any number of them for ZoneMTA", () => {
    const spans = published(policy("enforce", ["*.example.com"]), "1", ["a.b.example.com"]).spans();
    expect(spans).toEqual({ ...everybody([0, Infinity]), zonemta: null });
  });
});

describe("who held what before the story began", () => {
  test("an id that was announced on renewed it on", () => {
    const spans = holding(held, successor(null, null), { announcedUntil: start + day });
    expect(spans["rfc8461"]).toEqual(whole);
    expect(spans["courier"]).toEqual([0, 11 * day]);
    expect(spans["mox"]).toEqual([0, 11 * day]);
  });

  test("what the RFC refuses was never held", () => {
    expect(holding("mode: enforce\r\n", successor(null, null))).toEqual(everybody(null));
  });
});

test("when anything may fail at any time, who asks DNS holds as long as who does not", () => {
  const story = published(policy("enforce", mx1), "1", mx1)
    .at(week)
    .serve(policy("enforce", everyMx))
    .announce("2")
    .at(week + hour)
    .mx(mx2, 0);
  expect(story.spans()["rfc8461"]).toBeNull();
  const flaky = story.spans({ flaky: true });
  // The old id in a resolver, the old text from before it changed: the last fetch of both was at the change.
  expect(flaky["rfc8461"]).toEqual([week + hour, 2 * week]);
  expect(flaky["kumomta"]).toEqual([week + hour, 2 * week]);
});
