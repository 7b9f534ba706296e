/**
 * One file of `dist/`, as the plan sees it. The command renders it where there is something to render,
 * has it verified, and hands it to the writer.
 */
export const phases = ["policy", "server", "record"] as const;
/** Written in this order (policy first, DNS second), so that a build killed at any moment is safe to serve. */
export type Phase = (typeof phases)[number];

interface OutputFile {
  /** Path below `dist/`, with `/`; made of validated names only. */
  readonly path: string;
  readonly phase: Phase;
}

/** What a file is made from, not yet its bytes. */
export interface RenderedOutput extends OutputFile {
  readonly kind: "rendered";
  /** Name of the template below `templates/`, without `.hbs`, such as `caddy/sites-per-host.caddy`. */
  readonly template: string;
  /** What the template sees. Plain data: strings, numbers, booleans, null, arrays, objects. */
  readonly data: unknown;
  /**
   * Reads the rendered text again and says in one line how it differs from what was declared; null
   * when it does not. A template may be the site's own, so nothing it renders is believed.
   */
  readonly verify: (text: string) => string | null;
}

/** A file whose bytes are known: a policy that was rendered and verified before, an empty marker. */
export interface FixedOutput extends OutputFile {
  readonly kind: "fixed";
  readonly text: string;
}

/** A file of which there may be very many: while its key is the same it need not be made again. */
export interface KeyedOutput extends OutputFile {
  readonly kind: "keyed";
  /** Names everything that the file is made from, but its templates and the program. */
  readonly key: string;
  /** Names of the templates that its text depends on. */
  readonly templates: readonly string[];
  readonly make: () => RenderedOutput;
  /** Its text, where it was rendered for another file before; else null. */
  readonly rendered?: () => string | null;
}

/** A file that is made at once, as every target makes its few. */
export type ReadyOutput = RenderedOutput | FixedOutput;

export type SiteOutput = ReadyOutput | KeyedOutput;
