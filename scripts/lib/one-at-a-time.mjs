/** Lets one process at a time do something; the others wait. An owner that died is noticed. */
import fs from "node:fs";

/** Runs `work` while the file is owned, and gives its result. Waits up to ten minutes. */
export function oneAtATime(file, work) {
  const mine = `${file}.${process.pid}`;
  fs.writeFileSync(mine, String(process.pid));
  try {
    take(file, mine);
  } finally {
    fs.rmSync(mine, { force: true });
  }
  try {
    return work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function take(file, mine) {
  const patience = Date.now() + 600_000;
  for (;;) {
    try {
      // A link is made with its content, or not at all: nobody reads a half-written owner.
      fs.linkSync(mine, file);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = read(file);
    if (owner === null) continue;
    if (!alive(Number(owner))) bury(file, owner);
    else if (Date.now() > patience) {
      throw new Error(
        `process ${owner} has been at it for ten minutes; if it is not, delete ${file}`,
      );
    } else pause(100);
  }
}

function bury(file, dead) {
  const grave = `${file}.${process.pid}.dead`;
  try {
    fs.renameSync(file, grave);
    // A living owner may have taken its place between the look and the rename: give it back.
    if (fs.readFileSync(grave, "utf8") !== dead) fs.linkSync(grave, file);
    fs.rmSync(grave, { force: true });
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
