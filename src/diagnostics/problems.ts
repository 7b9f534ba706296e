import { severityOf, type CodeArgs, type DiagnosticCode } from "./catalogue.ts";
import { problem, type Parsed, type Problem } from "./diagnostic.ts";

/** More than this in one text helps nobody and, in a hostile text, costs memory. */
const maxProblems = 1000;

/** Collects the problems of one text, and turns them into the parser's answer. The first error is never dropped. */
export class Problems {
  readonly #found: Problem[] = [];
  #failed = false;

  add<C extends DiagnosticCode>(code: C, args: CodeArgs<C>, offset: number, length: number): void {
    this.push(problem(code, args, offset, length));
  }

  push(found: Problem): void {
    const first = !this.#failed && severityOf(found.code) === "error";
    if (first) this.#failed = true;
    if (first || this.#found.length < maxProblems) this.#found.push(found);
  }

  /** Whether an error is among them. */
  get failed(): boolean {
    return this.#failed;
  }

  /** All of them, by offset. */
  sorted(): Problem[] {
    return [...this.#found].sort((a, b) => a.offset - b.offset);
  }

  /** The parser's answer; `value` is null only where an error was added. */
  answer<T>(value: T | null): Parsed<T> {
    if (this.#failed) return { ok: false, problems: this.sorted() };
    if (value === null) throw new Error("a parser gave neither a value nor an error");
    return { ok: true, value, warnings: this.sorted() };
  }
}
