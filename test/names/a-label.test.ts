import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toALabels } from "../../src/names/a-label.ts";

describe("A-labels", () => {
  // RFC 3492 §7.1, and what registries sell.
  test.each([
    ["bücher.example", "xn--bcher-kva.example"],
    ["他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"],
    ["почемужеонинеговорятпорусски", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l"],
    ["3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"],
    ["faß.example", "xn--fa-hia.example"],
    ["💩.example", "xn--ls8h.example"],
  ])("%s is %s, and stays so", (name, ascii) => {
    expect(toALabels(name)).toBe(ascii);
    expect(toALabels(ascii)).toBe(ascii);
  });

  test.each([
    ["no Punycode", "xn--zzzzzzzz.example"],
    ["nothing behind the mark", "xn--.example"],
    ["nothing but ASCII", "xn--abc-.example"],
    ["a hyphen that begins", "xn---fg4a.example"],
    ["beyond Unicode", "xn--99999999.example"],
    ["a ligature that would be mapped", "xn--x-sy8h.example"],
    ["a capital letter that is coded", "xn--bcher-2pa.example"],
    ["cut off", "xn--bcher-k.example"],
    ["one of several", "xn--bcher-kva.xn--zzzzzzzz"],
  ])("%s is none, on every version of Node: %s", (_, name) => {
    expect(toALabels(name)).toBeNull();
  });

  test("what is mapped is stable", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), (text) => {
        const once = toALabels(`${text}.example`);
        // Mapping can bring forth what is in no name: whoever asks has to look.
        if (once !== null && /^[a-z0-9.-]+$/.test(once)) expect(toALabels(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});
