/**
 * One YAML document, read strictly: the only importer of `yaml`. What it gives is plain data and,
 * late, the place of any key or value. Tags, anchors, aliases and directives are refused: nothing
 * here needs them, and a file without them means what it looks like.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import {
  diagnostic,
  placeAt,
  problem,
  type Diagnostic,
  type Place,
  type Problem,
  type Span,
} from "../diagnostics/diagnostic.ts";
import type { YamlPath } from "./site-config.ts";
import { decode } from "./bytes.ts";
import { maxDepth, syntaxProblem, wordAt } from "./yaml-syntax.ts";

/** Plain data; maps have no prototype. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

export interface YamlSource {
  readonly file: string;
  readonly value: Plain;
  /** Gives a key or a value its place; a path that leads nowhere gives the nearest that exists. */
  place(path: YamlPath, at?: "key" | "value"): Place;
  /** Gives a problem that a parser found in the text at `path` its place in the file. */
  locate(path: YamlPath, found: Problem, at?: "key" | "value"): Diagnostic;
}

export type YamlRead =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads bytes as one YAML document. Errors: `file/*`, the first one of each kind only. */
export function readYaml(file: string, bytes: Uint8Array): YamlRead {
  const { text, problem: found } = decode(bytes);
  if (found !== null) return { ok: false, diagnostics: [new Lines(file, text).locate(found)] };
  return readYamlText(file, text);
}

/** Reads a text as one YAML document. */
export function readYamlText(file: string, text: string): YamlRead {
  // Failsafe: every scalar arrives as its text, and core types are recognised below, so that
  // 0644, 1_000, .inf or yes never turn into something else. uniqueKeys is quadratic.
  const doc = parseDocument(text, { schema: "failsafe", uniqueKeys: false, prettyErrors: false });
  const lines = new Lines(file, text);
  const refuse = (found: Problem, related: readonly Span[] = []): YamlRead => {
    const place = lines.place(found);
    const others = related.map((span) => lines.place(span));
    return { ok: false, diagnostics: [diagnostic(found.code, found.args, place, others)] };
  };

  const explicit =
    doc.directives.yaml.explicit === true || Object.keys(doc.directives.tags).length > 1;
  const wrong = doc.errors[0];
  if (explicit || wrong?.code === "BAD_DIRECTIVE" || doc.warnings[0]?.code === "BAD_DIRECTIVE") {
    const offset = Math.max(0, text.search(/^%/m));
    const name = /^%[^\s]*/.exec(text.slice(offset, offset + 80))?.[0] ?? "%";
    return refuse(problem("file/directive", { name }, offset, name.length));
  }
  if (wrong !== undefined) return refuse(syntaxProblem(text, wrong));

  const reader = new Reader(text);
  const value = reader.read(doc.contents, 0);
  if (reader.problem !== null) return refuse(reader.problem, reader.related);
  return { ok: true, source: new Source(file, text, lines, doc.contents, value) };
}

/** Turns nodes into plain data, and stops at the first thing that is refused. */
class Reader {
  problem: Problem | null = null;
  related: readonly Span[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  read(node: unknown, depth: number): Plain {
    if (this.problem !== null || node === null || node === undefined) return null;
    if (isScalar(node)) {
      if (this.#isRefused(node)) return null;
      return plainScalar(node as Scalar<string>);
    }
    if (isAlias(node)) {
      this.#alias(node.source, spanOf(node));
      return null;
    }
    if ((!isSeq(node) && !isMap(node)) || this.#isRefused(node)) return null;
    if (depth === maxDepth) {
      const { offset, length } = spanOf(node);
      this.problem = problem("file/too-deep", { limit: maxDepth }, offset, length);
      return null;
    }
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    return this.#map(node.items, depth);
  }

  #map(items: readonly { readonly key: unknown; readonly value: unknown }[], depth: number): Plain {
    const map = Object.create(null) as { [key: string]: Plain };
    const seen = new Map<string, unknown>();
    for (const { key, value } of items) {
      if (this.problem !== null) return map;
      if (isAlias(key)) {
        this.#alias(key.source, spanOf(key));
        return map;
      }
      if (!isScalar(key) || isEmpty(key) || key.value === "__proto__") {
        const span =
          key === null || key === undefined ? { offset: 0, length: 1 } : spanOf(key as Node);
        this.problem = problem("file/key", {}, span.offset, span.length);
        return map;
      }
      if (this.#isRefused(key)) return map;
      const name = String(key.value);
      const first = seen.get(name);
      if (first !== undefined) {
        const { offset, length } = spanOf(key);
        this.problem = problem("file/duplicate-key", { key: name }, offset, length);
        this.related = [spanOf(first as Node)];
        return map;
      }
      seen.set(name, key);
      map[name] = this.read(value, depth + 1);
    }
    return map;
  }

  #alias(name: string, span: Span): void {
    // `mx: *.example.com` is what people write; YAML reads an alias named ".example.com".
    this.problem = name.includes(".")
      ? problem("file/unquoted-star", { text: `*${name}` }, span.offset, span.length)
      : problem("file/alias", { name }, span.offset, span.length);
  }

  #isRefused(node: Scalar | YAMLMap | YAMLSeq): boolean {
    if (node.anchor !== undefined) {
      const name = node.anchor;
      this.problem = this.#before(node, `&${name}`, (offset, length) =>
        problem("file/anchor", { name }, offset, length),
      );
      return true;
    }
    if (node.tag !== undefined) {
      const tag = node.tag;
      this.problem = this.#before(node, "!", (offset, length) =>
        problem("file/tag", { tag: wordAt(this.#text, offset) || tag }, offset, length),
      );
      return true;
    }
    return false;
  }

  /** Finds the property that stands before a node: its range begins behind it. */
  #before(node: Node, sign: string, make: (offset: number, length: number) => Problem): Problem {
    const { offset } = spanOf(node);
    let at = this.#text.lastIndexOf(sign, offset);
    // `!!str` is one tag, not two.
    if (sign === "!" && at > 0 && this.#text[at - 1] === "!") at -= 1;
    if (at === -1) at = offset;
    return make(at, Math.max(1, wordAt(this.#text, at).length));
  }
}

const truth = new Map([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
]);

/** Numbers are only what everybody reads alike: `0644` and `1_000` stay text, and are refused as such. */
function plainScalar(node: Scalar<string>): Plain {
  if (node.type !== "PLAIN") return node.value;
  if (isEmpty(node)) return null;
  const value = node.value;
  return truth.get(value) ?? (/^(0|[1-9][0-9]{0,14})$/.test(value) ? Number(value) : value);
}

function isEmpty(node: Scalar): boolean {
  return node.type === "PLAIN" && /^(~|null|Null|NULL)?$/.test(String(node.value));
}

function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 1];
  return { offset: start, length: Math.max(1, end - start) };
}

/** Places in one text without counting its lines each time. */
class Lines {
  readonly #file: string;
  readonly #text: string;
  #starts: number[] | null = null;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  place(span: Span): Place {
    const starts = (this.#starts ??= lineStarts(this.#text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= span.offset) low = middle;
      else high = middle - 1;
    }
    const start = starts[low] ?? 0;
    const line = this.#text.slice(start, starts[low + 1] ?? this.#text.length);
    const within = { offset: span.offset - start, length: span.length };
    return { ...placeAt(this.#file, line, within), line: low + 1 };
  }

  locate(found: Problem): Diagnostic {
    return diagnostic(found.code, found.args, this.place(found));
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

class Source implements YamlSource {
  readonly file: string;
  readonly value: Plain;
  readonly #text: string;
  readonly #lines: Lines;
  readonly #root: unknown;

  constructor(file: string, text: string, lines: Lines, root: unknown, value: Plain) {
    this.file = file;
    this.value = value;
    this.#text = text;
    this.#lines = lines;
    this.#root = root;
  }

  place(path: YamlPath, at: "key" | "value" = "value"): Place {
    const { key, value } = this.#find(path);
    return this.#lines.place(this.#spanFor(key, value, at));
  }

  locate(path: YamlPath, found: Problem, at: "key" | "value" = "value"): Diagnostic {
    const { key, value } = this.#find(path);
    const whole = this.#spanFor(key, value, at);
    const scalar = at === "key" ? key : value;
    if (!isScalar(scalar) || scalar.range == null) {
      return diagnostic(found.code, found.args, this.#lines.place(whole));
    }
    const [start, end] = scalar.range;
    const content = String(scalar.value);
    // Where escapes or folded lines lie between, an offset in the value says nothing about the source.
    const inset = this.#text.slice(start, end) === content ? 0 : 1;
    const span =
      this.#text.slice(start + inset, end - inset) === content
        ? { offset: start + inset + found.offset, length: found.length }
        : whole;
    return diagnostic(found.code, found.args, this.#lines.place(span));
  }

  #spanFor(key: Node | null, value: unknown, at: "key" | "value"): Span {
    if (at === "key" && key !== null) return spanOf(key);
    if (isScalar(value) && value.range != null && value.range[1] > value.range[0]) {
      return spanOf(value);
    }
    // A block collection spans lines: its key names it better.
    if ((isMap(value) || isSeq(value)) && (value.flow === true || key === null)) {
      return { ...spanOf(value), ...(value.flow === true ? {} : { length: 1 }) };
    }
    return key === null ? { offset: 0, length: 1 } : spanOf(key);
  }

  #find(path: YamlPath): { key: Node | null; value: unknown } {
    let key: Node | null = null;
    let value: unknown = this.#root;
    for (const step of path) {
      if (isMap(value)) {
        const pair = value.items.find(
          (item) => isScalar(item.key) && item.key.value === String(step),
        );
        if (pair === undefined) break;
        key = pair.key as Node;
        value = pair.value;
      } else if (isSeq(value) && typeof step === "number") {
        // An item has no key of its own; the list's key stands for what is not a scalar.
        value = value.items[step];
      } else {
        break;
      }
    }
    return { key, value };
  }
}
