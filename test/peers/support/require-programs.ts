/**
 * Which real programs are here. `npm test` runs the peers that are installed and names the others at
 * its end; `npm run test:peers` (STSPRESS_PEERS=require) fails where one is missing.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** The Debian package of each program that the peers suite drives. */
const packages: Readonly<Record<string, string>> = {
  caddy: "caddy",
  chromium: "chromium",
  curl: "curl",
  delv: "bind9-dnsutils",
  dig: "bind9-dnsutils",
  kdig: "knot-dnsutils",
  knotc: "knot",
  knotd: "knot",
  kzonecheck: "knot-dnssecutils",
  "mta-sts-query": "postfix-mta-sts-resolver",
  "named-checkzone": "bind9-utils",
  nginx: "nginx-light",
  openssl: "openssl",
  pebble: "pebble",
  "pebble-challtestsrv": "pebble",
  unshare: "util-linux",
};

// Debian keeps servers in sbin, which is not on the PATH of an ordinary user.
const folders = [
  ...(process.env["PATH"] ?? "").split(path.delimiter),
  "/usr/local/sbin",
  "/usr/sbin",
  "/sbin",
];

/** The absolute path of an installed program, or null. */
export function findProgram(name: string): string | null {
  for (const folder of folders) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (folder !== "" && fs.statSync(file).isFile()) return file;
    } catch {
      // Not here: the next folder.
    }
  }
  return null;
}

/** The absolute path of a program that {@link programs} has found. */
export function programPath(name: string): string {
  const found = findProgram(name);
  if (found === null) throw new Error(missingText(name));
  return found;
}

/**
 * Whether all these programs are installed: for `describe.runIf(programs("caddy", "pebble"))`. A
 * missing one is remembered for the end of the run, or throws where STSPRESS_PEERS=require.
 */
export function programs(...names: readonly string[]): boolean {
  return present(names.filter((name) => findProgram(name) === null));
}

/** The same for packages of test/peers/package.json, such as `miniflare`. */
export function modules(...names: readonly string[]): boolean {
  const require = createRequire(import.meta.url);
  return present(
    names.filter((name) => {
      try {
        require.resolve(name);
        return false;
      } catch {
        return true;
      }
    }),
  );
}

function present(missing: readonly string[]): boolean {
  if (missing.length === 0) return true;
  if (process.env["STSPRESS_PEERS"] === "require") {
    throw new Error(missing.map(missingText).join("; "));
  }
  const record = process.env["STSPRESS_SKIPPED"];
  if (record !== undefined) {
    fs.appendFileSync(record, missing.map((name) => `${callingTest()}\t${name}\n`).join(""));
  }
  return false;
}

function missingText(name: string): string {
  const from = packages[name];
  return from === undefined
    ? `${name} is not installed: run npm ci --prefix test/peers`
    : `${name} is not installed: apt-get install ${from}`;
}

/** The test file that is being collected, from the stack: a path relative to the project. */
function callingTest(): string {
  const line = (new Error().stack ?? "").split("\n").find((one) => one.includes(".test.ts"));
  const found = /(test\/[^():]*\.test\.ts)/.exec(line ?? "");
  return found?.[1] ?? "test/peers";
}
