/** The one shape of what may fail for a reason that the user can do something about. */
import type { Diagnostic } from "./diagnostic.ts";

/** A value, or why there is none: at least one problem. */
export type Result<T, P = Diagnostic> = Success<T> | Failure<P>;

export interface Success<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Failure<P = Diagnostic> {
  readonly ok: false;
  readonly problems: readonly P[];
}

/** Makes a result that holds a value. */
export function success<T>(value: T): Success<T> {
  return { ok: true, value };
}

/** Makes a result that says why there is no value. */
export function failure<P>(...problems: readonly P[]): Failure<P> {
  return { ok: false, problems };
}

type ValueOf<R> = R extends Success<infer T> ? T : never;
type ProblemOf<R> = R extends Failure<infer P> ? P : never;

/** The values of several results, by name; or the problems of all of them. */
export function combine<R extends Readonly<Record<string, Result<unknown, unknown>>>>(
  results: R,
): Result<{ readonly [K in keyof R]: ValueOf<R[K]> }, ProblemOf<R[keyof R]>> {
  const problems: unknown[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, result] of Object.entries(results)) {
    if (result.ok) values[name] = result.value;
    else problems.push(...result.problems);
  }
  // tsc cannot follow the loop: every key has its value where nothing failed.
  const combined = problems.length === 0 ? success(values) : failure(...problems);
  return combined as Result<{ readonly [K in keyof R]: ValueOf<R[K]> }, ProblemOf<R[keyof R]>>;
}
