/**
 * A log of what a program does to files, in order, like that of strace: loaded before it (`node --import`),
 * in its threads too. Each line of the log is an operation below `TRACE_ROOT` that has been done, such as
 * `rename a.tmp a`. `TRACE_KILL` is `<number> <text>`: the process kills itself before it does, for so many
 * times, an operation with that text in its line; so "killed at any moment" needs no clock.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import process from "node:process";
import { isMainThread } from "node:worker_threads";

const { TRACE_ROOT: root = "/", TRACE_LOG: log = "", TRACE_KILL: kill } = process.env;
const original = { ...fs };
const handle = log === "" ? null : original.openSync(log, "a");
const files = new Map();
const [, count = "0", text = ""] = /^(\d+) ?(.*)$/.exec(kill ?? "") ?? [];
let before = Number(count);
/** While one operation is done, those that it is made of are not told. */
let isInside = false;

/** How a path is called in the log; null: it is not below the root. */
function named(file) {
  if (typeof file === "number") return files.get(file) ?? null;
  const relative = path.relative(root, String(file));
  return relative.startsWith("..") ? null : relative;
}

/** Called before an operation. Gives what is to be called when it has been done. */
function announce(operation, ...paths) {
  const names = paths.map(named);
  if (isInside || names.includes(null)) return () => undefined;
  const line = `${isMainThread ? "" : "thread: "}${[operation, ...names].join(" ")}`;
  if (kill !== undefined && line.includes(text)) {
    before -= 1;
    if (before === 0) process.kill(process.pid, "SIGKILL");
  }
  return () => {
    if (handle !== null) original.writeSync(handle, `${line}\n`);
  };
}

/** Does an operation, and tells when it is done. */
function trace(operation, paths, run) {
  const done = announce(operation, ...paths);
  const outer = isInside;
  isInside = true;
  try {
    const result = run();
    done();
    return result;
  } finally {
    isInside = outer;
  }
}

const isThere = (file) => original.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
const writes = (flags) => (typeof flags === "number" ? (flags & 3) !== 0 : /[wa+]/.test(flags));

fs.openSync = (file, flags = "r", mode) => {
  const open = () => original.openSync(file, flags, mode);
  const opened = writes(flags) ? trace("open", [file], open) : open();
  const name = named(file);
  if (name === null) files.delete(opened);
  else files.set(opened, name);
  return opened;
};

/** Operations whose first arguments are paths or descriptors: how many of them. */
const operations = {
  writeFileSync: ["write", 1],
  writeSync: ["write", 1],
  fsyncSync: ["fsync", 1],
  renameSync: ["rename", 2],
  linkSync: ["link", 2],
};
for (const [name, [operation, paths]] of Object.entries(operations)) {
  fs[name] = (...args) => trace(operation, args.slice(0, paths), () => original[name](...args));
}

// What is there is not made, and what is not there is not removed, though a program may ask for it.
for (const [name, operation] of Object.entries({
  mkdirSync: "mkdir",
  rmSync: "remove",
  rmdirSync: "remove",
  unlinkSync: "remove",
})) {
  fs[name] = (file, ...args) => {
    const run = () => original[name](file, ...args);
    return isThere(file) === (operation === "remove") ? trace(operation, [file], run) : run();
  };
}

/** Operations with a callback: what promisify() knows of them is kept. */
for (const [name, operation] of [
  ["write", "write"],
  ["fsync", "fsync"],
]) {
  const traced = (...args) => {
    const told = args.pop();
    const done = announce(operation, args[0]);
    original[name](...args, (error, ...results) => {
      if (error === null || error === undefined) done();
      told(error, ...results);
    });
  };
  fs[name] = Object.defineProperties(traced, Object.getOwnPropertyDescriptors(original[name]));
}

syncBuiltinESMExports();
