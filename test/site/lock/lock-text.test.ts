import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shortDigest } from "../../../src/runtime/digest.ts";
import { formatLock, parseLock } from "../../../src/site/lock/lock-text.ts";
import { emptyLock } from "../../../src/site/lock/lock.ts";
import { expectSound, hostileText, problemsOf, runs } from "../../support/parsed.ts";
import { day, Ledger, policy, read, start } from "./ledger.ts";

const ledger = new Ledger()
  .adopt("zz2019", policy("enforce"), start - 9 * day, 300)
  .build(policy("testing", ["*.mx.acme.de"]), start)
  .live(start + 60)
  .build(policy("none"), start + day);
const shape = { zone: "acme.de", ttlSeconds: 60, delegation: null, rua: null, address: null };
const shapeDigest = shortDigest(JSON.stringify(shape));
const full = {
  ...ledger.lock,
  shapes: new Map([[shapeDigest, shape]]),
  zones: new Map([["sts.msp.de", { serial: 4_294_967_295, digest: "0123456789abcdef" }]]),
  domains: new Map([
    ["www.acme.de", { ...ledger.domain, shape: shapeDigest }],
    ["acme.de", ledger.domain],
  ]),
};
const text = formatLock(full);

describe("the text", () => {
  test("says everything that the lock does", () => {
    const { lock, merged } = read(text);
    expect(merged).toBe(false);
    expect(lock).toEqual(full);
    expect(formatLock(lock)).toBe(text);
  });

  test("of an empty lock", () => {
    expect(read(formatLock(emptyLock))).toEqual({ lock: emptyLock, merged: false, version: 2 });
  });

  test("has one sorted line for each thing, so that a diff names its domains", () => {
    const subjects = text.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "));
    const digests = [...ledger.policies.keys()].sort();
    expect(subjects).toEqual([
      "stspress.lock 2",
      "# What",
      ...digests.map((digest) => `policy ${digest}`),
      `dns ${shapeDigest}`,
      "zone sts.msp.de",
      "domain acme.de",
      "domain www.acme.de",
      "",
    ]);
  });

  test("is read with Windows line ends, blank lines and comments", () => {
    const edited = text.replaceAll("\n", "\r\n").replace("zone ", "# mine\r\n\r\nzone ");
    expect(read(edited).lock).toEqual(full);
  });

  test("is read without the last line end", () => {
    expect(read(text.slice(0, -1)).lock).toEqual(full);
  });
});

describe("what no build writes is refused", () => {
  const line = "domain acme.de ";
  const at = text.indexOf(line);
  const length = text.indexOf("\n", at) - at;
  const here = `@${String(at)}`;
  const replaced = (from: string | RegExp, to: string) =>
    text.slice(0, at) + text.slice(at, at + length).replace(from, to) + text.slice(at + length);

  test.each([
    ["", ["lock/empty@0+1"]],
    ["\n\r\n", ["lock/empty@0+1"]],
    ["# only a comment\n", ["lock/empty@0+1"]],
    ["stspress.lock 3\n\0\n", ["lock/newer@0+15"]],
    ["stspress.lock one\n", ["lock/not-a-lock@0+17"]],
    ["stspress.lock -1\n", ["lock/not-a-lock@0+16"]],
    ["\ufeffstspress.lock 1\n", ["lock/not-a-lock@0+16"]],
    ["PK\u0003\u0004\nx\n", ["lock/not-a-lock@0+4"]],
    ["stspress.lock 1\ndomain acme.de\n", ["lock/syntax@16+14"]],
    ["stspress.lock 2\ndomain acme.de dns=0 live_dns=-\n", ["lock/syntax@16+31"]],
    ["stspress.lock 1\ndomain ../x dns=-\n", ["lock/syntax@16+17"]],
    ["stspress.lock 1\ndomain ACME.de dns=-\n", ["lock/syntax@16+20"]],
    ['stspress.lock 1\npolicy 0 "x"\n', ["lock/syntax@16+12"]],
    ["stspress.lock 1\npolicy 0 {}\n", ["lock/syntax@16+11"]],
    ["stspress.lock 1\ndns 0 [1\n", ["lock/syntax@16+8"]],
    ["stspress.lock 1\nzone acme.de serial=4294967296 records=aa\n", ["lock/syntax@16+41"]],
    ["stspress.lock 1\ndomain a.de dns=-\ndomain a.de dns=-\n", ["lock/duplicate@34+17"]],
  ])("%j", (given, problems) => {
    expect(problemsOf(parseLock(given, shortDigest))).toEqual(problems);
  });

  test.each([
    ["a policy that the lock lost", /policy=[0-9a-f]+/, "policy=00", "lock/syntax"],
    ["an id with a semicolon", / id=\S+/, " id=a;b", "lock/syntax"],
    ["an id of 33 letters", / id=\S+/, ` id=${"a".repeat(33)}`, "lock/syntax"],
    ["the 31st of November", / built=\S+/, " built=20261131T000000Z", "lock/syntax"],
    ["a TTL that is not a number", / ttl=\S+/, " ttl=1h", "lock/syntax"],
    ["an end that is not a time", /\.\.\S+/, "..never", "lock/syntax"],
    ["no time of serving", / served=\S+/, "", "lock/syntax"],
    ["a mark that nobody knows", / ttl=/, " marks=odd ttl=", "lock/syntax"],
    ["a field without a name", " ttl=", " =", "lock/syntax"],
    ["an id earlier than its predecessor's", / id=\S+/, " id=20261031T235959Z", "lock/id-order"],
    ["an id that its predecessor has", / id=\S+/, " id=20261101T090000Z", "lock/id-order"],
    ["an id that was adopted", / id=\S+/, " id=zz2019", "lock/id-order"],
  ])("%s", (_, from, to, code) => {
    const damaged = replaced(from, to);
    expect(damaged).not.toBe(text);
    const problems = problemsOf(parseLock(damaged, shortDigest));
    expect(problems.map((one) => one.split("+")[0])).toContain(`${code}${here}`);
  });

  test("a policy text that was edited", () => {
    const damaged = text.replace("mode: enforce", "mode: testing");
    const problems = problemsOf(parseLock(damaged, shortDigest));
    expect(problems[0]).toMatch(/^lock\/syntax@/);
  });
});

test("any text is read or refused, never thrown at", () => {
  const words = [
    "stspress.lock 1\n",
    ...text.split("\n").map((line) => `${line}\n`),
    "<<<<<<< HEAD\n",
    "=======\n",
    ">>>>>>> other\n",
    "||||||| base\n",
    "domain acme.de dns=-\n",
    " | ",
    "id=",
  ];
  fc.assert(
    fc.property(hostileText(words), fc.boolean(), (tail, headed) => {
      const given = headed ? `stspress.lock 1\n${tail}` : tail;
      const parsed = parseLock(given, shortDigest);
      // The caret of an empty file stands where its first character would.
      if (given !== "") expectSound(`${given} `, parsed);
      if (parsed.ok && !parsed.value.merged) {
        const { lock } = parsed.value;
        expect(read(formatLock(lock)).lock).toEqual(lock);
      }
    }),
    runs,
  );
});
