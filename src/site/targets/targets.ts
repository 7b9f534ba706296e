/** Every target there is. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { targetNames, type TargetName, type TargetSettings } from "../../config/site-config.ts";
import type { ReadyOutput } from "../output.ts";
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
): Generator<ReadyOutput> {
  for (const [target, own] of declared(settings)) yield* target.outputs(publications, own);
}

/** What every target that has settings says about the site; what two of them say is said once. */
export function checkTargets(
  publications: readonly Publication[],
  settings: TargetSettings,
): Diagnostic[] {
  const said = new Map<string, Diagnostic>();
  for (const [target, own] of declared(settings)) {
    for (const found of target.check(publications, own)) said.set(JSON.stringify(found), found);
  }
  return [...said.values()];
}

/** Whether some target is served from `dist/site/`. */
export function needsSiteTree(settings: TargetSettings): boolean {
  return [...declared(settings)].some(([target]) => target.usesSiteTree);
}

/** Each target with the settings of its own name. */
function* declared(
  settings: TargetSettings,
): Generator<[Target, NonNullable<TargetSettings[TargetName]>]> {
  for (const name of targetNames) {
    const own = settings[name];
    if (own !== undefined) yield [targets[name], own];
  }
}
