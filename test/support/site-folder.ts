/** A site folder below the system's temporary folder, and the compiled program run in it. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished } from "vitest";

export const program = path.join(import.meta.dirname, "../../build/cli.js");

/** What a run said and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
}

/** Nothing of the environment of the tests, such as CI, reaches the program. */
function environment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", ...env };
}

/** Runs the program to its end. Every run that is too long, or shows a trace, is a failure. */
export function run(args: readonly string[], { env, stdin = "" }: RunOptions = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], {
    env: environment(env),
    input: stdin,
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(stderr).not.toContain("this should not have happened");
  return { code: status, out: stdout, err: stderr };
}

/** Starts the program without waiting for it. */
export function start(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(process.execPath, [program, ...args], { env: environment(env), stdio: "ignore" });
}

/** Resolves when a child has ended: its exit code, or null where a signal ended it. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", resolve));
}

/** What lies in a folder: path → what tells whether it was touched. */
export type Snapshot = Readonly<Record<string, string>>;

/** A site folder that is removed when its test is over. */
export class SiteFolder {
  readonly root: string;

  constructor(files: Readonly<Record<string, string>> = {}, root?: string) {
    this.root = root ?? fs.mkdtempSync(path.join(os.tmpdir(), "stspress-cli-"));
    if (root === undefined) {
      onTestFinished(() => {
        fs.rmSync(this.root, { recursive: true, force: true });
      });
    }
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  at(name: string): string {
    return path.join(this.root, name);
  }

  write(name: string, content: string | Uint8Array): void {
    fs.mkdirSync(path.dirname(this.at(name)), { recursive: true });
    fs.writeFileSync(this.at(name), content);
  }

  read(name: string): string {
    return fs.readFileSync(this.at(name), "utf8");
  }

  has(name: string): boolean {
    return fs.lstatSync(this.at(name), { throwIfNoEntry: false }) !== undefined;
  }

  remove(name: string): void {
    fs.rmSync(this.at(name), { recursive: true });
  }

  /** Runs a verb for this site. */
  run(verb: string, args: readonly string[] = [], options: RunOptions = {}): Ran {
    return run([verb, "--site", this.root, ...args], options);
  }

  /** Runs `build`, which must succeed. */
  build(args: readonly string[] = [], options: RunOptions = {}): Ran {
    const ran = this.run("build", args, options);
    expect(ran.code, ran.err).toBe(0);
    return ran;
  }

  /** Every file and link below the folder, with its inode, time of change and size. */
  snapshot(below = ""): Snapshot {
    const found: Record<string, string> = {};
    for (const name of filesBelow(this.at(below))) {
      const { ino, mtimeNs, size } = fs.lstatSync(path.join(this.at(below), name), {
        bigint: true,
      });
      found[name] = `${String(ino)} ${String(mtimeNs)} ${String(size)}`;
    }
    return found;
  }
}

/** The files and links below a folder, sorted; none where there is no folder. */
export function filesBelow(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** The names whose file is not the same in both. */
export function differing(before: Snapshot, after: Snapshot): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).sort();
}

/** Settings for Caddy on one address, a public one, as the domains below are: anything else is warned of. */
export const settings = "target: caddy\ntargets: {caddy: {address: 9.9.9.9}}\n";

/** A domain file in testing. */
export function domainFile(domain: string, mx = `mx1.${domain}`, more = ""): string {
  return `domain: ${domain}\ntls-rpt: {rua: "mailto:reports@${domain}"}\nmta-sts: {mode: testing, mx: ["${mx}"], max_age: 1w${more}}\n`;
}

/** Two domains that are nobody's. */
export function twoDomains(): SiteFolder {
  return new SiteFolder({
    "stspress.yaml": settings,
    "domains/acme.de.yaml": domainFile("acme.de"),
    "domains/acme.fr.yaml": domainFile("acme.fr"),
  });
}

let builtOnce: string | undefined;

/** {@link twoDomains}, and what a build makes of them: a copy of what was built once for the whole file. */
export function builtTwoDomains(): SiteFolder {
  if (builtOnce === undefined) {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-built-"));
    process.once("exit", () => {
      fs.rmSync(made, { recursive: true, force: true });
    });
    fs.cpSync(twoDomains().root, made, { recursive: true });
    new SiteFolder({}, made).build();
    builtOnce = made;
  }
  const site = new SiteFolder();
  fs.cpSync(builtOnce, site.root, { recursive: true, preserveTimestamps: true });
  return site;
}

export const policyOf = (domain: string): string =>
  `site/mta-sts.${domain}/.well-known/mta-sts.txt`;
