/**
 * Where tests put their temporary files: a file system in memory, where the machine has one with enough
 * room. They write ten thousands of small files and flush many of them, which costs a disk a minute of
 * processor time; that a flush is asked for is asserted of the calls (file-trace.mjs), not of the disk.
 */
import fs from "node:fs";
import os from "node:os";

const memory = "/dev/shm";
const enoughBytes = 2 * 1024 ** 3;

/** A value for TMPDIR. */
export function temporaryFolder(): string {
  try {
    fs.accessSync(memory, fs.constants.W_OK | fs.constants.X_OK);
    const { bavail, bsize } = fs.statfsSync(memory);
    const mounts = fs.readFileSync("/proc/mounts", "utf8");
    const options = /^\S+ \/dev\/shm tmpfs (\S+)/m.exec(mounts)?.[1]?.split(",") ?? [];
    // Tests start programs that they have put there.
    const isUsable = options.includes("rw") && !options.includes("noexec");
    return isUsable && bavail * bsize >= enoughBytes ? memory : os.tmpdir();
  } catch {
    return os.tmpdir();
  }
}
