/** The `Date` of responses. */
import { describe, expect, test } from "vitest";
import { medianOf, parseHttpDate } from "../../src/live/date-ahead.ts";

describe("a date", () => {
  test("is read", () => {
    expect(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT")).toBe(784_111_777);
  });

  test.each([undefined, "", "now", "1994-11-06T08:49:37Z", "Sun, 99 Nov 1994 08:49:37 GMT"])(
    "is none: %s",
    (text) => {
      expect(parseHttpDate(text)).toBeNull();
    },
  );
});

test.each<[readonly number[], number | null]>([
  [[], null],
  [[7], 7],
  [[100, 2], 2],
  [[100, -5, 3], 3],
])("the median of %j", (values, median) => {
  expect(medianOf(values)).toBe(median);
});
