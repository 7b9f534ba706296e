/**
 * One file of `dist/`, as the plan sees it: what it is made from, not yet its bytes. The command
 * renders it, has it verified, and hands it to the writer.
 */
export const phases = ["policy", "server", "record"] as const;
/** Written in this order (policy first, DNS second), so that a build killed at any moment is safe to serve. */
export type Phase = (typeof phases)[number];

export interface Output {
  /** Path below `dist/`, with `/`; made of validated names only. */
  readonly path: string;
  readonly phase: Phase;
  /** Name of the template below `templates/`, without `.hbs`, such as `caddy/sites.caddy`. */
  readonly template: string;
  /** What the template sees. Plain data: strings, numbers, booleans, arrays, objects. */
  readonly data: unknown;
  /**
   * Reads the rendered text again and says in one line how it differs from what was declared; null
   * when it does not. A template may be the site's own, so nothing it renders is believed.
   */
  readonly verify: (text: string) => string | null;
}
