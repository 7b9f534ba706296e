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
  "src/main.ts": `import { verbs } from "./verbs.ts";\nawait verbs.build();\n`,
  "src/index.ts": `export { plan } from "./site/plan.ts";\n`,
  "src/verbs.ts": `export * as verbs from "./site/cli/verbs.ts";\n`,
  "src/site/cli/verbs.ts": `export const build = async (): Promise<unknown> => (await import("./build.ts")).run();\n`,
  "src/site/cli/build.ts": [
    `import { read } from "../disk/read.ts";`,
    `import { plan } from "../plan.ts";`,
    `import { print } from "../../cli/print.ts";`,
    `import { settings } from "../../config/settings.ts";`,
    `export function run(): void { print(plan(settings(read()))); }`,
  ].join("\n"),
  "src/cli/print.ts": `export const print = (value: unknown): string => String(value);\n`,
  "src/config/settings.ts": `import { parse } from "yaml";\nexport const settings = (text: string): unknown => parse(text);\n`,
  "src/site/plan.ts": `import type { Seen } from "./seen.ts";\nimport { fill } from "./templates.ts";\nexport const plan = (seen: Seen): Seen => fill(seen);\n`,
  "src/site/seen.ts": `export type Seen = unknown;\n`,
  "src/site/templates.ts": `import handlebars from "handlebars";\nexport const fill = (value: unknown): string => handlebars.compile("{{value}}")({ value });\n`,
  "src/site/disk/read.ts": `import fs from "node:fs";\nimport "../../net/client.ts";\nimport "../../mail/dkim/verify.ts";\nimport "../../mail/imap/fetch.ts";\nexport const read = (): string => fs.readFileSync(0, "utf8");\n`,
  "src/net/client.ts": `import net from "node:net";\nimport "../runtime/clock.ts";\nexport const connect = (): unknown => net.connect(25);\n`,
  "src/runtime/clock.ts": `export const now = (): number => Date.now();\n`,
  "src/mail/dkim/verify.ts": `import "mailauth";\n`,
  "src/mail/imap/fetch.ts": `import "imapflow";\n`,
  "src/reports/store/duckdb/open.ts": `import "@duckdb/node-api";\nimport "../../../runtime/clock.ts";\n`,
};

/** For each rule: the file that breaks it and the line that does, with what else that takes. */
const seeds = {
  "pure-stays-pure": { file: "src/site/plan.ts", line: `import "./disk/read.ts";` },
  "pure-without-node": {
    file: "src/mta-sts/policy.ts",
    line: `import type {} from "node:fs";`,
    user: "src/site/plan.ts",
  },
  "pure-without-packages": { file: "src/site/seen.ts", line: `import "commander";` },
  "yaml-in-config": { file: "src/site/cli/build.ts", line: `import "zod";` },
  "templates-in-one-file": { file: "src/site/cli/build.ts", line: `import "handlebars";` },
  "mime-in-mail": { file: "src/site/cli/build.ts", line: `import "postal-mime";` },
  "dkim-in-one-folder": { file: "src/mail/imap/fetch.ts", line: `import "mailauth";` },
  "imap-in-one-folder": { file: "src/mail/dkim/verify.ts", line: `import "imapflow";` },
  "duckdb-in-one-folder": {
    file: "src/reports/store/postgres/open.ts",
    line: `import "@duckdb/node-api";`,
    user: "src/reports/store/duckdb/open.ts",
  },
  "mail-knows-no-reports": {
    file: "src/mail/dkim/verify.ts",
    line: `import "../../tls-rpt/report/report.ts";`,
    also: "src/tls-rpt/report/report.ts",
  },
  "net-knows-no-policy": { file: "src/net/client.ts", line: `import "../mta-sts/policy.ts";` },
  "simulation-judges-alone": {
    file: "src/simulate/judge.ts",
    line: `import "../site/lock/hold.ts";`,
    also: "src/site/lock/hold.ts",
    user: "src/site/cli/build.ts",
  },
  "looking-stands-above-the-site": {
    file: "src/site/disk/read.ts",
    line: `import "../../live/probe/look.ts";`,
    also: "src/live/probe/look.ts",
  },
  "live-looks-without-the-audit": {
    file: "src/live/probe/looker.ts",
    line: `import "../../audit/probe/observe.ts";`,
    user: "src/live/probe/look.ts",
    also: "src/audit/probe/observe.ts",
  },
  "runtime-stands-below": { file: "src/runtime/clock.ts", line: `import "../cli/print.ts";` },
  "no-verb-imports-a-verb": { file: "src/site/cli/check.ts", line: `import "./build.ts";` },
  "verbs-are-loaded-by-name": { file: "src/site/disk/read.ts", line: `import "../cli/build.ts";` },
  "nobody-imports-another-cli": {
    file: "src/reports/cli/print/table.ts",
    line: `import "../../../site/cli/print/text.ts";`,
    also: "src/site/cli/print/text.ts",
  },
  "nobody-imports-the-entry-points": {
    file: "src/site/cli/build.ts",
    line: `import "../../index.ts";`,
  },
  "library-is-pure": { file: "src/index.ts", line: `import "./cli/print.ts";` },
  "program-does-not-import-its-tests": {
    file: "src/site/cli/build.ts",
    line: `import "../../../test/support.ts";`,
    also: "test/support.ts",
  },
  "no-circles": {
    file: "src/site/chicken.ts",
    line: `import type { Egg } from "./egg.ts";\nexport type Chicken = Egg;`,
    and: [
      "src/site/egg.ts",
      `import type { Chicken } from "./chicken.ts";\nexport type Egg = Chicken[];`,
    ],
  },
  "no-folders-both-ways": {
    file: "src/audit/judge.ts",
    from: "src/audit",
    line: `import "../dmarc/align.ts";\nexport const judge = 1;`,
    and: ["src/dmarc/record.ts", `import "../audit/rules.ts";`],
    also: "src/dmarc/align.ts",
    beside: "src/audit/rules.ts",
  },
  "no-orphans": { file: "src/site/alone.ts", line: `export const alone = 1;` },
  "not-to-unresolvable": { file: "src/site/cli/build.ts", line: `import "./nowhere.ts";` },
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
    for (const [name, { file, from: offender = file }] of Object.entries(seeds)) {
      if (!guilty.violations.some(({ rule, from }) => rule === name && from === offender)) {
        complaints.push(`${name} did not refuse ${offender}`);
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
  for (const { file, line, user, also, and, beside } of Object.values(seeds)) {
    add(file, line);
    if (user !== undefined) {
      add(user, `import "${path.posix.relative(path.posix.dirname(user), file)}";`);
    }
    for (const empty of [also, beside]) if (empty !== undefined) add(empty, "export {};");
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
