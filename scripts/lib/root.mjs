import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json, absolute. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** An absolute path inside the project. */
export function inRoot(...parts) {
  return path.join(root, ...parts);
}
