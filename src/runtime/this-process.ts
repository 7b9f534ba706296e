/** What a process has to know of itself and of its like: ids, liveness, memory. */
import { codeOf } from "./system-error.ts";

/** The id of this process: part of the names of files that only it writes. */
export const ownPid = process.pid;

/** Whether this system keeps no mode bits of files. */
export const isWindows = process.platform === "win32";

/** Whether a process of this id exists, whoever owns it. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** The most memory that this process has had so far, in bytes. */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
