/** What goes wrong in a command line: a diagnostic for people, JSON where JSON is asked for, for every verb. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { site, type VerbSpec } from "../../src/cli/verb-spec.ts";
import { registry } from "../../src/verbs.ts";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-usage-"));
afterAll(() => {
  fs.rmSync(root, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(...argv: string[]): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runProgram(
    argv,
    {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      readStdin: () => Promise.resolve(new Uint8Array()),
      stopRequested: () => Promise.resolve(),
      env: { SOURCE_DATE_EPOCH: "1764000000" },
      outIsTerminal: false,
      errIsTerminal: false,
    },
    registry,
  );
  return { code, out, err };
}

function codesOf({ out }: Ran): string[] {
  const { version, diagnostics } = JSON.parse(out) as {
    readonly version: number;
    readonly diagnostics: readonly { readonly code: string }[];
  };
  expect(version).toBe(1);
  return diagnostics.map(({ code }) => code);
}

/** The ways in which a verb is asked for JSON. */
function jsonFlags({ options }: VerbSpec): string[][] {
  return [
    ...(options.some(({ flags }) => flags === "--json") ? [["--json"]] : []),
    ...(options.some(({ choices }) => choices?.includes("json")) ? [["--format", "json"]] : []),
    ...(options.some(({ flags }) => flags === "--jsonl") ? [["--jsonl"]] : []),
  ];
}

/** What a verb cannot be called without. */
function required({ options, operands }: VerbSpec): string[] {
  const values = options
    .filter((one) => one.required === true)
    .flatMap(({ flags, choices }) => [flags.split(" ")[0] ?? "", choices?.[0] ?? "x1"]);
  return [...(operands.startsWith("<") ? ["example.com"] : []), ...values];
}

const withSite = registry.verbs.filter(
  (verb) => verb.options.includes(site) && jsonFlags(verb).length > 0,
);

test.each(withSite)("$name: a site folder that is not there is JSON", async (verb) => {
  const missing = path.join(root, "nowhere");
  const json = jsonFlags(verb)[0] ?? [];
  const ran = await run(...verb.name.split(" "), ...required(verb), ...json, "--site", missing);
  expect(ran).toMatchObject({ code: 2, err: "" });
  expect(codesOf(ran)).toEqual(["site/no-folder"]);
});

describe.each(registry.verbs)("$name", (verb) => {
  const { name, options } = verb;
  const words = name.split(" ");
  const needed = required(verb);

  test.each(jsonFlags(verb))("an unknown option is JSON with %s %s", async (...json) => {
    const ran = await run(...words, ...needed, ...json, "--bogus");
    expect(ran).toMatchObject({ code: 2, err: "" });
    expect(codesOf(ran)).toEqual(["usage/unknown-option"]);
  });

  test("an unknown option is said to people on stderr, with the help that lists the options", async () => {
    const ran = await run(...words, ...needed, "--bogus");
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(`fix: \`stspress help ${name}\` lists the options`);
  });

  test("a value that is no choice names those that are", async () => {
    const limited = options.find(({ choices }) => choices !== undefined);
    if (limited?.choices === undefined) return;
    const flag = limited.flags.split(" ")[0] ?? "";
    const ran = await run(...words, ...needed, flag, "nonsense");
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(`which is not one of ${limited.choices.join(", ")} [usage/value]`);
  });
});

describe("the command line", () => {
  test.each([
    [["biuld", "--json"], "usage/unknown-command"],
    [["reports", "ad", "--json"], "usage/unknown-command"],
    [["help", "biuld", "--json"], "usage/unknown-command"],
    [["--json", "--bogus"], "usage/unknown-option"],
    [["history", "--json"], "usage/missing-operand"],
    [["schema", "a", "b", "--json"], "usage/extra-operand"],
    [["schema", "sight", "--json"], "usage/value"],
    [["adopt", "example.com", "--json"], "usage/missing-option"],
    [["build", "--json", "--site"], "usage/missing-value"],
    [["lint", "--kind", "policy", "--json", "/nowhere/at/all"], "site/unreadable"],
  ])("%j: %s", async (argv, code) => {
    const ran = await run(...argv);
    expect(ran).toMatchObject({ code: 2, err: "" });
    expect(codesOf(ran)).toEqual([code]);
  });

  test("what stands behind -- is no option", async () => {
    const ran = await run("history", "--", "--json");
    expect(ran).toMatchObject({ code: 2, out: "" });
  });

  test("what was typed is printed without its control characters", async () => {
    const ran = await run("build", "--\u001b[31mred\u202e");
    for (const hostile of ["\u001b", "\u202e"]) expect(ran.err).not.toContain(hostile);
    expect(ran.err).toContain("usage/unknown-option");
  });

  test("a group without a command shows its help on stderr", async () => {
    const ran = await run("reports");
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain("Usage: stspress reports");
  });
});
