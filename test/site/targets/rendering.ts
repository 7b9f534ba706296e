/** Renders a target's outputs with the project's own templates, verified as a build verifies them. */
import { fileURLToPath } from "node:url";
import type { Publication } from "../../../src/site/targets/target.ts";
import type { ReadyOutput, RenderedOutput } from "../../../src/site/output.ts";
import { compileTemplates } from "../../../src/site/templates.ts";
import { readTemplates } from "../../peers/support/site.ts";

const templates = fileURLToPath(new URL("../../../templates", import.meta.url));
const renderer = compileTemplates(readTemplates(templates));

/** Publications of `domains`; each policy is told by a word of its own. */
export function publish(domains: Readonly<Record<string, string>>): Publication[] {
  return Object.entries(domains).map(([domain, policy]) => ({
    domain,
    host: `mta-sts.${domain}`,
    policyText: `version: STSv1\r\nmode: none\r\nmax_age: ${policy}\r\n`,
    target: "caddy",
  }));
}

/** So many publications that share one policy. */
export function publishMany(count: number): Publication[] {
  const names = Array.from({ length: count }, (_, index) => `d${String(index)}.example`);
  return publish(Object.fromEntries(names.map((name) => [name, "86400"])));
}

/** Path → text of everything that a target gives. Throws where a verification complains. */
export function renderAll(outputs: Iterable<ReadyOutput>): Map<string, string> {
  return new Map([...outputs].map((output) => [output.path, renderOne(output)]));
}

function renderOne(output: ReadyOutput): string {
  if (output.kind === "fixed") return output.text;
  const text = renderer.render(output.template, output.data);
  const difference = output.verify(text);
  if (difference !== null) throw new Error(`${output.path}: ${difference}`);
  return text;
}

/** The rendered output at a path, and what its verification says about an altered text. */
export function altering(
  outputs: Iterable<ReadyOutput>,
  path: string,
): {
  readonly text: string;
  readonly verdict: (from: string | RegExp, to: string) => string | null;
} {
  const output = [...outputs].find((one): one is RenderedOutput => {
    return one.path === path && one.kind === "rendered";
  });
  if (output === undefined) throw new Error(`no output at ${path}`);
  const text = renderOne(output);
  return {
    text,
    verdict: (from, to) => {
      const altered = text.replace(from, () => to);
      if (altered === text) throw new Error(`nothing to alter at ${String(from)}`);
      return output.verify(altered);
    },
  };
}
