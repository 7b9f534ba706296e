/** Measures `stspress audit` beside the same exchanges by bare sockets, and its memory at ten times the size. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { run } from "../run-to-end.mjs";
import { domainAt } from "./names.mjs";

const concurrency = 50;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Audits `size` domains `rounds` times in turns with the floor, and ten times as many once where
 * `memory` asks for it. Gives milliseconds, peaks in MB, and how often the servers were asked.
 */
export async function measureAudit(program, folder, size, { rounds, memory }) {
  const small = await inWorld(folder, size, async (world) => {
    const measured = [];
    for (let round = 0; round < rounds; round += 1) {
      const audit = await auditOnce(program, folder, world, size);
      const asked = await world.asked();
      const floor = JSON.parse(
        (
          await run([
            here("floor.mjs"),
            String(size),
            String(concurrency),
            JSON.stringify(world.ports),
          ])
        ).stdout,
      );
      measured.push({ audit, asked, floor, floorAsked: await world.asked() });
    }
    return measured;
  });
  const large = memory
    ? await inWorld(folder, size * 10, (world) => auditOnce(program, folder, world, size * 10))
    : null;
  return { rounds: small, large, concurrency };
}

/** Audits all domains of a world; every one must be found safe, or nothing was measured. */
async function auditOnce(program, folder, { ports, caFile }, size) {
  const site = path.join(folder, "nothing");
  fs.mkdirSync(site, { recursive: true });
  const domains = Array.from({ length: size }, (_, index) => domainAt(index));
  const ended = await run([
    ...[program, "audit", "--jsonl", "--allow-private", "--site", site, "--ca", caFile],
    ...["--resolver", `127.0.0.1:${ports.dns}`, "--concurrency", String(concurrency)],
    ...["--https-port", String(ports.https), "--smtp-port", String(ports.smtp), ...domains],
  ]);
  const lines = ended.stdout.trim().split("\n");
  const safe = lines.filter((line) => JSON.parse(line).safe === "yes").length;
  if (ended.code !== 0 || safe !== size) {
    throw new Error(
      `${safe} of ${size} domains were found safe, exit ${ended.code}:\n${lines[0]}\n${ended.stderr}`,
    );
  }
  return { ms: ended.ms, peakMb: ended.peakMb };
}

async function inWorld(folder, size, work) {
  const child = spawn(process.execPath, [here("world.mjs"), String(size), folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  try {
    const told = await next();
    const asked = () => {
      child.stdin.write("\n");
      return next();
    };
    return await work({ ...told, asked });
  } finally {
    child.kill();
  }
}
