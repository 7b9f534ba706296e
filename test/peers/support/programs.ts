/**
 * Real programs as peers. A suite names what it needs; where that is missing it is skipped and its
 * title says so (test/support/missing-programs.ts lists these titles at the end of a run), except that
 * with STSPRESS_PEERS=require it fails.
 */
import fs from "node:fs";
import path from "node:path";
import { describe, test } from "vitest";

/** The Debian package of each program that is not named like it. */
const packages: Readonly<Record<string, string>> = {
  delv: "bind9-dnsutils",
  dig: "bind9-dnsutils",
  doveadm: "dovecot-imapd",
  dovecot: "dovecot-imapd",
  ip: "iproute2",
  kdig: "knot-dnsutils",
  nsupdate: "bind9-dnsutils",
  knotc: "knot",
  knotd: "knot",
  kzonecheck: "knot-dnssecutils",
  "mta-sts-daemon": "postfix-mta-sts-resolver",
  "mta-sts-query": "postfix-mta-sts-resolver",
  "named-checkzone": "bind9-utils",
  nginx: "nginx-light",
  nsenter: "util-linux",
  postqueue: "postfix",
  "pebble-challtestsrv": "pebble",
  unshare: "util-linux",
};

/** Debian keeps daemons where a user's PATH does not look. */
const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/sbin", "/sbin"];

/** Whether missing programs fail the suite instead of skipping. */
const peersRequired = process.env["STSPRESS_PEERS"] === "require";

/** The full path of a program, or null. */
export function findProgram(name: string): string | null {
  for (const folder of folders) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** The full path of a program that {@link describePeers} has found before. */
export function programPath(name: string): string {
  const file = findProgram(name);
  if (file === null) throw new Error(`${name} is not installed`);
  return file;
}

/**
 * Describes tests that need programs. `others` are further needs, by name, such as a package or a
 * permission, with whether they are met.
 */
export function describePeers(
  title: string,
  programs: readonly string[],
  define: () => void,
  others: Readonly<Record<string, boolean>> = {},
): void {
  const missing = [
    ...programs.filter((name) => findProgram(name) === null),
    ...Object.keys(others).filter((name) => others[name] !== true),
  ];
  if (missing.length === 0) {
    describe(title, define);
  } else if (peersRequired) {
    describe(title, () => {
      test("needs what is not here", () => {
        throw new Error(`missing: ${missing.map(withPackage).join(", ")}`);
      });
    });
  } else {
    describe.skip(`${title} (missing: ${missing.join(", ")})`, define);
  }
}

function withPackage(name: string): string {
  const from = packages[name];
  return from === undefined ? name : `${name} (Debian package ${from})`;
}
