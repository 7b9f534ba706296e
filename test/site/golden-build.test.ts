/**
 * Golden cases of the whole program in two parts: a script, a line of ten hyphens, what was said.
 *
 * The script is run from top to bottom in an empty site folder. `=== path` writes a file with the text
 * below it; `«500×h#.example»` in it stands for 500 copies, each with its number for `#`. A line
 * `$ 20261124T093000Z build` runs a verb at that time; \`SITE/\` before a word is the folder. `$ rm PATH`, `$ mkdir PATH`, `$ ln TARGET PATH`,
 * `$ cp FROM TO`, `$ conflict OURS THEIRS` (the lock as git leaves it), `$ take` (somebody else writes the site) and `$ cat PATH` do what they say.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { registry } from "../../src/verbs.ts";
import { catalogue } from "../../src/diagnostics/catalogue.ts";
import { takeSite } from "../../src/runtime/site-mutex.ts";
import { parseStamp } from "../../src/site/stamp.ts";

// The program finds both beside its compiled self; run from its sources it does not.
const programTemplates = path.join(import.meta.dirname, "../../templates");
vi.mock(import("../../src/site/load/template-files.ts"), async (original) => {
  const { readTemplates } = await original();
  return { readTemplates: (_folder, root) => readTemplates(programTemplates, root) };
});
vi.mock(import("../../src/runtime/page-assets.ts"), () => ({
  readPageAssets: () => ({ script: "// the page's script", style: "/* the page's style */" }),
}));

const divider = "----------\n";
const folder = path.join(import.meta.dirname, "../golden/build");
const names = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith(".txt"))
  .sort();

describe("golden builds", () => {
  test.each(names)("%s", async (name) => {
    const file = path.join(folder, name);
    const text = fs.readFileSync(file, "utf8");
    const end = text.indexOf(divider);
    expect(end, `${name} has no line of ten hyphens`).toBeGreaterThan(0);
    const script = text.slice(0, end);
    const actual = await play(script);
    // STSPRESS_GOLDEN=write takes what is said now as what is to be said; read the diff.
    if (process.env["STSPRESS_GOLDEN"] === "write") {
      fs.writeFileSync(file, script + divider + actual);
    } else expect(actual).toBe(text.slice(end + divider.length));
  });

  test("every code about the command line, the lock, the evidence, the folder, templates and targets is said in one", () => {
    const looked = path.join(import.meta.dirname, "../golden/live/clock.txt");
    const said = names
      .map((name) => fs.readFileSync(path.join(folder, name), "utf8").split(divider)[1] ?? "")
      .join(fs.readFileSync(looked, "utf8"));
    const silent = Object.keys(catalogue).filter(
      (code) =>
        /^(lock|evidence|site|template|target|audit|usage)\//.test(code) &&
        !said.includes(`[${code}]`),
    );
    expect(silent).toEqual([]);
  });
});

async function play(script: string): Promise<string> {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "stspress-golden-")));
  let said = "";
  let release = (): void => undefined;
  const at = (name: string) => path.join(root, name);
  try {
    for (const step of script.split(/^(?==== |\$ )/m)) {
      const newline = step.indexOf("\n");
      const [kind = "", verb = "", ...words] = step.slice(0, newline).split(" ");
      if (kind === "===") {
        fs.mkdirSync(path.dirname(at(verb)), { recursive: true });
        fs.writeFileSync(at(verb), expand(step.slice(newline + 1)));
        continue;
      }
      const [first = "", second = ""] = words;
      if (verb === "rm") fs.rmSync(at(first), { recursive: true });
      else if (verb === "mkdir") fs.mkdirSync(at(first), { recursive: true });
      else if (verb === "ln") fs.symlinkSync(first, at(second));
      else if (verb === "chmod") fs.chmodSync(at(second), Number.parseInt(first, 8));
      else if (verb === "cp") fs.copyFileSync(at(first), at(second));
      else if (verb === "conflict") {
        const [ours, theirs] = [first, second].map((name) => fs.readFileSync(at(name), "utf8"));
        fs.writeFileSync(at("stspress.lock"), conflict(ours ?? "", theirs ?? ""));
      } else if (verb === "cat") said += `$ cat ${first}\n${fs.readFileSync(at(first), "utf8")}`;
      else if (verb === "take") {
        const taken = takeSite(root);
        if (taken.ok) release = taken.release;
      } else {
        const given = words.map((word) => word.replace(/^SITE\//, `${root}/`));
        said += `$ ${words.join(" ")}\n${await run(root, verb, given)}`;
      }
    }
  } finally {
    release();
    fs.rmSync(root, { recursive: true });
  }
  return said
    .replaceAll(root, "SITE")
    .replaceAll(`process ${String(process.pid)})`, "process PID)");
}

/** Runs a verb; gives what people see on stderr, and the exit code where it is not 0. */
async function run(root: string, time: string, words: readonly string[]): Promise<string> {
  let said = "";
  const epoch = parseStamp(time);
  const { frozen, words: rest } = withoutCi(words);
  const site = rest.includes("--site") ? [] : ["--site", root];
  const exit = await runProgram(
    [...rest, ...site],
    {
      out: () => undefined,
      err: (text) => {
        said += text;
      },
      readStdin: () => Promise.resolve(fs.readFileSync(path.join(root, "stdin"))),
      env: {
        SOURCE_DATE_EPOCH: epoch === null ? time : String(epoch),
        ...(frozen ? { CI: "true" } : {}),
      },
      outIsTerminal: false,
      stopRequested: () => Promise.resolve(),
      errIsTerminal: false,
    },
    registry,
  );
  return said + (exit === 0 ? "" : `exit ${String(exit)}\n`);
}

/** Everything below the two lines of the header as one conflict, which is the most that git can leave. */
function conflict(ours: string, theirs: string): string {
  const header = ours.split("\n").slice(0, 2).join("\n");
  const body = (text: string) => text.split("\n").slice(2).join("\n");
  return `${header}\n<<<<<<< HEAD\n${body(ours)}=======\n${body(theirs)}>>>>>>> other\n`;
}

/** `CI=true build` is `build` in a workflow. */
function withoutCi(words: readonly string[]): { frozen: boolean; words: readonly string[] } {
  const frozen = words[0] === "CI=true";
  return { frozen, words: frozen ? words.slice(1) : words };
}

function expand(text: string): string {
  return text.replace(/«(\d+)×([^»]*)»/g, (_, count: string, unit: string) =>
    Array.from({ length: Number(count) }, (_one, index) =>
      unit.replaceAll("\\n", "\n").replaceAll("#", String(index)),
    ).join(""),
  );
}
