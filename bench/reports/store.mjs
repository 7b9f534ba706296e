/**
 * `node bench/reports/store.mjs [--rows 10000000]`: what the page asks of a store of ten million policies,
 * 5,000 domains by 22 reporters on 91 days, generated within DuckDB in the order in which reports come.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { bundling } from "../../scripts/lib/compile.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const domains = 5000;
const reporters = 22;
const rounds = 5;
/** What the project promises of every query that the page needs, in milliseconds. */
const target = 300;

/** Prints how long each query takes; gives whether all are fast enough. */
export async function measureStore(rows) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-store-bench-"));
  try {
    const { openDatabase, closeDatabase, openReportStore } = await loadStore();
    const file = path.join(folder, "reports.duckdb");
    const days = Math.max(1, Math.ceil(rows / domains / reporters));
    await fill({ openDatabase, closeDatabase }, file, rows);
    const size = (fs.statSync(file).size / 1e6).toFixed(0);
    console.log(`\nstore: ${rows} policies on ${days} days, ${size} MB`);
    const store = await openReportStore(file);
    if (!store.ok) throw new Error(JSON.stringify(store.problems));
    return await measure(store.value, windowOf(days));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Fills a store with 90 days of the first `count` domains; gives the last day. */
export async function fillStore(file, count) {
  if (count !== domains) throw new Error(`only ${domains} domains can be made`);
  const days = 90;
  await fill(await loadStore(), file, domains * reporters * days);
  return windowOf(days).to;
}

async function fill({ openDatabase, closeDatabase }, file, rows) {
  const database = await openDatabase(file);
  if (!database.ok) throw new Error(JSON.stringify(database.problems));
  await generate(database.value.connection, rows);
  closeDatabase(database.value);
}

/** The program's store, loaded from within the project, where DuckDB is found. */
async function loadStore() {
  const outfile = path.join(root, "node_modules", `.stspress-bench-${process.pid}.mjs`);
  try {
    const contents = `export * from "./src/reports/store/duckdb/store.ts"; export * from "./src/reports/store/duckdb/open.ts";`;
    await build({ ...bundling, stdin: { contents, resolveDir: root }, outfile });
    return await import(pathToFileURL(outfile).href);
  } finally {
    fs.rmSync(outfile, { force: true });
  }
}

async function generate(connection, rows) {
  const day = `DATE '2026-06-01' + (i // ${domains * reporters})::INTEGER`;
  const organization = `((i // ${domains}) % ${reporters})::INTEGER`;
  // Within a reporter's day domains come in no order.
  const domain = `((i * 7919 + i // ${domains} * 31) % ${domains})::INTEGER`;
  const failing = `(hash(i + 2) % 50 = 0 OR ${domain} < 25)`;
  for (const statement of [
    `INSERT INTO domains SELECT i, 'customer' || i || '.example' FROM range(${domains}) r(i)`,
    `INSERT INTO organizations SELECT i, 'Reporter ' || i FROM range(${reporters}) r(i)`,
    `INSERT INTO policy_texts SELECT i, md5(i::VARCHAR)::UUID,
      ['version: STSv1', 'mode: enforce', 'mx: mx' || i || '.example', 'max_age: 604800'], ['mx' || i || '.example']
      FROM range(${domains}) r(i)`,
    `INSERT INTO reports SELECT i, md5(i::VARCHAR)::UUID, ${day}, ${organization}, 'tls@reporter.example',
      '2026-' || i, (${day})::TIMESTAMP, (${day})::TIMESTAMP + INTERVAL 86399 SECOND, 'mail',
      (${day})::TIMESTAMP + INTERVAL 30 HOUR, 'reporter.example',
      CASE WHEN hash(i + 7) % 3 = 0 THEN 'unsigned' ELSE 'verified' END, 'reporter.example', '', ['contact-missing']
      FROM range(${rows}) r(i)`,
    `INSERT INTO policies SELECT i, i, ${day}, ${organization}, ${domain}, hash(i + 7) % 3 <> 0, 'sts',
      ${domain}, (hash(i + 1) % 1000)::BIGINT, CASE WHEN ${failing} THEN (hash(i + 3) % 10)::BIGINT ELSE 0 END
      FROM range(${rows}) r(i)`,
    `INSERT INTO failures SELECT i, i, ${day}, ${organization}, ${domain}, hash(i + 7) % 3 <> 0,
      ['certificate-expired', 'starttls-not-supported', 'validation-failure'][1 + (hash(i + k) % 3)::INTEGER],
      '192.0.2.' || (hash(i) % 250), 'mx' || (hash(i + k) % 3) || '.example', NULL, '198.51.100.' || (hash(i + k) % 20),
      1 + (hash(i + 3) % 5)::BIGINT, NULL, 'code ' || (hash(i + k) % 40)
      FROM range(${rows}) r(i), range(3) s(k) WHERE ${failing}`,
    "INSERT INTO stale_days SELECT DISTINCT day FROM policies",
  ]) {
    await connection.run(statement);
  }
}

function windowOf(days) {
  const last = Date.parse("2026-06-01") + (days - 1) * 86_400_000;
  const day = (at) => new Date(at).toISOString().slice(0, 10);
  return { from: day(last - 89 * 86_400_000), to: day(last) };
}

async function measure(store, window) {
  const names = (from, count) =>
    Array.from({ length: count }, (_, at) => `customer${from + at}.example`);
  const all = async (rows) => {
    let count = 0;
    for await (const row of rows) count += row === null ? 0 : 1;
    return count;
  };
  const began = performance.now();
  await all(store.series(window, names(77, 1)));
  console.log(
    `  days added up again after an import: ${(performance.now() - began).toFixed(0)} ms`,
  );
  await store.trust(["google.com", "reporter.example"]);
  const trusted = performance.now();
  await all(store.series(window, names(77, 1)));
  console.log(
    `  and after two thirds of the reports became trusted: ${(performance.now() - trusted).toFixed(0)} ms`,
  );
  const queries = {
    "overview: every domain day by day (5 queries)": () => all(store.series(window)),
    "overview: reporters": () => store.reporters(window),
    "one domain day by day": () => all(store.series(window, names(77, 1))),
    "one domain's details": () => store.details(window, names(77, 1)),
    "one failing domain's details": () => store.details(window, names(3, 1)),
    "first and last day": () => store.extent(),
    "which of 500 reports are new": () => lookUp(store),
  };
  let isFast = true;
  for (const [name, ask] of Object.entries(queries)) {
    const times = [];
    const cpuBefore = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) {
      const start = performance.now();
      await ask();
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[Math.floor(rounds / 2)];
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpu = ((user + system) / 1000 / rounds).toFixed(0);
    isFast &&= median < target;
    console.log(
      `  ${name}: ${median.toFixed(0)} ms (CPU of two threads ${cpu} ms)${median < target ? "" : `  (target ${target} ms)`}`,
    );
  }
  const start = performance.now();
  await store.details(window, names(1000, 200));
  console.log(`  200 domains' details: ${(performance.now() - start).toFixed(0)} ms`);
  console.log(`  peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
  await store.close();
  return isFast;
}

/** Looks 500 reports up, and adds none. */
async function lookUp(store) {
  const arrival = { verification: { verdict: "unsigned", signer: null, detail: "" } };
  const reports = Array.from({ length: 500 }, (_, at) => ({
    key: at.toString(16).padStart(64, "0"),
    arrival,
  }));
  const stop = new Error("nothing is to be added");
  await store
    .add(reports, () => {
      throw stop;
    })
    .catch((error) => {
      if (error !== stop) throw error;
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rows: { type: "string", default: "10000000" } } });
  process.exitCode = (await measureStore(Number(values.rows))) ? 0 : 1;
}
