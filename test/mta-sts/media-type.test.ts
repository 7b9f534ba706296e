import { expect, it } from "vitest";
import { isPolicyMediaType } from "../../src/mta-sts/media-type.ts";

it.each([
  ["text/plain", true],
  ["TEXT/Plain", true],
  [" text/plain ; charset=utf-8", true],
  ["text/plain;charset=iso-8859-1", true],
  ["text/html", false],
  ["text/plain2", false],
  ["xtext/plain", false],
  ["text/plain, text/html", false],
  ["text /plain", false],
  [null, false],
])("RFC 8461 §3.2: %j: %s", (contentType, right) => {
  expect(isPolicyMediaType(contentType)).toBe(right);
});
