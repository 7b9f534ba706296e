/** The packages that package-lock.json names, installed when they are not there yet. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { oneAtATime } from "./one-at-a-time.mjs";
import { inRoot, root } from "./root.mjs";

/** Runs `npm ci` unless node_modules holds exactly what is locked. */
export function install() {
  if (missing(root) === null) return { ok: true };
  fs.mkdirSync(inRoot("build"), { recursive: true });
  return oneAtATime(inRoot("build/.installing"), () => {
    // Somebody else may have installed while this process waited.
    const reason = missing(root);
    if (reason === null) return { ok: true };
    return npmCi(root, reason);
  });
}

/** Runs `npm ci` in a folder; prints one line before and one after. */
export function npmCi(folder, reason) {
  process.stderr.write(`installing the locked packages (${reason}) … `);
  const began = Date.now();
  // NODE_ENV=production would leave the compiler out; audit and fund only add requests and noise.
  const result = spawnSync(
    "npm",
    ["ci", "--include=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
    { cwd: folder, encoding: "utf8", shell: process.platform === "win32", maxBuffer: 2 ** 26 },
  );
  if (result.status === 0) {
    process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1)} s\n`);
    return { ok: true };
  }
  process.stderr.write("failed\n");
  const said = result.error ? String(result.error.message) : `${result.stdout}${result.stderr}`;
  return { ok: false, message: explain(said.trimEnd()) };
}

/**
 * Says why an installation does not equal its lock, or null when it does. npm writes
 * node_modules/.package-lock.json last, so a killed installation is seen as well.
 */
export function missing(folder) {
  const locked = readPackages(path.join(folder, "package-lock.json"));
  if (locked === null) return "package-lock.json is unreadable";
  const present = readPackages(path.join(folder, "node_modules/.package-lock.json"));
  if (present === null) return "not installed yet";
  for (const [key, wanted] of Object.entries(locked)) {
    if (key === "") continue;
    const found = present[key];
    // Packages for other systems are locked but rightly absent.
    if (found === undefined && wanted.optional === true) continue;
    if (found === undefined) return `${name(key)} is missing`;
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) {
      return `${name(key)} is not the locked version`;
    }
    if (!fs.existsSync(path.join(folder, key))) return `${name(key)} is missing`;
  }
  return null;
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

function name(key) {
  return key.slice(key.lastIndexOf("node_modules/") + "node_modules/".length);
}

function explain(said) {
  const end = said
    .split("\n")
    .filter((line) => line.trim() !== "" && !/npm error (aliases|Run "npm help)/.test(line))
    .slice(-15)
    .map((line) => `  ${line}`)
    .join("\n");
  return `npm could not install the locked packages. The end of what it said:\n${end}\nfix: ${fix(said)}`;
}

function fix(said) {
  if (/ENOENT.*npm|spawn npm/.test(said))
    return "install npm (it comes with Node) and put it on PATH";
  if (/E(AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT)|network|proxy/i.test(said)) {
    return "check the network, and the proxy and registry settings of npm, then run the command again";
  }
  if (/EACCES|EPERM/.test(said)) {
    return "make this folder and npm's cache writable for you (an earlier run as root leaves both unwritable)";
  }
  if (/ENOSPC/.test(said)) return "make room: the packages take about 170 MB";
  if (/EBADENGINE|EUSAGE.*engine/.test(said)) return "use Node 20.19, or 22.12 and newer";
  if (/can only install packages when/.test(said)) {
    return "package.json and package-lock.json differ: run `npm install` and commit the lock";
  }
  return "run `npm ci` here and follow what it says";
}
