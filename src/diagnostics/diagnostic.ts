/**
 * What is said about something the user wrote. Expected problems are values of these types, never
 * exceptions: parsers collect {@link Problem}s at offsets, and whoever knows the file turns them into
 * {@link Diagnostic}s with a line and a column.
 */
import type { CodeArgs, DiagnosticCode } from "./catalogue.ts";

export type { DiagnosticCode } from "./catalogue.ts";

/** A stretch of a text, in UTF-16 code units from its beginning. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** A problem in one text, before anyone knows which file the text came from. */
export type Problem<C extends DiagnosticCode = DiagnosticCode> = {
  [K in C]: { readonly code: K; readonly args: CodeArgs<K> } & Span;
}[C];

/**
 * What a parser makes of a text: the value and what deserves a warning, or why there is none.
 * `problems` holds at least one problem of severity `error`; warnings may stand among them.
 */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Where in a file: line and column count from 1, columns in code points as an editor shows them. */
export interface Place {
  /** Path relative to the site folder, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Code points under the caret, at least 1; never beyond the end of the line. */
  readonly length: number;
  /** The whole offending line, without its terminator; "" when it could not be read. */
  readonly text: string;
}

/** One thing to tell the user, with the place when there is one. */
export type Diagnostic<C extends DiagnosticCode = DiagnosticCode> = {
  [K in C]: {
    readonly code: K;
    readonly args: CodeArgs<K>;
    readonly place?: Place;
    /** Other places that matter, such as the first declaration of a duplicate. */
    readonly related?: readonly Place[];
  };
}[C];

/** Makes a problem; the code decides which arguments it needs. */
export function problem<C extends DiagnosticCode>(
  code: C,
  args: CodeArgs<C>,
  offset: number,
  length: number,
): Problem {
  // One generic pair of code and args is exactly one member of the union; tsc cannot see that.
  return { code, args, offset, length } as unknown as Problem;
}

/** Makes a diagnostic; the code decides which arguments it needs. */
export function diagnostic<C extends DiagnosticCode>(
  code: C,
  args: CodeArgs<C>,
  place?: Place,
  related?: readonly Place[],
): Diagnostic {
  return {
    code,
    args,
    ...(place === undefined ? {} : { place }),
    ...(related === undefined || related.length === 0 ? {} : { related }),
  } as unknown as Diagnostic;
}

/** Gives a problem its place in a file's text. */
export function locate(file: string, text: string, found: Problem): Diagnostic {
  return diagnostic(found.code, found.args, placeAt(file, text, found));
}

/** Turns a span of a text into line, column and the offending line. */
export function placeAt(file: string, text: string, span: Span): Place {
  const offset = Math.max(0, Math.min(span.offset, text.length));
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
    start = at + 1;
  }
  const newline = text.indexOf("\n", start);
  let end = newline === -1 ? text.length : newline;
  if (end > start && text.charCodeAt(end - 1) === 0x0d) end -= 1;
  const stop = Math.max(Math.min(offset + span.length, end), offset);
  return {
    file,
    line,
    column: codePoints(text.slice(start, offset)) + 1,
    length: Math.max(1, codePoints(text.slice(offset, stop))),
    text: text.slice(start, end),
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Orders by file, line, column, then code, so that two runs print the same. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.place?.file ?? "", b.place?.file ?? "") ||
    (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
    (a.place?.column ?? 0) - (b.place?.column ?? 0) ||
    compareText(a.code, b.code)
  );
}

/** Orders by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
