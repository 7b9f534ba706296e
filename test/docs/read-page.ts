/** Runs what the blocks of a page say, and collects what is wrong with them. */
import fs from "node:fs";
import path from "node:path";
import { makeSite, runShell } from "./doc-site.ts";
import { fencedBlocks, shownCommands, yamlFiles, type FencedBlock } from "./fenced-blocks.ts";

/** What came of a page. */
export interface ReadPage {
  /** What is wrong: a command that ends with another exit code, a block that nobody runs. */
  readonly faults: readonly string[];
  /** The page with the output that its commands really print. */
  readonly text: string;
}

/** Reads a page from its first block to its last, in a site folder of its own below `folder`. */
export async function readPage(folder: string, page: string, text: string): Promise<ReadPage> {
  const reader = new Reader(folder, page);
  const lines = text.split("\n");
  const replacements: { readonly block: FencedBlock; readonly shown: readonly string[] }[] = [];
  for (const block of fencedBlocks(text)) {
    replacements.push({ block, shown: await reader.read(block) });
  }
  // From the end, so that the lines before it keep their numbers.
  for (const { block, shown } of replacements.reverse()) {
    const indented = shown.map((line) => (line === "" ? "" : block.indent + line));
    lines.splice(block.line, block.lines.length, ...indented);
  }
  return { faults: reader.faults, text: lines.join("\n") };
}

/** Follows one page, block by block. */
class Reader {
  readonly faults: string[] = [];
  readonly #root: string;
  readonly #name: string;
  #site: string | null = null;

  constructor(root: string, page: string) {
    this.#root = root;
    this.#name = page.replaceAll(/\W/g, "-");
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
    const { code, output } = await runShell(this.#root, this.#name, command);
    if (code !== exit) {
      this.#fault(block, `exit ${String(code)}, not ${String(exit)}: ${command}\n${output}`);
    }
    return output;
  }

  /** Made when it is needed first: most pages have nothing to run. */
  #folder(): string {
    this.#site ??= makeSite(this.#root, this.#name);
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
