import { describe, expect, it } from "vitest";
import { nextSerial } from "../../src/site/zone-serial.ts";

describe("nextSerial", () => {
  it("is the time of the build for a new zone", () => {
    expect(nextSerial(null, "aa", 1_795_000_000)).toEqual({ serial: 1_795_000_000, digest: "aa" });
  });

  it("stays while no record changes", () => {
    const before = { serial: 5, digest: "aa" };
    expect(nextSerial(before, "aa", 1_795_000_000)).toBe(before);
  });

  it("grows with every change, also where the clock went back", () => {
    const before = { serial: 1_795_000_000, digest: "aa" };
    expect(nextSerial(before, "bb", 1_795_000_060).serial).toBe(1_795_000_060);
    expect(nextSerial(before, "bb", 1_795_000_000).serial).toBe(1_795_000_001);
    expect(nextSerial(before, "bb", 1_000).serial).toBe(1_795_000_001);
  });
});
