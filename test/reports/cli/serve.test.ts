/** `reports serve` as a process: what is posted to it, and what it leaves on the disk. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { maxUntrusted } from "../../../src/reports/intake/quarantine.ts";
import { send } from "../support/receiver-bench.ts";
import { report } from "../support/report-mail.ts";
import { FileTrace } from "../../support/file-trace.ts";
import { ended, filesBelow, program, SiteFolder } from "../../support/site-folder.ts";
import { waitFor } from "../../support/wait-for.ts";

/** A loopback address of this process alone: nobody else takes a port of it meanwhile. */
const address = `127.9.${String((process.pid >> 8) & 255)}.${String(process.pid & 255)}`;
const port = 8460;
const post = (body: string) => send(port, body, { from: address, to: address });

/** Starts it, and resolves when it listens. */
async function serve(site: SiteFolder, env: Readonly<Record<string, string>> = {}) {
  const args = ["reports", "serve", "--site", site.root, "--listen", `${address}:${String(port)}`];
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  await waitFor(() => said.includes("listening at http:"), "that it listens");
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    return ended(child);
  };
  return { said: () => said, stop };
}

const quarantine = ".stspress/reports/quarantine";

test("each report that is answered is flushed to the journal", async () => {
  const site = new SiteFolder();
  const trace = new FileTrace(site);
  const { stop } = await serve(site, trace.env());
  const posts = 3;
  for (let n = 0; n < posts; n += 1) {
    const body = JSON.stringify(report({ "report-id": String(n) }));
    expect((await post(body)).status).toBe(201);
  }
  expect(await stop()).toBe(0);
  const operations = trace
    .take()
    .filter((line) => line.includes(".seg"))
    .map((line) => line.split(" ")[0]);
  const record = ["write", "fsync"];
  // The first pair is the segment's head.
  expect(operations).toEqual([
    "open",
    ...record,
    ...Array.from({ length: posts }, () => record).flat(),
  ]);
});

test("a quarantine that is full takes nothing more from outside, and it is said", async () => {
  const site = new SiteFolder();
  for (let n = 1; n < maxUntrusted; n += 1) {
    site.write(`${quarantine}/${String(n).padStart(32, "0")}.reason.json`, "");
  }
  const { said, stop } = await serve(site);
  const postBroken = async (body: string): Promise<void> => {
    expect((await post(body)).status).toBe(400);
  };
  // Many of the same are one.
  for (let n = 0; n < 5; n += 1) await postBroken("broken");
  expect(said()).not.toContain("quarantine");
  await postBroken("broken, and something else");
  await postBroken("broken");
  await waitFor(() => said().includes("the quarantine is full (10000 files)"), "a line in the log");
  expect(await stop()).toBe(0);
  expect(said().match(/quarantine is full/g)).toHaveLength(1);
  const kept = filesBelow(site.at(quarantine)).filter((name) => !name.endsWith(".reason.json"));
  expect(kept.map((name) => fs.readFileSync(site.at(`${quarantine}/${name}`), "utf8"))).toEqual([
    "broken",
  ]);
});
