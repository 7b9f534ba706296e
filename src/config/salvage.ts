/** What is left of a value once everything of a wrong shape is taken out, so that the rest is judged in the same run. */
import type { z } from "zod";
import type { YamlPath } from "./site-config.ts";
import { meantBranch } from "./shape.ts";
import type { Plain } from "./yaml-source.ts";

/** Taking one key out may leave its parent without what it must have: so many times, at most. */
const maxRounds = 8;

/**
 * Returns what a value of the wrong shape says where its shape is right, or null where nothing is
 * left. Only for finding more problems: what it returns was not declared.
 */
export function salvage<S extends z.ZodType>(schema: S, value: Plain): z.infer<S> | null {
  const rest = structuredClone(value);
  for (let round = 0; round < maxRounds; round += 1) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    const faults = result.error.issues.flatMap((issue) => faultsOf(issue, []));
    for (const path of faults) if (!takeOut(rest, path)) return null;
  }
  return null;
}

function faultsOf(issue: z.core.$ZodIssue, base: YamlPath): YamlPath[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === "symbol" ? "" : step))];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => [...path, key]);
  const meant = issue.code === "invalid_union" ? meantBranch(issue) : undefined;
  return meant === undefined ? [path] : meant.flatMap((inner) => faultsOf(inner, path));
}

/** Takes out the innermost map key on the path: an item alone would move the places of those behind it. */
function takeOut(root: Plain, path: YamlPath): boolean {
  let holder: { [key: string]: Plain } | null = null;
  let at: string | null = null;
  let value: Plain | undefined = root;
  for (const step of path) {
    if (value === null || value === undefined || typeof value !== "object") break;
    if (Array.isArray(value)) value = value[Number(step)];
    else {
      // A key that is missing is its parent's fault.
      if (!Object.hasOwn(value, step)) break;
      holder = value;
      at = String(step);
      value = holder[at];
    }
  }
  if (holder === null || at === null) return path.length > 1;
  Reflect.deleteProperty(holder, at);
  return true;
}
