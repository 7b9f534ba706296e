/** The fenced blocks of a Markdown page, and the invisible comments before each that say how it is tested. */

/** How a block is tested, as the comments before it say: `<!-- not run: needs a web server -->`. */
export interface Directives {
  /** Why nothing of it is run, or null. */
  readonly notRun: string | null;
  /** The command whose output the block shows, or null: the block holds commands or files. */
  readonly outputOf: string | null;
  /** Commands that are run before it and not shown. */
  readonly first: readonly string[];
  /** The exit code of its last command. */
  readonly exit: number;
}

export interface FencedBlock {
  /** Of the opening fence; counts from 1. */
  readonly line: number;
  /** "" where the fence names none. */
  readonly language: string;
  /** Without the indentation of the fence. */
  readonly lines: readonly string[];
  readonly indent: string;
  readonly directives: Directives;
}

/** One command of a `console` block, and what the block shows below it. */
export interface ShownCommand {
  readonly command: string;
  readonly output: readonly string[];
}

const directive = /^<!-- (not run|output of|first|exit): (.+?) -->$/;

/** Finds every fenced block. Comments count where nothing but other comments stands between them and the fence. */
export function fencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let comments: [name: string, value: string][] = [];
  let open: { line: number; language: string; indent: string; lines: string[] } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (open !== null) {
      if (line.trim() === "```") {
        blocks.push({ ...open, directives: readDirectives(comments) });
        [open, comments] = [null, []];
      } else open.lines.push(line.slice(open.indent.length));
      continue;
    }
    const fence = /^( *)```(.*)$/.exec(line);
    const comment = directive.exec(line.trim());
    if (fence !== null) {
      const [, indent = "", language = ""] = fence;
      open = { line: index + 1, language: language.trim(), indent, lines: [] };
    } else if (comment !== null) comments.push([comment[1] ?? "", comment[2] ?? ""]);
    else if (line.trim() !== "") comments = [];
  }
  if (open !== null) throw new Error(`line ${String(open.line)}: the block has no end`);
  return blocks;
}

function readDirectives(comments: readonly (readonly [string, string])[]): Directives {
  const all = (wanted: string): string[] =>
    comments.filter(([name]) => name === wanted).map(([, value]) => value);
  return {
    notRun: all("not run")[0] ?? null,
    outputOf: all("output of")[0] ?? null,
    first: all("first"),
    exit: Number(all("exit")[0] ?? "0"),
  };
}

/** Takes a `console` block apart. A command ends where its quotes are closed and no `\` or `|` asks for more. */
export function shownCommands(lines: readonly string[]): ShownCommand[] {
  const shown: { command: string; output: string[] }[] = [];
  let isOpen = false;
  for (const line of lines) {
    const last = shown.at(-1);
    if (last !== undefined && isOpen) last.command += `\n${line}`;
    else if (line.startsWith("$ ")) shown.push({ command: line.slice(2), output: [] });
    else if (last === undefined) throw new Error(`no command prints this line: ${line}`);
    else {
      last.output.push(line);
      continue;
    }
    isOpen = goesOn(shown.at(-1)?.command ?? "");
  }
  return shown;
}

function goesOn(command: string): boolean {
  const quotes = command.replace(/'[^']*'|"[^"]*"/g, "");
  return /['"]/.test(quotes) || /(\\|\|)$/.test(command.replace(/\s*#[^'"]*$/, ""));
}

/** Splits a `yaml` block into its files, each of which begins with a line such as `# domains/example.com.yaml`. */
export function yamlFiles(lines: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  let name: string | null = null;
  for (const line of lines) {
    const header = /^# (stspress\.yaml|domains\/\S+\.yaml)$/.exec(line);
    if (header !== null) name = header[1] ?? null;
    if (name === null) throw new Error(`this line belongs to no file: ${line}`);
    files.set(name, `${files.get(name) ?? ""}${line}\n`);
  }
  return files;
}
