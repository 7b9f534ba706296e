/**
 * Builds a small site in a temporary folder, as a user's would be: `dist/` from the targets and the
 * project's own templates, beside the Caddyfile of this repository.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compileTemplates, type TemplateSource } from "../../../src/site/templates.ts";
import {
  policyHostOf,
  type TargetName,
  type TargetSettings,
} from "../../../src/config/site-config.ts";
import { policyPath, type Publication } from "../../../src/site/targets/target.ts";
import { outputsOfTargets } from "../../../src/site/targets/targets.ts";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** Domain → the policy's text with CRLF line ends. */
export type Policies = ReadonlyMap<string, string>;

/** A policy's text as it is to be served. */
export function policyText(mode: string, mx: readonly string[], maxAge = 604_800): string {
  const lines = ["version: STSv1", `mode: ${mode}`, ...mx.map((pattern) => `mx: ${pattern}`)];
  return [...lines, `max_age: ${String(maxAge)}`, ""].join("\r\n");
}

/** Writes the site's `dist/`, and the files of the repository that Caddy starts from. */
export function buildSite(folder: string, policies: Policies, settings: TargetSettings): void {
  const [target] = Object.keys(settings) as TargetName[];
  if (target === undefined) throw new Error("a site needs a target");
  const publications: Publication[] = [...policies].map(([domain, text]) => {
    return { domain, host: policyHostOf(domain), policyText: text, target };
  });
  const renderer = compileTemplates(readTemplates(path.join(repository, "templates")));
  for (const output of outputsOfTargets(publications, settings)) {
    let text: string;
    if (output.kind === "fixed") text = output.text;
    else {
      text = renderer.render(output.template, output.data);
      const difference = output.verify(text);
      if (difference !== null) throw new Error(`${output.path}: ${difference}`);
    }
    write(path.join(folder, "dist", output.path), text);
  }
  for (const { host, policyText: text } of publications) {
    write(path.join(folder, "dist", "site", host + policyPath), text);
  }
  fs.copyFileSync(path.join(repository, "Caddyfile"), path.join(folder, "Caddyfile"));
  fs.cpSync(path.join(repository, "caddy.d"), path.join(folder, "caddy.d"), { recursive: true });
}

/** The templates of the repository, by name. */
export function readTemplates(folder: string): Map<string, TemplateSource> {
  const sources = new Map<string, TemplateSource>();
  for (const entry of fs.readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".hbs")) continue;
    const file = `templates/${entry}`;
    const text = fs.readFileSync(path.join(folder, entry), "utf8");
    sources.set(entry.slice(0, -".hbs".length), { file, text });
  }
  return sources;
}

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}
