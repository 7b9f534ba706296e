/** Whether a disk has enough free space. */
import fs from "node:fs";

/** Kept free for everything else on the machine. */
const minFreeBytes = 256 * 1024 * 1024;
const checkEveryMs = 2000;

/** Makes a check of the disk that holds a folder. The result is kept for two seconds. */
export function diskSpaceCheck(folder: string): () => Promise<boolean> {
  let checkedAt = -Infinity;
  let hasSpace = true;
  return async () => {
    if (performance.now() - checkedAt > checkEveryMs) {
      checkedAt = performance.now();
      const { bavail, bsize } = await fs.promises.statfs(folder);
      hasSpace = bavail * bsize > minFreeBytes;
    }
    return hasSpace;
  };
}
