/** Measures `stspress reports add` beside the least that it could do, its memory, and `reports page`. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../run-to-end.mjs";
import { hurtfulMail, mailOf, reportAt } from "./reports.mjs";
import { fillStore } from "./store.mjs";

const floor = fileURLToPath(new URL("./floor.mjs", import.meta.url));

/**
 * Adds `size` reports from a folder and from an mbox, in turns with the floor; gives milliseconds and peaks in
 * MB. Both are whole processes; `floorWorkMs` leaves Node's start out, which a user of `add` does not.
 */
export async function measureIntake(program, folder, size, rounds) {
  const inputs = writeInputs(folder, size);
  const measured = { files: [], mbox: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, place] of Object.entries(inputs)) {
      const least = await run([floor, kind, place]);
      measured[kind].push({
        floorMs: least.ms,
        floorWorkMs: JSON.parse(least.stdout).ms,
        ...(await add(program, folder, place, size)),
      });
    }
  }
  return measured;
}

/** Adds 16 mails with 64 reports that are built to hurt. */
export function measureHurtful(program, folder) {
  const mails = path.join(folder, "hurtful");
  fs.mkdirSync(mails);
  for (let index = 0; index < 16; index += 1) {
    fs.writeFileSync(path.join(mails, `${index}.eml`), hurtfulMail(index));
  }
  return add(program, folder, mails, 64);
}

/** Adds to a site that has nothing; every report must have been added, or nothing was measured. */
async function add(program, folder, place, size) {
  const site = path.join(folder, "reports-site");
  fs.rmSync(site, { recursive: true, force: true });
  fs.mkdirSync(site);
  const ended = await run([program, "reports", "add", place, "--json", "--site", site]);
  const { added } = JSON.parse(ended.stdout);
  if (added !== size) throw new Error(`${added} of ${size} were added:\n${ended.stderr}`);
  return { ms: ended.ms, peakMb: ended.peakMb };
}

function writeInputs(folder, size) {
  const files = path.join(folder, `reports-${size}`);
  const mbox = path.join(folder, `reports-${size}.mbox`);
  fs.mkdirSync(files);
  const box = fs.openSync(mbox, "w");
  for (let index = 0; index < size; index += 1) {
    const report = reportAt(index);
    fs.writeFileSync(path.join(files, report.name), report.gzip);
    fs.writeSync(box, mailOf(report));
  }
  fs.closeSync(box);
  return { files, mbox };
}

/** Writes the pages of a store of `domains` by 22 reporters on 90 days. */
export async function measurePage(program, folder, domains) {
  const site = path.join(folder, "page-site");
  fs.mkdirSync(path.join(site, ".stspress", "reports"), { recursive: true });
  const lastDay = await fillStore(path.join(site, ".stspress/reports/reports.duckdb"), domains);
  const env = { SOURCE_DATE_EPOCH: String(Date.parse(lastDay) / 1000 + 86_400) };
  const ended = await run([program, "reports", "page", "--json", "--site", site], env);
  const { domains: written } = JSON.parse(ended.stdout);
  if (written !== domains) throw new Error(`${written} of ${domains} pages:\n${ended.stderr}`);
  return { ms: ended.ms, peakMb: ended.peakMb };
}
