/** Lists of texts, in the shapes that senders give them: `policy-string` and `mx-host`. */
import { maxPolicyText } from "./bounds.ts";
import { clean, type Notes } from "./field.ts";

/** What was found out about a list's shape. */
export interface Texts {
  readonly texts: readonly string[];
  /** It is one string instead of an array. */
  readonly isString: boolean;
  /** A string holds a JSON array. */
  readonly isStringified: boolean;
  /** There are more than the bound; the rest was left out. */
  readonly isCut: boolean;
}

/** Reads a list of texts. What is no text is left out, and noted. */
export function readTexts(
  value: unknown,
  maxTexts: number,
  maxLength: number,
  notes: Notes,
): Texts {
  const isString = typeof value === "string";
  const given: readonly unknown[] = Array.isArray(value) ? value : value == null ? [] : [value];
  const texts: string[] = [];
  let isStringified = false;
  let isCut = false;
  for (const one of given) {
    if (texts.length >= maxTexts) {
      isCut = true;
      break;
    }
    if (typeof one !== "string") {
      notes.add("field-type");
      if (typeof one === "number") texts.push(String(one));
      continue;
    }
    const inner = parseList(one);
    if (inner === null) {
      texts.push(clean(one, maxLength, notes));
      continue;
    }
    isStringified = true;
    for (const text of inner.slice(0, maxTexts)) texts.push(clean(text, maxLength, notes));
    isCut ||= inner.length > maxTexts;
  }
  return { texts, isString: isString && value !== "", isStringified, isCut };
}

/** The texts of a stringified array; null where a text is none. */
function parseList(text: string): readonly string[] | null {
  if (!/^\s*\[/.test(text) || text.length > maxPolicyText) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : null;
  } catch {
    return null;
  }
}
