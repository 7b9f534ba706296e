/** Writes a file that was not there before; what is there stays, and nothing is written through a link. */
import fs from "node:fs";
import path from "node:path";
import { ownPid } from "./this-process.ts";

/** Writes it whole or not at all. @throws Error with code `EEXIST` where something is there, or as the system says. */
export function writeNewFile(file: string, content: string): void {
  const folder = path.dirname(file);
  fs.mkdirSync(folder, { recursive: true });
  if (!fs.lstatSync(folder).isDirectory()) {
    throw Object.assign(new Error(`${folder} is a link`), { code: "ENOTDIR" });
  }
  const temp = path.join(folder, `.${path.basename(file)}.${String(ownPid)}.tmp`);
  fs.writeFileSync(temp, content, { flag: "wx", flush: true });
  try {
    // Unlike a rename, a link never replaces.
    fs.linkSync(temp, file);
  } finally {
    fs.rmSync(temp, { force: true });
  }
}
