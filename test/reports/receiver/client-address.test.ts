import { describe, expect, test } from "vitest";
import {
  clientNetwork,
  forwardedClient,
  isLoopback,
} from "../../../src/reports/receiver/client-address.ts";
import { RateLimit } from "../../../src/reports/receiver/rate-limit.ts";

describe("the client behind a proxy", () => {
  test.each([
    [undefined, "127.0.0.1"],
    ["", "127.0.0.1"],
    ["192.0.2.1", "192.0.2.1"],
    ["10.0.0.1, 192.0.2.1", "192.0.2.1"],
    ["192.0.2.1, ", "127.0.0.1"],
    ["unknown", "127.0.0.1"],
    ["192.0.2.1:4711", "127.0.0.1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    [`${"1.1.1.1, ".repeat(10_000)}192.0.2.7`, "192.0.2.7"],
  ])("X-Forwarded-For: %s", (header, client) => {
    expect(forwardedClient("::ffff:127.0.0.1", header)).toBe(client);
  });
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:1:2:3:4", "2001:db8:0:0::/64"],
  ["2001:0db8:0000:00a0::", "2001:db8:0:a0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
  ["::5:6:7:8", "0:0:0:0::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("%s counts as %s", (address, network) => {
  expect(clientNetwork(address)).toBe(network);
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.0.2.1", false],
  ["localhost", false],
])("%s is this machine's own: %s", (address, is) => {
  expect(isLoopback(address)).toBe(is);
});

describe("the rate", () => {
  test("a bucket empties at once and fills steadily", () => {
    let now = 0;
    const limit = new RateLimit(60, () => now);
    for (let n = 0; n < 60; n += 1) expect(limit.take("a")).toEqual({ ok: true });
    expect(limit.take("a")).toEqual({ ok: false, seconds: 1, isFirst: true });
    expect(limit.take("a")).toEqual({ ok: false, seconds: 1, isFirst: false });
    expect(limit.take("b")).toEqual({ ok: true });
    now += 1000;
    expect(limit.take("a")).toEqual({ ok: true });
    expect(limit.take("a")).toEqual({ ok: false, seconds: 1, isFirst: true });
    now += 3_600_000;
    for (let n = 0; n < 60; n += 1) expect(limit.take("a").ok).toBe(true);
    expect(limit.take("a").ok).toBe(false);
  });

  test("what was large is paid for later", () => {
    let now = 0;
    const limit = new RateLimit(60, () => now);
    limit.take("a");
    limit.charge("a", 100);
    expect(limit.take("a")).toMatchObject({ ok: false, seconds: 42 });
    now += 42_000;
    expect(limit.take("a").ok).toBe(true);
  });

  test("a hundred thousand clients are not remembered", () => {
    const limit = new RateLimit(1, () => 0);
    limit.take("first");
    expect(limit.take("first").ok).toBe(false);
    for (let n = 0; n < 100_000; n += 1) limit.take(String(n));
    expect(limit.take("first").ok).toBe(true);
  });
});
