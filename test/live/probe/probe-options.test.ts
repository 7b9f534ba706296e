/** The options of verbs that look at the world outside: what they are normally, and what is refused. */
import { expect, test } from "vitest";
import { readProbeOptions } from "../../../src/live/probe/probe-options.ts";
import { Options, type OptionValues } from "../../../src/cli/options.ts";

const read = (values: OptionValues) => readProbeOptions(new Options("audit", values), "box");

test("nothing is given: as a sender looks", () => {
  expect(read({})).toEqual({
    ok: true,
    value: {
      resolver: null,
      caFile: null,
      httpsPort: 443,
      dnsPort: 53,
      smtpPort: 25,
      timeoutMs: 60_000,
      concurrency: 50,
      allowPrivate: false,
      heloName: "audit.invalid",
    },
  });
});

test("everything is given", () => {
  const values = {
    ...{ resolver: "[2001:db8::53]:5353", ca: "ca.pem", httpsPort: "8443", smtpPort: "2525" },
    ...{ timeout: "600", concurrency: "1000", allowPrivate: true, helo: "mail.example.com" },
  };
  expect(read(values)).toMatchObject({
    ok: true,
    value: {
      resolver: { address: "2001:db8::53", port: 5353 },
      ...{ caFile: "ca.pem", httpsPort: 8443, smtpPort: 2525 },
      ...{ timeoutMs: 600_000, concurrency: 1000, allowPrivate: true },
      heloName: "mail.example.com",
    },
  });
});

test("all that is wrong is told at once, each with a value that is right", () => {
  const values = {
    ...{ resolver: "nobody", httpsPort: "0", smtpPort: "65536" },
    ...{ timeout: "601", concurrency: "1e2", helo: "two words" },
  };
  const result = read(values);
  const told = result.ok ? [] : result.problems;
  expect(told.map(({ code, args }) => [code, (args as { example: string }).example])).toEqual([
    ["usage/value", "stspress audit --resolver 192.0.2.53"],
    ["usage/value", "stspress audit --https-port 443"],
    ["usage/value", "stspress audit --smtp-port 25"],
    ["usage/value", "stspress audit --timeout 60"],
    ["usage/value", "stspress audit --concurrency 50"],
    ["usage/value", "stspress audit --helo mail.example.com"],
  ]);
});
