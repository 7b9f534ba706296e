/**
 * Who imports whom, and the proof that the rules bite: a small tree that keeps them all must pass,
 * and the same tree with one violation of each rule must be refused, every violation by its rule.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot, root } from "./root.mjs";
import { tool } from "./run.mjs";

const config = inRoot(".dependency-cruiser.mjs");

/** A tree that keeps every rule. */
const innocent = {
  "src/cli.ts": `import { build } from "./commands/build.ts";\nawait build();\n`,
  "src/index.ts": `export { plan } from "./site/plan.ts";\n`,
  "src/commands/build.ts": [
    `import { read } from "../edge/read.ts";`,
    `import { plan } from "../site/plan.ts";`,
    `import { print } from "../render/print.ts";`,
    `import { settings } from "../config/settings.ts";`,
    `export async function build(): Promise<void> { print(plan(settings(read()))); }`,
  ].join("\n"),
  "src/config/settings.ts": `import { parse } from "yaml";\nexport const settings = (text: string): unknown => parse(text);\n`,
  "src/site/plan.ts": `import type { Seen } from "./seen.ts";\nexport const plan = (seen: Seen): Seen => seen;\n`,
  "src/site/seen.ts": `export type Seen = unknown;\n`,
  "src/edge/read.ts": `import fs from "node:fs";\nimport type { Seen } from "../site/seen.ts";\nexport const read = (): string => fs.readFileSync(0, "utf8");\nexport type { Seen };\n`,
  "src/render/print.ts": `import handlebars from "handlebars";\nexport const print = (value: unknown): string => handlebars.compile("{{value}}")({ value });\n`,
};

/** For each rule: the file that breaks it and the line that does, with what else that takes. */
const seeds = {
  "core-is-closed": { file: "src/site/plan.ts", line: `import "../edge/read.ts";` },
  "core-is-pure": {
    file: "src/mta-sts/policy.ts",
    line: `import "node:fs";`,
    user: "src/site/plan.ts",
  },
  "core-has-no-packages": { file: "src/site/seen.ts", line: `import "commander";` },
  "only-config-reads-yaml": { file: "src/commands/build.ts", line: `import "zod";` },
  "only-render-uses-templates": { file: "src/commands/build.ts", line: `import "handlebars";` },
  "edge-knows-core-types-only": { file: "src/edge/read.ts", line: `import "../site/seen.ts";` },
  "edge-stands-below": { file: "src/edge/read.ts", line: `import "../render/print.ts";` },
  "render-stands-below": { file: "src/render/print.ts", line: `import "../edge/read.ts";` },
  "nobody-imports-the-entry-points": {
    file: "src/commands/build.ts",
    line: `import "../index.ts";`,
  },
  "library-is-core": { file: "src/index.ts", line: `import "./render/print.ts";` },
  "cli-knows-commands": { file: "src/cli.ts", line: `import "./edge/read.ts";` },
  "program-does-not-import-its-tests": {
    file: "src/commands/build.ts",
    line: `import "../../test/support.ts";`,
    also: "test/support.ts",
  },
  "no-cycles": {
    file: "src/site/chicken.ts",
    line: `import { egg } from "./egg.ts";\nexport const chicken: unknown = egg;`,
    and: [
      "src/site/egg.ts",
      `import { chicken } from "./chicken.ts";\nexport const egg: unknown = chicken;`,
    ],
  },
  "no-orphans": { file: "src/site/alone.ts", line: `export const alone = 1;` },
  "not-to-unresolvable": { file: "src/commands/build.ts", line: `import "./nowhere.ts";` },
};

/** Cruises src/, then the seeded tree; gives the problems found and a summary. */
export async function direction() {
  const own = await cruise(root);
  if (own.problem !== null) return { ok: false, output: `${own.problem}\n` };
  if (own.modules === 0) return { ok: false, output: "dependency-cruiser saw no module at all\n" };
  const output = own.violations.map((one) => `${one.rule}: ${one.from} → ${one.to}\n`).join("");
  return {
    ok: own.violations.length === 0 && own.code === 0,
    output,
    summary: `${own.modules} modules`,
  };
}

/** Proves that each rule refuses its seeded violation. */
export async function seededDirection() {
  const { default: rules } = await import(pathToFileURL(config).href);
  const complaints = [];
  for (const { name } of rules.forbidden) {
    if (!(name in seeds)) complaints.push(`no violation is seeded for ${name}`);
  }
  const clean = await cruiseTree(innocent);
  if (clean.problem !== null) complaints.push(clean.problem);
  else {
    if (clean.modules < Object.keys(innocent).length) {
      complaints.push(`only ${clean.modules} modules of the innocent tree were seen`);
    }
    for (const { rule, from } of clean.violations)
      complaints.push(`${rule} refused innocent ${from}`);
    if (clean.code !== 0) complaints.push(`the innocent tree gave exit code ${clean.code}`);
  }
  const guilty = await cruiseTree(seededTree());
  if (guilty.problem !== null) complaints.push(guilty.problem);
  else {
    if (guilty.code === 0) complaints.push("the seeded tree gave exit code 0");
    for (const [name, { file }] of Object.entries(seeds)) {
      if (!guilty.violations.some(({ rule, from }) => rule === name && from === file)) {
        complaints.push(`${name} did not refuse ${file}`);
      }
    }
  }
  return {
    ok: complaints.length === 0,
    output: complaints.map((one) => `${one}\n`).join(""),
    summary: `${Object.keys(seeds).length} refused`,
  };
}

function seededTree() {
  const tree = { ...innocent };
  const add = (file, line) => (tree[file] = `${line}\n${tree[file] ?? ""}`);
  for (const { file, line, user, also, and } of Object.values(seeds)) {
    add(file, line);
    if (user !== undefined) {
      add(user, `import "${path.posix.relative(path.posix.dirname(user), file)}";`);
    }
    if (also !== undefined) add(also, "export {};");
    if (and !== undefined) add(...and);
  }
  return tree;
}

async function cruiseTree(tree) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-direction-"));
  try {
    for (const [file, text] of Object.entries(tree)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    fs.copyFileSync(inRoot("tsconfig.json"), path.join(folder, "tsconfig.json"));
    fs.copyFileSync(inRoot("package.json"), path.join(folder, "package.json"));
    fs.symlinkSync(inRoot("node_modules"), path.join(folder, "node_modules"), "junction");
    return await cruise(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function cruise(folder) {
  const cruised = (type) =>
    tool("depcruise", ["src", "--config", config, "--output-type", type], { cwd: folder });
  // The JSON reporter tells everything but the verdict; the verdict is the other reporter's exit code.
  const [json, verdict] = await Promise.all([cruised("json"), cruised("err")]);
  try {
    const { summary } = JSON.parse(json.stdout);
    const violations = summary.violations.map(({ rule, from, to }) => ({
      rule: rule.name,
      from,
      to,
    }));
    return { problem: null, code: verdict.code, modules: summary.totalCruised, violations };
  } catch {
    return { problem: json.output || `dependency-cruiser exited with ${json.code}` };
  }
}
