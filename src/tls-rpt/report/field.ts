/** Reads single fields of hostile JSON: bounded, never through a prototype, what is odd noted. */
import type { DeviationCode } from "./deviations.ts";

/** Collects deviations, each once. */
export type Notes = Set<DeviationCode>;

/** A JSON object, as `JSON.parse` makes it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object, and not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of an object; undefined where the object itself has none, whatever its prototype has. */
export function fieldOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Reads a text: trimmed, well-formed, cut to a length; "" where there is none. */
export function readText(value: unknown, max: number, notes: Notes): string {
  if (typeof value === "string") return clean(value, max, notes).trim();
  if (value == null) return "";
  notes.add("field-type");
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  // A list of one is what somebody made of a text.
  return Array.isArray(value) && value.length === 1 && typeof value[0] === "string"
    ? clean(value[0], max, notes).trim()
    : "";
}

/** Reads an optional text: null where it is absent; where it is empty too, which is noted. */
export function readOptional(
  object: JsonObject,
  name: string,
  max: number,
  notes: Notes,
): string | null {
  const value = fieldOf(object, name);
  if (value === undefined) return null;
  const text = readText(value, max, notes);
  if (text !== "") return text;
  if (value === null || typeof value === "string") notes.add("text-empty");
  return null;
}

/** Half a character, or a NUL: databases and terminals choke on them. */
const broken = /[\0\p{Surrogate}]/u;
const allBroken = /[\0\p{Surrogate}]/gu;

/** Cuts a text, and replaces what is no character. */
export function clean(text: string, max: number, notes: Notes): string {
  let kept = text;
  if (kept.length > max) {
    notes.add("text-cut");
    // Not through the middle of a character.
    const last = kept.charCodeAt(max - 1);
    kept = kept.slice(0, last >= 0xd800 && last < 0xdc00 ? max - 1 : max);
  }
  if (!broken.test(kept)) return kept;
  notes.add("text-broken");
  return wellFormed(kept);
}

/** Replaces what is no character. */
export function wellFormed(text: string): string {
  return broken.test(text) ? text.replace(allBroken, "\ufffd") : text;
}

/** A host name as it is compared: lower case, without a final dot. */
export function plainHost(text: string): string {
  const lower = text.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}
