/**
 * The whole zoo, audited by the compiled program over real sockets: every fault is found, nothing else is
 * said, and nothing that a hostile server said reaches the terminal raw.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findingTable } from "../../src/audit/rules.ts";
import { program } from "../support/site-folder.ts";
import { namesOf } from "../zoo/entry.ts";
import {
  auditAll,
  auditOptions,
  expected,
  openZoo,
  readTold,
  runAudit,
  type AuditRun,
  type Told,
} from "../zoo/keeper.ts";
import { zooTable } from "../zoo/table.ts";
import type { Zoo } from "../zoo/zoo.ts";

/**
 * Servers that never answer are waited for no longer than this, in seconds; those that answer do so in time on
 * a busy machine too.
 */
const patience = 10;

let zoo: Zoo;
let jsonl: AuditRun;
let text: AuditRun;
let told: ReadonlyMap<string, Told>;

beforeAll(async () => {
  zoo = await openZoo(program);
  const timeout = ["--timeout", String(patience)];
  [jsonl, text] = await Promise.all([
    auditAll(zoo, program, ["--jsonl", ...timeout]),
    auditAll(zoo, program, timeout),
  ]);
  told = readTold(jsonl.stdout);
}, 300_000);

afterAll(() => zoo.close());

describe("every domain of the zoo", () => {
  test.each(zooTable)("$name: $what", (entry) => {
    // Without IPv6 on loopback those that need it cannot be kept.
    if (!zoo.entries.includes(entry)) return;
    expect(told.get(namesOf(entry).domain)).toEqual(expected(entry));
  });
});

describe("the audit of the zoo", () => {
  test("ends with findings, whatever servers do", () => {
    expect(jsonl.exitCode).toBe(1);
    expect(text.exitCode).toBe(1);
  });

  test("prints no control character that a server sent", () => {
    // eslint-disable-next-line no-control-regex -- that is what is looked for
    const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
    expect(raw.exec(text.stdout)?.[0]).toBeUndefined();
    expect(raw.exec(text.stderr)?.[0]).toBeUndefined();
    expect(text.stdout).toContain(String.raw`\u{1b}[2J`);
  });

  test("says one verdict per domain, on a line of its own", () => {
    const verdicts = text.stdout.match(/^safe to enforce: (?:yes|no|unknown), .+$/gm) ?? [];
    expect(verdicts).toHaveLength(zoo.entries.length);
  });

  test("does not try addresses that no sender outside can reach, unless it is told to", async () => {
    const options = auditOptions(zoo).filter((option) => option !== "--allow-private");
    const domains = ["healthy-enforce.zoo.test", "mx-refuses.zoo.test"];
    const { stdout, exitCode } = await runAudit(program, [...options, "--jsonl", ...domains]);
    expect(exitCode).toBe(1);
    for (const domain of domains) {
      expect(readTold(stdout).get(domain)).toEqual({
        safe: "no",
        codes: ["mx-host/not-public", "policy-host/not-public"],
      });
    }
  });

  test("fires every finding there is", () => {
    const said = new Set([...told.values()].flatMap(({ codes }) => codes));
    const elsewhere = [
      // In the test above.
      "mx-host/not-public",
      "policy-host/not-public",
      // They need a machine that cannot speak IPv6, or a host that is half public: rules.test.ts.
      "mx-host/address-not-public",
      "policy-host/not-tried",
    ];
    const silent = Object.keys(findingTable).filter(
      (code) => !said.has(code) && !elsewhere.includes(code),
    );
    expect(silent).toEqual([]);
  });
});
