/** What can be seen of a world, and when. */
import { describe, expect, test } from "vitest";
import { fetchFails, lookupFails, noRecord, viewOf } from "../../src/simulate/sights.ts";
import { hour, minute, policy, start, Story } from "./story.ts";

const [oldText, newText] = [
  policy("testing", ["mx1.example.com"]),
  policy("testing", ["mx2.example.com"]),
];

/** The sights that begin after the start: when, ids, texts. */
function seen(story: Story, flaky = false) {
  const { sights, ids, texts } = viewOf(story.events, { flaky });
  const idOf = (number: number) =>
    number === noRecord ? "none" : number === lookupFails ? "fails" : ids[number];
  const nameOf = (number: number) => {
    const text = number === fetchFails ? null : texts[number]?.text;
    return text === oldText ? "old" : text === newText ? "new" : "fails";
  };
  return sights
    .filter(({ from }) => from >= start)
    .map(({ from, records, texts: fetched }) => [
      from - start,
      records.map(idOf).join(" "),
      fetched.map(nameOf).join(" "),
    ]);
}

describe("a record", () => {
  test("is given by resolvers for its TTL after it was replaced", () => {
    const story = new Story().announce("1", 300).at(hour).announce("2", 60);
    expect(seen(story)).toEqual([
      [0, "1", "fails"],
      [hour, "1 2", "fails"],
      [hour + 300, "2", "fails"],
    ]);
  });

  test("may be missing on a name server that lags behind another one", () => {
    const story = new Story().announce("1", 0, "ns1").at(hour).announce("1", 0, "ns2");
    expect(seen(story)).toEqual([
      [0, "none 1", "fails"],
      [hour, "1", "fails"],
    ]);
  });

  test("is not learnt while lookups fail, only remembered", () => {
    const story = new Story().announce("1", 300).at(hour).lookups(false).announce("2", 300);
    story.at(2 * hour).lookups(true);
    expect(seen(story)).toEqual([
      [0, "1", "fails"],
      [hour, "fails 1", "fails"],
      [hour + 300, "fails", "fails"],
      [2 * hour, "2", "fails"],
    ]);
  });
});

describe("a text", () => {
  test("may come from each address that DNS or a resolver gives", () => {
    const story = new Story().announce("1", 0).addresses(["192.0.2.1"], 300).serve(oldText);
    story.serve(newText, "192.0.2.2").at(hour).addresses(["192.0.2.2"], 300);
    expect(seen(story)).toEqual([
      [0, "1", "old"],
      [hour, "1", "old new"],
      [hour + 300, "1", "new"],
    ]);
  });

  test("does not come while the policy host is away, or has no address", () => {
    const story = new Story().announce("1", 0).addresses(["192.0.2.1"], 0).serve(oldText);
    story.at(minute).policyHost(false).at(hour).serve(newText).policyHost(true);
    story.at(2 * hour).addresses([], 0);
    expect(seen(story)).toEqual([
      [0, "1", "old"],
      [minute, "1", "fails"],
      [hour, "1", "new"],
      [2 * hour, "1", "fails"],
    ]);
  });
});

test("on the real Internet anything may fail at any time", () => {
  const story = new Story().announce("1", 0).addresses(["192.0.2.1"], 0).serve(oldText);
  expect(seen(story, true)).toEqual([[0, "fails 1", "fails old"]]);
});

test("nothing ever happens in an empty world", () => {
  expect(new Story().simulate()).toMatchObject({ from: 0, until: Infinity, loss: false });
});
