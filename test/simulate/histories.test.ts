/** Histories of whole domains, of which everybody knows how they end. */
import { describe, expect, test } from "vitest";
import { day, everybody, hour, minute, policy, published, Story, week } from "./story.ts";

const [mx1, mx2] = [["mx1.example.com"], ["mx2.example.com"]];
const month = 4 * week;

describe("two weeks of testing, then one edit to enforce and another host, while the MX stays", () => {
  const story = published(policy("testing", mx1), "1", mx1)
    .at(2 * week)
    .serve(policy("enforce", mx2))
    .announce("2");

  test("every sender refuses at once, and for as long as it stays so", () => {
    const trouble = story.trouble();
    for (const name of Object.keys(trouble)) {
      expect([name, trouble[name]?.[0]?.[1]]).toEqual([name, 2 * week]);
      expect([name, trouble[name]?.at(-1)?.[2]]).toEqual([name, Infinity]);
    }
    expect(story.simulate().senders.map(({ loss }) => loss)).not.toContain(false);
  });
});

describe("enforce for four weeks, then a new policy and a new MX at the same moment", () => {
  const replaced = published(policy("enforce", mx1, month), "1", mx1)
    .at(week)
    .serve(policy("enforce", mx2, month))
    .announce("2")
    .mx(mx2);

  test("who asks only at expiry refuses for the whole of max_age", () => {
    const spans = replaced.spans();
    expect(spans["postfix-tlspol"]).toEqual([week, week + month]);
    // Nobody's copy is in the second half of its life yet, when the old id could still have renewed it.
    expect(spans["courier"]).toEqual([week, week + month / 2]);
  });

  test("who asks each time refuses while a resolver gives the old id, or the old MX", () => {
    const { rfc8461, maddy, mox, kumomta, stalwart } = replaced.spans();
    expect([rfc8461, maddy, mox, kumomta, stalwart]).toEqual(Array(5).fill([week, week + hour]));
  });

  test("who reads the text each time refuses while the old MX is cached", () => {
    expect(replaced.spans()["zonemta"]).toEqual([week, week + hour]);
    const { chasquid } = replaced.spans();
    expect(chasquid).toEqual([week, week + hour]);
  });

  test("without a new id nobody who asks for it notices", () => {
    const unannounced = published(policy("enforce", mx1, month), "1", mx1)
      .at(week)
      .serve(policy("enforce", mx2, month))
      .mx(mx2, 0);
    const spans = unannounced.spans();
    expect(spans["rfc8461"]).toEqual([week, week + month]);
    expect(spans["postfix-mta-sts-resolver"]).toEqual([week, Infinity]);
    expect(spans["chasquid"]).toEqual([week, week + hour]);
  });
});

describe("enforce for four weeks, and the MX moves when nobody can hold the old policy any more", () => {
  const both = policy("enforce", [...mx1, ...mx2], month);
  function moved(after: number): Story {
    return published(policy("enforce", mx1, month), "1", mx1)
      .at(week)
      .serve(both)
      .announce("2")
      .at(week + after)
      .mx(mx2, 0);
  }

  test("nobody notices when the old id's TTL and max_age have passed", () => {
    expect(moved(hour + month).spans()).toEqual(everybody(null));
  });

  test("who asks only at expiry needs max_age", () => {
    expect(moved(month).spans()["postfix-tlspol"]).toBeNull();
    expect(moved(month - 1).spans()["postfix-tlspol"]).toEqual([week + month - 1, week + month]);
  });

  test("who was away for as long still holds it, and asks first", () => {
    expect(moved(2 * hour).spans()["rfc8461"]).toBeNull();
    expect(moved(2 * hour).spans()["mox"]).toBeNull();
  });

  test("but not where the new policy cannot be fetched", () => {
    const story = moved(2 * hour)
      .at(week + day)
      .policyHost(false)
      .at(week + 2 * day)
      .policyHost(true);
    const spans = story.spans();
    expect(spans["rfc8461"]).toEqual([week + day, week + 2 * day]);
    // Its rounds have replaced the old policy meanwhile, delivery or not.
    expect(spans["maddy"]).toBeNull();
    // Rounds of a day leave out what is younger than half a day, and come up to three hours late.
    expect(spans["mox"]).toEqual([week + day, week + 2 * day]);
    expect(spans["kumomta"]).toBeNull();
    expect(spans["stalwart"]).toBeNull();
  });
});

describe("a policy that is announced a month after it was served", () => {
  const story = published(policy("enforce", mx1, week), "1", mx1)
    .at(month)
    .serve(policy("enforce", [...mx1, ...mx2], week))
    .at(2 * month)
    .announce("2")
    .at(2 * month + hour)
    .mx(mx2, 0);

  test("who renews on an equal id holds the old text a month longer", () => {
    const spans = story.spans();
    // mox and the resolver ask at the delivery, see the new id and fetch. Courier rests on what it renewed.
    expect(spans["courier"]).toEqual([2 * month + hour, 2 * month + hour + week / 2]);
    expect(spans["postfix-tlspol"]).toBeNull();
    expect(spans["rfc8461"]).toBeNull();
  });

  test("and until its end when the new text cannot be fetched then", () => {
    const gone = new Story();
    gone.events.push(...story.events);
    gone.at(2 * month + hour).policyHost(false);
    const spans = gone.spans();
    const end = 2 * month + hour + week;
    expect(spans["postfix-mta-sts-resolver"]).toEqual([2 * month + hour, end]);
    expect(spans["courier"]).toEqual([2 * month + hour, end]);
    expect(spans["mox"]).toEqual([2 * month + hour, end]);
    expect(spans["rfc8461"]).toBeNull();
    expect(spans["maddy"]).toBeNull();
  });
});

describe("an id that is spoiled: announced while the host still serves the old text", () => {
  const story = published(policy("enforce", mx1, week), "1", mx1)
    .at(week)
    .announce("2")
    .at(week + minute)
    .serve(policy("enforce", [...mx1, ...mx2], week))
    .at(3 * week)
    .mx(mx2, 0);
  const spans = story.spans();

  test("who renews holds the old text under the new id, for ever", () => {
    expect(spans["postfix-mta-sts-resolver"]).toEqual([3 * week, Infinity]);
    expect(spans["courier"]).toEqual([3 * week, Infinity]);
    expect(spans["mox"]).toEqual([3 * week, Infinity]);
  });

  test("who does not is rid of it after max_age", () => {
    expect(spans["rfc8461"]).toBeNull();
    expect(spans["postfix-tlspol"]).toBeNull();
    expect(spans["maddy"]).toBeNull();
    const early = story.trouble({ until: 3 * week });
    expect(early["rfc8461"]).toEqual([]);
  });

  test("the reason names the new id and the old text", () => {
    const { senders } = story.simulate();
    const mox = senders.find(({ sender }) => sender === "mox");
    expect(mox?.timeline.at(-1)).toMatchObject({
      outcome: "refuses",
      loss: true,
      reasons: [{ id: "2", mode: "enforce", patterns: mx1, mxHosts: mx2 }],
    });
  });
});

describe("two addresses of which one serves the old text", () => {
  const story = new Story()
    .addresses(["192.0.2.1", "192.0.2.2"])
    .serve(policy("enforce", mx1), "192.0.2.1")
    .serve(policy("enforce", mx1), "192.0.2.2")
    .announce("1")
    .mx(mx1)
    .at(week)
    .serve(policy("enforce", [...mx1, ...mx2]), "192.0.2.1")
    .announce("2")
    .at(4 * week)
    .mx(mx2, 0);

  test("everybody may hold the old text for as long as it is served", () => {
    expect(story.spans()).toEqual(everybody([4 * week, Infinity]));
  });

  test("and for its life after it was replaced, or by the address's TTL", () => {
    const mended = new Story();
    mended.events.push(...story.events);
    mended.at(3 * week).addresses(["192.0.2.1"], hour);
    const spans = mended.spans();
    expect(spans["postfix-tlspol"]).toEqual([4 * week, 4 * week + hour]);
    expect(spans["rfc8461"]).toEqual([4 * week, 4 * week + hour]);
    expect(spans["zonemta"]).toBeNull();
    // The id was spoiled by the address that lagged behind.
    expect(spans["mox"]).toEqual([4 * week, Infinity]);
  });
});

describe("the policy host is away for two days", () => {
  const away = published(policy("enforce", mx1), "1", mx1)
    .at(week)
    .policyHost(false)
    .at(week + 2 * day)
    .policyHost(true);

  test("nobody refuses", () => {
    expect(away.spans()).toEqual(everybody(null));
  });

  test("not even when policy and MX moved well before", () => {
    const story = published(policy("enforce", mx1), "1", mx1)
      .at(week)
      .serve(policy("enforce", [...mx1, ...mx2]))
      .announce("2")
      .at(2 * week + hour)
      .mx(mx2)
      .policyHost(false)
      .at(2 * week + 2 * day)
      .policyHost(true);
    expect(story.spans()).toEqual(everybody(null));
  });
});

describe("testing never loses", () => {
  test("whatever the MX does", () => {
    const story = published(policy("testing", mx1), "1", mx1)
      .at(day)
      .mx(mx2)
      .at(2 * day)
      .mxHost("mx2.example.com", "without-tls");
    expect(story.spans()).toEqual(everybody(null));
  });

  test("but a sender that still enforces does, after a way back to testing", () => {
    const story = published(policy("enforce", mx1), "1", mx1)
      .at(day)
      .serve(policy("testing", mx2))
      .announce("2")
      .mx(mx2, 0);
    expect(story.spans()["postfix-tlspol"]).toEqual([day, day + week]);
    expect(story.spans()["chasquid"]).toEqual([day, day + 10 * minute]);
    expect(story.simulate().loss).toBe(true);
  });
});
