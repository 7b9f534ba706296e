/**
 * Every command of the documentation is run, in a site folder of its own for each page, or says in a comment
 * before its block why it is not: `<!-- not run: needs a web server -->`. What a page shows below a command is
 * what the command prints; `npx vitest run --update=all test/docs` writes it anew.
 *
 * - `console`: each `$ ` line is run; lines below it are its output, where `…` alone stands for any lines.
 * - `yaml`: files of the site, each named in its first line; `stspress check` must take them.
 * - `sh`, `js`: run as a whole.
 * - `text`: not run. After `<!-- output of: COMMAND -->` it shows what the command prints.
 * - Anything else needs a `not run` comment.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { prepare } from "./doc-site.ts";
import { readPage } from "./read-page.ts";

const root = path.join(import.meta.dirname, "../..");

const pages = [
  // The one that takes longest begins.
  "docs/commands.md",
  "README.md",
  "CONTRIBUTING.md",
  ...fs
    .readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !/^(decisions\W|commands\.md$)/.test(name))
    .map((name) => `docs/${name.replaceAll(path.sep, "/")}`)
    .sort(),
];

let folder = "";

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-docs-"));
  await prepare(folder);
}, 60_000);

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("the commands of", () => {
  it.concurrent.for(pages)("%s", { timeout: 180_000 }, async (page, { expect }) => {
    const text = fs.readFileSync(path.join(root, page), "utf8");
    const read = await readPage(folder, page, text);
    expect(read.faults).toEqual([]);
    await expect(read.text).toMatchFileSnapshot(path.join(root, page));
  });
});

describe("a page is refused for", () => {
  const fence = (language: string, ...lines: string[]): string =>
    ["```" + language, ...lines, "```", ""].join("\n");
  const refused: readonly (readonly [name: string, text: string, fault: string])[] = [
    [
      "a command that ends with another exit code",
      fence("console", "$ npx stspress nosuch"),
      "line 1: exit 2, not 0: npx stspress nosuch",
    ],
    [
      "a command that succeeds where it should not",
      `<!-- exit: 2 -->\n\n${fence("console", "$ true")}`,
      "line 3: exit 0, not 2: true",
    ],
    [
      "a program that is not there",
      fence("sh", "no-such-program"),
      "line 1: exit 127, not 0: no-such-program",
    ],
    [
      "an npm script that is not there",
      fence("sh", "npm run nosuch"),
      "line 1: exit 127, not 0: npm run nosuch",
    ],
    ["a language that nobody runs", fence("ini", "[Unit]"), "line 1: nobody runs ini"],
    ["no language", fence("", "$ true"), "line 1: nobody runs a block without a language"],
    [
      "a domain file with an error",
      fence("yaml", "# domains/example.com.yaml", "domain: example.com", "mta-sts: {}"),
      "line 1: exit 2, not 0: stspress check",
    ],
  ];

  it.concurrent.for(refused)("%s", async ([name, text, fault], { expect }) => {
    const { faults } = await readPage(folder, name, text);
    expect(faults.map((one) => one.split("\n")[0])).toEqual([fault]);
  });

  it("an output that is another", async ({ expect }) => {
    const { faults, text } = await readPage(folder, "output", fence("console", "$ echo a", "b"));
    expect(faults).toEqual([]);
    expect(text).toBe(fence("console", "$ echo a", "a"));
  });
});
