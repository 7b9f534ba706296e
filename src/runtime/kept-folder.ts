/** `.stspress/`: what is kept beside the site. */
import fs from "node:fs";
import path from "node:path";
import { codeOf } from "./system-error.ts";

/**
 * Makes the folder where it is missing, and tells git to leave it out: what is in it is of one machine, and
 * of customers. Gives its path.
 * @throws the system's errors, and one with code `ENOTDIR` where a link would lead out of the site
 */
export function makeKeptFolder(root: string): string {
  const folder = path.join(root, ".stspress");
  fs.mkdirSync(folder, { recursive: true });
  // A link here would carry what is written out of the site.
  if (!fs.lstatSync(folder).isDirectory()) {
    throw Object.assign(new Error(`${folder} is not a folder, or a link`), { code: "ENOTDIR" });
  }
  try {
    fs.writeFileSync(path.join(folder, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  return folder;
}
