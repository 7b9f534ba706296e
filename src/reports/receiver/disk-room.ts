/** Whether a disk has room for what strangers send. */
import fs from "node:fs";

/** What is left to everybody else on the machine, in bytes. */
const minFree = 256 * 1024 * 1024;
const checkEveryMs = 2000;

/** Makes a check of the disk that holds a folder; it looks at most every two seconds. */
export function diskRoom(folder: string): () => Promise<boolean> {
  let looked = -Infinity;
  let hasRoom = true;
  return async () => {
    if (performance.now() - looked > checkEveryMs) {
      looked = performance.now();
      const { bavail, bsize } = await fs.promises.statfs(folder);
      hasRoom = bavail * bsize > minFree;
    }
    return hasRoom;
  };
}
