/** The options of a command line, read and checked. Names are as they are typed, without the dashes: `https-port`. */
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../diagnostics/result.ts";

/** Values by name, as the command line parser gives them. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** The bounds of a number, inclusive, and what it is where the option is not given. */
export interface NumberSpec {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

export class Options {
  readonly #verb: string;
  readonly #values: OptionValues;

  /** `verb` is named in fixes: `reports fetch`. */
  constructor(verb: string, values: OptionValues) {
    this.#verb = verb;
    this.#values = values;
  }

  /** The value of an option that takes one; null where it is not given. */
  text(name: string): string | null {
    const value = this.#values[camelCase(name)];
    return typeof value === "string" ? value : null;
  }

  /** Whether a flag is given. */
  flag(name: string): boolean {
    return this.#values[camelCase(name)] === true;
  }

  /** A flag and its `--no-` form: null where neither is given. */
  choice(name: string): boolean | null {
    const value = this.#values[camelCase(name)];
    return typeof value === "boolean" ? value : null;
  }

  /** A whole number. */
  number(name: string, { min, max, default: normal }: NumberSpec): Result<number> {
    const text = this.text(name);
    if (text === null) return success(normal);
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value >= min && value <= max) return success(value);
    const expected = `a whole number from ${String(min)} to ${String(max)}`;
    return this.wrong(name, text, expected, String(normal));
  }

  /**
   * A value that a function reads, and for which null means that it cannot be read. Where the option is not
   * given, the value is null.
   */
  parsed<T>(
    name: string,
    parse: (text: string) => T | null,
    expected: string,
    example: string,
  ): Result<T | null> {
    const text = this.text(name);
    if (text === null) return success(null);
    const value = parse(text);
    return value === null ? this.wrong(name, text, expected, example) : success(value);
  }

  /** Says that a value is not what is expected; `example` is a value that is. */
  wrong(name: string, value: string, expected: string, example: string) {
    return failure(
      diagnostic("usage/value", {
        option: `--${name}`,
        value,
        expected,
        example: `stspress ${this.#verb} --${name} ${example}`,
      }),
    );
  }

  /** Says that options or operands do not go together; `example` is what follows the verb. */
  conflict(detail: string, example: string) {
    const command = `stspress ${this.#verb} ${example}`.trim();
    return failure(diagnostic("usage/combination", { detail, example: command }));
  }
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
