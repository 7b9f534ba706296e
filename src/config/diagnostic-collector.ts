/** Collects what is to be said about one file, within bounds. */
import { severityOf, type CodeArgs } from "../diagnostics/catalogue.ts";
import {
  diagnostic,
  type Diagnostic,
  type DiagnosticCode,
  type Parsed,
  type Problem,
} from "../diagnostics/diagnostic.ts";
import type { YamlPath } from "./site-config.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Of one code in one file, so many are shown; the others are counted. */
const maxPerCode = 200;
/** Each diagnostic carries its line, and a line may be as long as the file. */
const maxLineText = 2_000_000;

export class DiagnosticCollector {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: YamlSource;
  readonly #counts = new Map<DiagnosticCode, number>();
  #lineText = 0;
  #failed = false;

  constructor(source: YamlSource) {
    this.#source = source;
  }

  /** Whether an error was among what was said. */
  failed(): boolean {
    return this.#failed;
  }

  /** Says something about a key or a value, and names other places that matter. */
  add<C extends DiagnosticCode>(
    code: C,
    args: CodeArgs<C>,
    path: YamlPath,
    at: "key" | "value" = "value",
    related: readonly YamlPath[] = [],
  ): void {
    if (!this.#admits(code)) return;
    const others = related.map((other) => this.#source.place(other, at));
    this.#add(diagnostic(code, args, this.#source.place(path, at), others));
  }

  /** Passes on what a parser found in the text at `path`; gives the value, or null. */
  take<T>(path: YamlPath, parsed: Parsed<T>, at: "key" | "value" = "value"): T | null {
    const problems: readonly Problem[] = parsed.ok ? parsed.warnings : parsed.problems;
    for (const found of problems) {
      if (this.#admits(found.code)) this.#add(this.#source.locate(path, found, at));
    }
    return parsed.ok ? parsed.value : null;
  }

  /** Everything said, with the count of what was left out. */
  finish(): Diagnostic[] {
    for (const [code, count] of this.#counts) {
      const shown = this.diagnostics.reduce((sum, found) => sum + (found.code === code ? 1 : 0), 0);
      if (count > shown) {
        const place = this.#source.place([]);
        this.diagnostics.push(diagnostic("config/more", { code, count: count - shown }, place));
      }
    }
    return this.diagnostics;
  }

  #admits(code: DiagnosticCode): boolean {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (severityOf(code) === "error") this.#failed = true;
    return count === 1 || (count <= maxPerCode && this.#lineText < maxLineText);
  }

  #add(found: Diagnostic): void {
    this.#lineText += found.place?.text.length ?? 0;
    this.diagnostics.push(found);
  }
}
