/** Every target there is. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { targetNames, type TargetName, type TargetSettings } from "../config.ts";
import type { Output } from "../output.ts";
import { caddy } from "./caddy.ts";
import { cloudflare } from "./cloudflare.ts";
import { githubPages } from "./github-pages.ts";
import { nginx } from "./nginx.ts";
import type { Publication, Target } from "./target.ts";

const targets: { readonly [N in TargetName]: Target<N> } = {
  caddy,
  nginx,
  cloudflare,
  "github-pages": githubPages,
};

/** The files of every target that has settings, in the order of {@link targetNames}. */
export function* outputsOfTargets(
  publications: readonly Publication[],
  settings: TargetSettings,
): Generator<Output> {
  for (const name of targetNames) yield* outputsOf(name, publications, settings);
}

/** What every target that has settings says about the site. */
export function checkTargets(
  publications: readonly Publication[],
  settings: TargetSettings,
): Diagnostic[] {
  return targetNames.flatMap((name) => checkOf(name, publications, settings));
}

/** Whether some target is served from `dist/site/`. */
export function needsSiteTree(settings: TargetSettings): boolean {
  return targetNames.some((name) => settings[name] !== undefined && targets[name].usesSiteTree);
}

function outputsOf<N extends TargetName>(
  name: N,
  publications: readonly Publication[],
  all: TargetSettings,
): Iterable<Output> {
  const settings = all[name];
  if (settings === undefined) return [];
  return (targets[name] as Target<N>).outputs(publications, settings);
}

function checkOf<N extends TargetName>(
  name: N,
  publications: readonly Publication[],
  all: TargetSettings,
): Diagnostic[] {
  const settings = all[name];
  if (settings === undefined) return [];
  return (targets[name] as Target<N>).check(publications, settings);
}
