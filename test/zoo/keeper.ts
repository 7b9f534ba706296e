/** Shows the zoo to people, and audits all of it: what an audit says beside what it should say. */
import { spawn } from "node:child_process";
import { namesOf, type ZooEntry } from "./entry.ts";
import { zooTable } from "./table.ts";
import { startZoo, type Zoo } from "./zoo.ts";

/** What an audit said of one domain. */
export interface Told {
  readonly safe: string;
  /** Each once, sorted. */
  readonly codes: readonly string[];
}

/** One run of the audit. */
export interface AuditRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function openZoo(program: string): Promise<Zoo> {
  return startZoo({ entries: zooTable, program });
}

/** The options of `stspress audit` that make it look at the zoo. */
export function auditOptions(zoo: Zoo): readonly string[] {
  return [
    ...["--resolver", zoo.resolver, "--ca", zoo.caFile, "--allow-private"],
    ...["--https-port", String(zoo.httpsPort), "--smtp-port", String(zoo.smtpPort)],
  ];
}

/** The table for people: domain, fault, what an audit has to say. */
export function tableText(zoo: Zoo): string {
  const rows = zoo.entries.map((entry) => [
    namesOf(entry).domain,
    entry.what,
    `safe to enforce: ${entry.safe}${entry.codes.map((code) => ` · ${code}`).join("")}`,
  ]);
  const width = (column: number): number =>
    Math.max(...rows.map((row) => (row[column] ?? "").length));
  const [first, second] = [width(0), width(1)];
  return rows
    .map(
      ([domain = "", what = "", expected = ""]) =>
        `${domain.padEnd(first)}  ${what.padEnd(second)}  ${expected}\n`,
    )
    .join("");
}

/** Runs the compiled program, and gives all that it said. */
export function runAudit(program: string, args: readonly string[]): Promise<AuditRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, "audit", ...args], {
      env: { PATH: process.env["PATH"] ?? "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Audits every domain in one run; `more` are further options, such as a short `--timeout`. */
export function auditAll(
  zoo: Zoo,
  program: string,
  more: readonly string[] = [],
): Promise<AuditRun> {
  const domains = zoo.entries.map((entry) => namesOf(entry).domain);
  const options = [...auditOptions(zoo), "--site", zoo.siteFolder, ...more];
  return runAudit(program, [...options, ...domains]);
}

/** What `--jsonl` said, by domain. */
export function readTold(jsonl: string): ReadonlyMap<string, Told> {
  const told = new Map<string, Told>();
  for (const line of jsonl.split("\n")) {
    if (line === "") continue;
    const { domain, safe, findings } = JSON.parse(line) as {
      domain: string;
      safe: string;
      findings: readonly { code: string }[];
    };
    told.set(domain, { safe, codes: [...new Set(findings.map(({ code }) => code))].sort() });
  }
  return told;
}

/** What should have been said. */
export function expected({ safe, codes }: ZooEntry): Told {
  return { safe, codes: [...new Set(codes)].sort() };
}

/** One line per domain of which an audit says something else than it should. */
export function differences(zoo: Zoo, told: ReadonlyMap<string, Told>): readonly string[] {
  return zoo.entries.flatMap((entry) => {
    const { domain } = namesOf(entry);
    const [wanted, got] = [expected(entry), told.get(domain)];
    if (got === undefined) return [`${domain}: nothing was said`];
    const missing = wanted.codes.filter((code) => !got.codes.includes(code));
    const surplus = got.codes.filter((code) => !wanted.codes.includes(code));
    const parts = [
      ...(got.safe === wanted.safe ? [] : [`safe is ${got.safe}, not ${wanted.safe}`]),
      ...(missing.length === 0 ? [] : [`missing ${missing.join(", ")}`]),
      ...(surplus.length === 0 ? [] : [`surplus ${surplus.join(", ")}`]),
    ];
    return parts.length === 0 ? [] : [`${domain}: ${parts.join("; ")}`];
  });
}
