/** Runs a program of Node's to its end; its peak of memory is looked up while it runs, where the system tells (Linux). */
import { spawn } from "node:child_process";
import fs from "node:fs";

export function run(args, env = {}) {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => (texts[name] += text));
  }
  let peakMb = 0;
  const look = setInterval(() => {
    peakMb = Math.max(peakMb, peakOf(child.pid));
  }, 100);
  return new Promise((done) => {
    child.on("close", (code) => {
      clearInterval(look);
      done({ code, ms: performance.now() - began, peakMb, ...texts });
    });
  });
}

function peakOf(pid) {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}
