/** What `yaml` finds wrong with a text, in the project's own terms; its messages are never shown. */
import { Parser, type CST } from "yaml";
import type { SyntaxReason } from "../diagnostics/catalogue/file.ts";
import { problem, type Problem } from "../diagnostics/diagnostic.ts";

/** More levels of maps and lists than this are refused. */
export const maxDepth = 16;

/** An error as `yaml` gives it. */
interface YamlError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** Turns the first error in a text into a problem. */
export function syntaxProblem(text: string, wrong: YamlError): Problem {
  const [start, end] = wrong.pos;
  const length = Math.max(1, end - start);
  switch (wrong.code) {
    case "MULTIPLE_DOCS":
      return problem("file/several-documents", {}, start, 3);
    case "RESOURCE_EXHAUSTION":
      // Where the engine's stack ended differs from one version of Node to the next.
      return problem(
        "file/too-deep",
        { limit: maxDepth },
        tooDeepAt(text.slice(0, start + 1)) ?? start,
        1,
      );
    case "BAD_ALIAS":
      return problem("file/unquoted-star", { text: wordAt(text, start) }, start, length);
    case "TAG_RESOLVE_FAILED":
    case "MULTIPLE_TAGS":
      return problem("file/tag", { tag: wordAt(text, start) }, start, length);
    case "MULTIPLE_ANCHORS":
    case "ALIAS_PROPS":
    case "BAD_PROP_ORDER":
      return problem("file/anchor", { name: wordAt(text, start).slice(1) }, start, length);
    default: {
      const { reason, offset } = reasonOf(text, wrong);
      // Where the text ends too early, its last character is shown, not the void behind it.
      const at = Math.min(offset, Math.max(0, text.trimEnd().length - 1));
      return problem("file/syntax", { reason }, at, Math.max(1, wordAt(text, at).length));
    }
  }
}

/** Where the first map or list begins that is within {@link maxDepth} others; without recursion. */
function tooDeepAt(text: string): number | null {
  const waiting: { readonly token: CST.Token; readonly depth: number }[] = [];
  for (const token of new Parser().parse(text)) {
    if (token.type === "document" && token.value) waiting.push({ token: token.value, depth: 0 });
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (!("items" in token)) continue;
    if (depth === maxDepth) return token.offset;
    for (const { key, value } of token.items.toReversed()) {
      for (const within of [value, key]) {
        if (within) waiting.push({ token: within, depth: depth + 1 });
      }
    }
  }
  return null;
}

/** The word that begins at an offset, without flow punctuation. */
export function wordAt(text: string, start: number): string {
  return /^[^\s,[\]{}]*/.exec(text.slice(start, start + 80))?.[0] ?? "";
}

interface Reason {
  readonly reason: SyntaxReason;
  readonly offset: number;
}

function reasonOf(text: string, { code, message, pos }: YamlError): Reason {
  const offset = pos[0];
  switch (code) {
    case "BAD_DQ_ESCAPE":
      return { reason: "escape", offset };
    case "BAD_INDENT":
      return message.startsWith("Flow")
        ? { reason: "closing-bracket", offset }
        : { reason: "indentation", offset: firstInLine(text, offset) };
    case "BAD_SCALAR_START":
      return { reason: "start", offset };
    case "BLOCK_IN_FLOW":
      return { reason: "comma", offset };
    case "BLOCK_AS_IMPLICIT_KEY":
      return nestedOrIndented(text, offset);
    case "KEY_OVER_1024_CHARS":
      return { reason: "long-key", offset };
    case "MULTILINE_IMPLICIT_KEY":
      return { reason: "colon-space", offset };
    case "TAB_AS_INDENT":
      return { reason: "tab", offset };
    case "MISSING_CHAR":
      if (/closing .*quote/.test(message)) return { reason: "closing-quote", offset };
      return { reason: message.startsWith("Missing ,") ? "comma" : "colon-space", offset };
    default:
      if (/Unexpected flow-(seq|map)-end/.test(message))
        return { reason: "surplus-bracket", offset };
      return { reason: message.endsWith("at node end") ? "after-value" : "unexpected", offset };
  }
}

/** `a: b: c` on one line, or a line that is indented as if it went on with the value above. */
function nestedOrIndented(text: string, offset: number): Reason {
  const line = /^[^\n]*/.exec(text.slice(offset, offset + 1000))?.[0] ?? "";
  if (/:\s|:$/.test(line.trimEnd())) return { reason: "nested-map", offset };
  const blank = line.trimStart();
  const next = blank === "" || blank.startsWith("-") ? offset : offset + line.length + 1;
  return { reason: "indentation", offset: firstInLine(text, next) };
}

function firstInLine(text: string, offset: number): number {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const blanks = /^\s*/.exec(text.slice(start))?.[0].length ?? 0;
  return start + blanks;
}
