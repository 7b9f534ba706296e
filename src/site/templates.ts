/**
 * Handlebars templates of everything generated. A site may override any of them by name, so a
 * template is input like a YAML file: its mistakes are told with their place, it sees plain data only,
 * and it reaches nothing else: no prototypes, no partials, no helpers beyond the few below.
 */
import Handlebars from "handlebars";
import { diagnostic, type Diagnostic, type Place } from "../diagnostics/diagnostic.ts";

/** Where a template came from, and its text. */
export interface TemplateSource {
  /** As it is to be shown: relative to the site folder, or to the program for a built-in one. */
  readonly file: string;
  readonly text: string;
}

export interface Renderer {
  /**
   * Renders a template with plain data: strings, numbers, booleans, null, arrays, objects. A name
   * that the data lacks is an error; what may be missing is given as null.
   *
   * @throws TemplateError for a mistake in the template.
   */
  readonly render: (name: string, data: unknown) => string;
  /** The text of a template, as it was read. */
  readonly sourceOf: (name: string) => string;
}

/** A mistake in a template. */
export class TemplateError extends Error {
  readonly diagnostic: Diagnostic;
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;

  constructor(found: Diagnostic, message: string, place: Place, cause?: unknown) {
    super(`${place.file}:${String(place.line)}:${String(place.column)}: ${message}`, { cause });
    this.diagnostic = found;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }
}

/** Templates whose lines end in CRLF once rendered (RFC 8461 §3.2); in the sources all end in LF. */
const crlfTemplates: ReadonlySet<string> = new Set(["mta-sts.txt"]);

const helpers: Readonly<Record<string, (value: unknown) => string>> = {
  /** The value as JSON on one line; safe inside a script, too. */
  json: (value) => JSON.stringify(value).replace(/[<\u2028\u2029]/g, escapeUnit),
};

const knownHelpers = { log: false, lookup: false, json: true } as const;

const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Makes a renderer of templates by name, such as `caddy/sites.caddy`; each is compiled once, when it is first used. */
export function compileTemplates(sources: ReadonlyMap<string, TemplateSource>): Renderer {
  const environment = Handlebars.create();
  for (const [name, helper] of Object.entries(helpers)) environment.registerHelper(name, helper);
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  const find = (name: string): TemplateSource => {
    const source = sources.get(name);
    if (source === undefined) throw new Error(`there is no template ${name}`);
    return source;
  };
  return {
    sourceOf: (name) => find(name).text,
    render(name, data) {
      const source = find(name);
      let template = compiled.get(name);
      if (template === undefined) {
        template = compile(environment, name, source);
        compiled.set(name, template);
      }
      const text = run(template, source, data);
      return crlfTemplates.has(name) ? text.replaceAll("\n", "\r\n") : text;
    },
  };
}

function compile(
  environment: typeof Handlebars,
  name: string,
  source: TemplateSource,
): Handlebars.TemplateDelegate {
  let program: hbs.AST.Program;
  try {
    // A checkout on Windows must render the same bytes.
    program = environment.parse(source.text.replaceAll("\r\n", "\n"));
  } catch (error) {
    throw syntaxError(source, error);
  }
  new Boundaries(source).accept(program);
  return environment.compile(program, {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers,
    noEscape: !name.endsWith(".html"),
  });
}

function run(template: Handlebars.TemplateDelegate, source: TemplateSource, data: unknown): string {
  try {
    return template(data, {
      allowProtoPropertiesByDefault: false,
      allowProtoMethodsByDefault: false,
    });
  } catch (error) {
    const message = messageOf(error);
    const unknown =
      /^"(.+)" not defined in /.exec(message) ?? /the unknown helper (\S+)/.exec(message);
    if (unknown?.[1] === undefined) throw syntaxError(source, error);
    throw unknownName(source, unknown[1], spanOf(error), error);
  }
}

/** Refuses what would reach beyond the data, and names that the data lacks. */
class Boundaries extends Handlebars.Visitor {
  readonly #source: TemplateSource;

  constructor(source: TemplateSource) {
    super();
    this.#source = source;
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    const reached = path.parts.find((part) => inherited.has(part));
    if (reached !== undefined) throw unknownName(this.#source, reached, startOf(path));
    // Handlebars itself is strict about `{{name}}` only, not about `{{#if name}}`.
    (path as { strict?: boolean }).strict = true;
  }

  override PartialStatement(statement: hbs.AST.PartialStatement): void {
    this.#refuse(statement);
  }

  override PartialBlockStatement(statement: hbs.AST.PartialBlockStatement): void {
    this.#refuse(statement);
  }

  override Decorator(statement: hbs.AST.Decorator): void {
    this.#refuse(statement);
  }

  override DecoratorBlock(statement: hbs.AST.DecoratorBlock): void {
    this.#refuse(statement);
  }

  #refuse(node: hbs.AST.Node): never {
    const detail = "partials are not supported";
    throw syntax(this.#source, detail, startOf(node));
  }
}

/** Line from 1, column from 0, as Handlebars counts. */
interface Start {
  readonly line: number;
  readonly column: number;
}

function startOf(node: hbs.AST.Node): Start {
  return node.loc.start;
}

function spanOf(error: unknown): Start {
  const { lineNumber, column } = error as { lineNumber?: number; column?: number };
  return { line: lineNumber ?? 1, column: column ?? 0 };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The parser tells the line inside its message, and no column. */
function syntaxError(source: TemplateSource, error: unknown): TemplateError {
  const [first = "", ...rest] = messageOf(error).split("\n");
  const line = /^Parse error on line (\d+):$/.exec(first)?.[1];
  if (line === undefined) {
    return syntax(source, first.replace(/ - \d+:\d+$/, ""), spanOf(error), error);
  }
  const detail = (rest.at(-1) ?? first).replaceAll("'", "");
  return syntax(source, detail, { line: Number(line), column: 0 }, error);
}

function syntax(
  source: TemplateSource,
  detail: string,
  start: Start,
  cause?: unknown,
): TemplateError {
  const place = placeOf(source, start, 1);
  return new TemplateError(diagnostic("template/syntax", { detail }, place), detail, place, cause);
}

function unknownName(
  source: TemplateSource,
  name: string,
  start: Start,
  cause?: unknown,
): TemplateError {
  const place = placeOf(source, start, name.length);
  return new TemplateError(
    diagnostic("template/unknown-name", { name }, place),
    `unknown name ${name}`,
    place,
    cause,
  );
}

function placeOf(source: TemplateSource, start: Start, length: number): Place {
  const lines = source.text.split(/\r?\n/);
  const line = Math.min(start.line, lines.length);
  const text = lines[line - 1] ?? "";
  return {
    file: source.file,
    line,
    column: Math.min(start.column, text.length) + 1,
    length,
    text,
  };
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
