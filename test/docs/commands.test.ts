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
import { makeSite, prepare, runShell } from "./doc-site.ts";
import { fencedBlocks, shownCommands, yamlFiles, type FencedBlock } from "./fenced-blocks.ts";

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
  it.concurrent.for(pages)("%s", { timeout: 60_000 }, async (page, { expect }) => {
    const text = fs.readFileSync(path.join(root, page), "utf8");
    const reader = new Reader(page);
    const lines = text.split("\n");
    // From the end, so that the lines before it keep their numbers.
    const replacements: { readonly block: FencedBlock; readonly lines: readonly string[] }[] = [];
    for (const block of fencedBlocks(text)) {
      replacements.push({ block, lines: await reader.read(block) });
    }
    expect(reader.faults).toEqual([]);
    for (const { block, lines: shown } of replacements.reverse()) {
      lines.splice(
        block.line,
        block.lines.length,
        ...shown.map((line) => (line === "" ? "" : block.indent + line)),
      );
    }
    await expect(lines.join("\n")).toMatchFileSnapshot(path.join(root, page));
  });
});

/** Follows one page, block by block. */
class Reader {
  readonly faults: string[] = [];
  readonly #name: string;
  #site: string | null = null;

  constructor(page: string) {
    this.#name = page.replaceAll("/", "-");
  }

  /** Runs what a block says; gives its lines with the output that there really is. */
  async read(block: FencedBlock): Promise<readonly string[]> {
    const { directives, language, lines } = block;
    if (directives.notRun !== null) return lines;
    for (const command of directives.first) await this.#run(block, command, 0);
    if (directives.outputOf !== null) {
      return shownAs(lines, await this.#run(block, directives.outputOf, directives.exit));
    }
    switch (language) {
      case "text":
        return lines;
      case "console":
        return this.#console(block);
      case "yaml":
        await this.#yaml(block);
        return lines;
      case "sh":
        await this.#run(block, lines.join("\n"), directives.exit);
        return lines;
      case "js":
        fs.writeFileSync(path.join(this.#folder(), "example.mjs"), lines.join("\n"));
        await this.#run(block, "node example.mjs", directives.exit);
        return lines;
      default:
        this.#fault(
          block,
          `nobody runs ${language === "" ? "a block without a language" : language}`,
        );
        return lines;
    }
  }

  async #console(block: FencedBlock): Promise<readonly string[]> {
    const commands = shownCommands(block.lines);
    const result: string[] = [];
    for (const [index, { command, output }] of commands.entries()) {
      const exit = index === commands.length - 1 ? block.directives.exit : 0;
      const printed = await this.#run(block, command, exit);
      const [first = "", ...more] = command.split("\n");
      result.push(`$ ${first}`, ...more, ...(output.length === 0 ? [] : shownAs(output, printed)));
    }
    return result;
  }

  async #yaml(block: FencedBlock): Promise<void> {
    const files = yamlFiles(block.lines);
    const site = this.#folder();
    if ([...files.keys()].some((name) => name.startsWith("domains/"))) {
      fs.rmSync(path.join(site, "domains"), { recursive: true });
    }
    for (const [name, text] of files) {
      fs.mkdirSync(path.dirname(path.join(site, name)), { recursive: true });
      fs.writeFileSync(path.join(site, name), text);
    }
    await this.#run(block, "stspress check", block.directives.exit);
  }

  async #run(block: FencedBlock, command: string, exit: number): Promise<string> {
    this.#folder();
    const { code, output } = await runShell(folder, this.#name, command);
    if (code !== exit) {
      this.#fault(block, `exit ${String(code)}, not ${String(exit)}: ${command}\n${output}`);
    }
    return output;
  }

  /** Made when it is needed first: most pages have nothing to run. */
  #folder(): string {
    this.#site ??= makeSite(folder, this.#name);
    return this.#site;
  }

  #fault(block: FencedBlock, text: string): void {
    this.faults.push(`line ${String(block.line)}: ${text}`);
  }
}

/** What a page shows of an output: as it is where it agrees, its parts left out (`…`) included; else all of it. */
function shownAs(shown: readonly string[], printed: string): readonly string[] {
  const lines = printed.replace(/\n$/, "").split("\n");
  return agrees(shown, lines) ? shown : lines;
}

function agrees(shown: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return lines.length === 0;
  if (first !== "…") return first === lines[0] && agrees(rest, lines.slice(1));
  return Array.from({ length: lines.length + 1 }, (_, skipped) => skipped).some((skipped) =>
    agrees(rest, lines.slice(skipped)),
  );
}
