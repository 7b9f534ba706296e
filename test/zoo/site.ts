/** The site of the zoo's declared domains, built by the program itself, twice. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { namesOf, zooZone, type ZooEntry } from "./entry.ts";

/** What one build published for a domain. */
export interface BuiltInstance {
  readonly id: string;
  readonly text: string;
}

export interface BuiltInstances {
  /** null: TLS-RPT only. */
  readonly first: BuiltInstance | null;
  /** null: the second build changed nothing. */
  readonly second: BuiltInstance | null;
}

/** The host that stands for Cloudflare Pages. */
export const pagesHost = `zoo-pages.${zooZone}`;

/**
 * Writes the site into a folder, builds it, records it live, and builds it again with what the
 * entries declare then. The policy hosts' address is declared as given. By entry name.
 * @throws Error where the program refuses.
 */
export function buildSite(
  folder: string,
  entries: readonly ZooEntry[],
  address: string,
  program: string,
): ReadonlyMap<string, BuiltInstances> {
  const declared = entries.filter((entry) => entry.declared !== undefined);
  const domains = path.join(folder, "domains");
  fs.mkdirSync(domains, { recursive: true });
  fs.writeFileSync(
    path.join(folder, "stspress.yaml"),
    `target: caddy\ntargets: {caddy: {address: [${address}]}, cloudflare: {address: ${pagesHost}}}\n`,
  );
  const write = (stage: "first" | "second" | "unbuilt"): void => {
    for (const entry of declared) {
      const body = entry.declared?.[stage];
      if (body === undefined) continue;
      const { domain } = namesOf(entry);
      fs.writeFileSync(path.join(domains, `${domain}.yaml`), `domain: ${domain}\n${body}`);
    }
  };
  const built = (entry: ZooEntry, id: string): BuiltInstance | null => {
    const file = `dist/site/${namesOf(entry).policyHost}/.well-known/mta-sts.txt`;
    const place = path.join(folder, file);
    return fs.existsSync(place) ? { id, text: fs.readFileSync(place, "utf8") } : null;
  };
  const run = (at: string, ...args: readonly string[]): void => {
    const env = {
      PATH: process.env["PATH"] ?? "",
      SOURCE_DATE_EPOCH: String(Date.parse(at) / 1000),
    };
    const all = [program, ...args, "--site", folder];
    const { status, stderr, stdout } = spawnSync(process.execPath, all, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`the zoo's site was refused:\n${stdout}${stderr}`);
  };
  if (declared.length === 0) return new Map();
  write("first");
  run("2026-01-01T00:00:00Z", "build", "--no-frozen");
  const live = declared.filter(
    (entry) => entry.declared?.live !== false && built(entry, "") !== null,
  );
  run("2026-01-01T12:00:00Z", "live", "--no-check", ...live.map((entry) => namesOf(entry).domain));
  const first = new Map(declared.map((entry) => [entry, built(entry, "20260101T000000Z")]));
  write("second");
  run("2026-03-01T00:00:00Z", "build", "--no-frozen");
  const all = new Map<string, BuiltInstances>();
  for (const [entry, instance] of first) {
    const second = entry.declared?.second === undefined ? null : built(entry, "20260301T000000Z");
    all.set(entry.name, { first: instance, second });
  }
  write("unbuilt");
  return all;
}
