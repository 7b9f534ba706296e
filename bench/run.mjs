/**
 * `npm run bench [-- --sizes 1000,10000 --only build,audit,reports]`: what a build, an audit and the
 * intake of reports cost, beside what they could cost at least. Sites are generated in a temporary folder, which is removed at the end.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureAudit } from "./audit/bench.mjs";
import { measureHurtful, measureIntake, measurePage } from "./reports/bench.mjs";
import { measureStore } from "./reports/store.mjs";
import { writeSite } from "./site.mjs";

const floorChild = fileURLToPath(new URL("./floor-child.mjs", import.meta.url));

/** What the project promises of 100,000 domains, of `--version`, of an audit and of reports; see docs/benchmarks.md. */
const targets = { cold: 1.6, peakMb: 700, second: 0.3, version: 1.5, audit: 1.5, intake: 2.5 };

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,10000,100000" },
    only: { type: "string", default: "build,audit,reports" },
  },
});
const parts = values.only.split(",");
const sizes = values.sizes.split(",").map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1)) {
  console.error("--sizes takes whole numbers, such as 1000,10000");
  process.exit(2);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-bench-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

// A copy, so that a compilation meanwhile does not change the program between two builds.
for (const part of ["build", "templates", "package.json"]) {
  const from = fileURLToPath(new URL(`../${part}`, import.meta.url));
  fs.cpSync(from, path.join(folder, "program", part), { recursive: true });
}
// What is not bundled, such as DuckDB, is found where it is.
fs.symlinkSync(
  fileURLToPath(new URL("../node_modules", import.meta.url)),
  path.join(folder, "program", "node_modules"),
);
const program = path.join(folder, "program", "build", "cli.js");

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

console.log(
  `Node ${process.versions.node}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}, ${os.type()} ${os.release()}, ${new Date().toISOString().slice(0, 10)}`,
);
if (parts.includes("build")) {
  for (const size of sizes) benchSize(size);
  benchVersion();
}
if (parts.includes("audit")) await benchAudit(1000);
if (parts.includes("reports")) await benchReports();

function benchSize(size) {
  const site = path.join(folder, "site");
  fs.mkdirSync(site);
  writeSite(site, size);
  const rounds = [];
  for (let round = 0; round < (size >= 100_000 ? 1 : 3); round += 1) {
    for (const made of ["dist", ".stspress", "stspress.lock"]) {
      fs.rmSync(path.join(site, made), { recursive: true, force: true });
    }
    settle();
    const first = build(site);
    const before = newest(path.join(site, "dist"));
    settle();
    const second = build(site);
    if (newest(path.join(site, "dist")) !== before || second.wrote !== 0) {
      throw new Error("a second build with nothing changed wrote something");
    }
    const target = path.join(folder, "floor");
    fs.mkdirSync(target);
    settle();
    const floor = JSON.parse(run([floorChild, site, target]).stdout);
    fs.rmSync(target, { recursive: true });
    rounds.push({ first, second, floor });
  }
  fs.rmSync(site, { recursive: true });
  const of = (pick) => median(rounds.map(pick));
  const floorMs = of(({ floor }) => floor.ms);
  const cold = of(({ first, floor }) => first.ms / floor.ms);
  const second = of((round) => round.second.ms / round.first.ms);
  const peakMb = Math.max(...rounds.map(({ first }) => first.peakMb));
  console.log(`\n${count(size)} domains, ${count(rounds[0].floor.files)} files in dist/`);
  row("floor", seconds(floorMs));
  row("first build", seconds(of(({ first }) => first.ms)), phasesOf(rounds, "first"));
  // Below that size it is the start of the program, not the work, that is measured.
  const judge = size >= 100_000 ? met : () => "";
  row("  to the floor", `${cold.toFixed(2)}×`, judge(cold, targets.cold, "×"));
  row("  peak memory", `${peakMb.toFixed(0)} MB`, judge(peakMb, targets.peakMb, " MB"));
  row("second build", seconds(of((round) => round.second.ms)), phasesOf(rounds, "second"));
  row("  to the first", percent(second), judge(second * 100, targets.second * 100, " %"));
  row("  peak memory", `${Math.max(...rounds.map((round) => round.second.peakMb)).toFixed(0)} MB`);
}

function benchVersion() {
  const bare = [];
  const version = [];
  // In turns, so that a busy moment of the machine meets both.
  for (let round = 0; round < 11; round += 1) {
    bare.push(run(["-e", "0"]).ms);
    version.push(run([program, "--version"]).ms);
  }
  const ratio = median(version) / median(bare);
  console.log("\nstspress --version");
  row("node -e 0", `${median(bare).toFixed(0)} ms`);
  row("--version", `${median(version).toFixed(0)} ms`);
  row("  to node", `${ratio.toFixed(2)}×`, met(ratio, targets.version, "×"));
}

async function benchAudit(size) {
  const { rounds, large, concurrency } = await measureAudit(program, folder, size, {
    rounds: 3,
    memory: true,
  });
  const ratio = median(rounds.map(({ audit, floor }) => audit.ms / floor.ms));
  const auditMs = median(rounds.map(({ audit }) => audit.ms));
  const peakMb = Math.max(...rounds.map(({ audit }) => audit.peakMb));
  const exchanges = ({ dns, https, smtp }) => `${dns} DNS, ${https} HTTPS, ${smtp} SMTP`;
  console.log(`\n${count(size)} domains audited, ${concurrency} at once, every answer 50 ms late`);
  row(
    "floor",
    seconds(median(rounds.map(({ floor }) => floor.ms))),
    exchanges(rounds[0].floorAsked),
  );
  row("audit", seconds(auditMs), exchanges(rounds[0].asked));
  row("  per second", ((size * 1000) / auditMs).toFixed(0));
  row("  to the floor", `${ratio.toFixed(2)}×`, met(ratio, targets.audit, "×"));
  row("  peak memory", `${peakMb.toFixed(0)} MB`);
  row(`  of ${count(size * 10)}`, `${large.peakMb.toFixed(0)} MB`, seconds(large.ms));
}

async function benchReports() {
  const size = 20_000;
  const measured = await measureIntake(program, folder, size, 3);
  for (const [kind, rounds] of Object.entries(measured)) {
    const ms = median(rounds.map((round) => round.ms));
    const ratio = median(rounds.map((round) => round.ms / round.floorMs));
    console.log(`\n${count(size)} reports from ${kind === "mbox" ? "an mbox" : "a folder"}`);
    const work = median(rounds.map((round) => round.floorWorkMs));
    row("floor", seconds(median(rounds.map((round) => round.floorMs))), `work ${seconds(work)}`);
    row("reports add", seconds(ms), `${count(Math.round((size * 1000) / ms))} a second`);
    row("  to the floor", `${ratio.toFixed(2)}×`, met(ratio, targets.intake, "×"));
    row(
      "  to its work",
      `${median(rounds.map((round) => round.ms / round.floorWorkMs)).toFixed(2)}×`,
    );
    row("  peak memory", `${Math.max(...rounds.map((round) => round.peakMb)).toFixed(0)} MB`);
  }
  const more = await measureIntake(program, folder, size * 4, 1);
  for (const [kind, [round]] of Object.entries(more)) {
    row(
      `  of ${count(size * 4)}`,
      `${round.peakMb.toFixed(0)} MB`,
      `${kind}, ${seconds(round.ms)}`,
    );
  }
  const hurtful = await measureHurtful(program, folder);
  row("64 built to hurt", `${hurtful.peakMb.toFixed(0)} MB`, seconds(hurtful.ms));
  await measureStore(10_000_000);
  const pages = 5000;
  const page = await measurePage(program, folder, pages);
  console.log(`\n${count(pages)} domains on 90 days`);
  row("reports page", seconds(page.ms), `peak memory ${page.peakMb.toFixed(0)} MB`);
}

/** Builds once; the time is the whole process's, the phases and the peak are told by the program. */
function build(site) {
  const { ms, stdout, stderr } = run([program, "build", "--site", site, "--no-frozen"], {
    STSPRESS_TIMINGS: "1",
  });
  const line = stderr.split("\n").find((one) => one.startsWith('{"timings":'));
  if (line === undefined) throw new Error(`the build printed no timings:\n${stderr}`);
  const { timings, peakBytes } = JSON.parse(line);
  const wrote = /wrote (\d[\d,]*) new, (\d[\d,]*) changed, (\d[\d,]*) deleted/.exec(stdout);
  if (wrote === null) throw new Error(`the build printed no summary:\n${stdout}`);
  const sum = wrote.slice(1).reduce((all, one) => all + Number(one.replaceAll(",", "")), 0);
  return { ms, timings, peakMb: peakBytes / 1e6, wrote: sum };
}

function run(args, env = {}) {
  const started = performance.now();
  const child = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...env },
  });
  const ms = performance.now() - started;
  if (child.status !== 0) {
    throw new Error(`${args.join(" ")} ended by ${child.signal ?? child.status}:\n${child.stderr}`);
  }
  return { ms, stdout: child.stdout, stderr: child.stderr };
}

/** Lets the disk finish what came before, so that nobody pays for another's writes. */
function settle() {
  spawnSync("sync");
}

/** The latest change of anything below a folder, and how many things there are. */
function newest(root) {
  let latest = 0;
  let entries = 0;
  const walk = (folder) => {
    latest = Math.max(latest, fs.lstatSync(folder).mtimeMs);
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      entries += 1;
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(name);
      else latest = Math.max(latest, fs.lstatSync(name).ctimeMs);
    }
  };
  walk(root);
  return `${latest} ${entries}`;
}

function phasesOf(rounds, which) {
  const names = Object.keys(rounds[0][which].timings);
  return names
    .map((name) => `${name} ${seconds(median(rounds.map((round) => round[which].timings[name])))}`)
    .join(", ");
}

function met(value, most, unit) {
  return `${value <= most ? "within" : "BEYOND"} ${most}${unit}`;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function row(name, value, note = "") {
  console.log(`  ${name.padEnd(16)}${value.padStart(9)}   ${note}`.trimEnd());
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function percent(share) {
  return `${(share * 100).toFixed(0)} %`;
}

function count(number) {
  return number.toLocaleString("en");
}
