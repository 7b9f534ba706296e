/** Checks the shape of a file against its schema, and says what is wrong in the project's own words. */
import { z } from "zod";
import { valueKinds, type ValueKind } from "../diagnostics/catalogue/config.ts";
import type { YamlPath } from "./site-config.ts";
import { parseDuration } from "./duration.ts";
import type { DiagnosticCollector } from "./diagnostic-collector.ts";
import { suggest } from "./suggest.ts";
import type { Plain } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

/** Returns the typed value, or null after it has reported every way in which the shape is wrong. */
export function checkShape<S extends z.ZodType>(
  schema: S,
  value: Plain,
  collector: DiagnosticCollector,
): z.infer<S> | null {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) explainIssue(issue, [], { schema, value, collector });
  return null;
}

interface Context {
  readonly schema: z.ZodType;
  readonly value: Plain;
  readonly collector: DiagnosticCollector;
}

function explainIssue(issue: Issue, base: YamlPath, context: Context): void {
  const { collector } = context;
  const path = [...base, ...issue.path.map((step) => (typeof step === "symbol" ? "" : step))];
  const value = valueAt(context.value, path);
  if (value === undefined) {
    const where = path.slice(0, -1);
    const args = { key: String(path.at(-1) ?? ""), where: printPath(where) };
    collector.add("config/missing-key", args, where, "key");
  } else if (issue.code === "unrecognized_keys") {
    explainUnknownKeys(issue, path, context);
  } else if (issue.code === "invalid_union" && meantBranch(issue) !== undefined) {
    for (const inner of meantBranch(issue) ?? []) explainIssue(inner, path, context);
  } else if (issue.code === "invalid_value" && isScalar(value)) {
    const allowed = issue.values.map(String);
    const suggestion = suggest(String(value), allowed);
    const args = { key: printPath(path), value: String(value), suggestion, allowed };
    collector.add("config/unknown-value", args, path);
  } else if (issue.code === "too_small" && Array.isArray(value)) {
    collector.add("config/empty-list", { key: printPath(path) }, path);
  } else if (!explainDuration(issue, path, value, collector)) {
    wrongType(issue, path, value, collector);
  }
}

function explainUnknownKeys(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  path: YamlPath,
  { schema, collector }: Context,
): void {
  const allowed = keysAt(schema, path);
  for (const key of issue.keys) {
    const args = { key, where: printPath(path), suggestion: suggest(key, allowed), allowed };
    collector.add("config/unknown-key", args, [...path, key], "key");
  }
}

/** Whether the value was meant as a duration, and what is wrong with it was reported. */
function explainDuration(
  issue: Issue,
  path: YamlPath,
  value: Plain,
  collector: DiagnosticCollector,
): boolean {
  if (issue.message !== ("duration" satisfies ValueKind)) return false;
  if (!isScalar(value) || typeof value === "boolean") return false;
  const parsed = parseDuration(String(value));
  if (parsed.ok) return false;
  collector.take(path, parsed);
  return true;
}

/** The branch of a union that was meant: the one whose fault lies deeper than the value's own type. */
export function meantBranch(issue: z.core.$ZodIssueInvalidUnion): Issue[] | undefined {
  return issue.errors.find((branch) => !branch.some(isAboutType));
}

function isScalar(value: Plain): value is string | number | boolean {
  return value !== null && typeof value !== "object";
}

/** Whether an issue says that the value as such is of another type than its branch takes. */
function isAboutType(issue: Issue): boolean {
  return (
    issue.path.length === 0 &&
    (issue.code === "invalid_type" ||
      issue.code === "invalid_value" ||
      (issue.code === "invalid_union" && !issue.errors.some((branch) => !branch.some(isAboutType))))
  );
}

function wrongType(
  issue: Issue,
  path: YamlPath,
  value: Plain,
  collector: DiagnosticCollector,
): void {
  const expected = Object.hasOwn(valueKinds, issue.message) ? (issue.message as ValueKind) : "text";
  const args = { key: printPath(path), expected, got: kindOf(value) };
  collector.add("config/wrong-type", args, path);
}

/** Names the kind of a value that was found. */
export function kindOf(value: Plain): "nothing" | "text" | "number" | "boolean" | "list" | "map" {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "list";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "map";
}

/** Prints a path as people write it: `defaults.mta-sts`, `mta-sts.mx[1]`. */
export function printPath(path: YamlPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${String(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

function valueAt(root: Plain, path: YamlPath): Plain | undefined {
  let value: Plain | undefined = root;
  for (const step of path) {
    if (value === null || value === undefined || typeof value !== "object") return undefined;
    value = Array.isArray(value) ? value[Number(step)] : value[String(step)];
  }
  return value;
}

/** The keys that the map at a path may have. */
function keysAt(schema: z.ZodType, path: YamlPath): string[] {
  let options = branches(schema);
  for (const step of path) {
    options = options.flatMap((option) => {
      if (option instanceof z.ZodObject) {
        const inner = (option.shape as Record<string, z.ZodType>)[String(step)];
        return inner === undefined ? [] : branches(inner);
      }
      if (option instanceof z.ZodRecord) return branches(option.valueType as z.ZodType);
      return [];
    });
  }
  return options.flatMap((option) =>
    option instanceof z.ZodObject ? Object.keys(option.shape as object) : [],
  );
}

function branches(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional) return branches(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) {
    return (schema.options as readonly z.ZodType[]).flatMap((option) => branches(option));
  }
  return [schema];
}
