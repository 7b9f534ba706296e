/** What a command may touch of the world it runs in; main.ts fills it from the process. */
export interface Io {
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress, diagnostics for people, advice. */
  readonly err: (text: string) => void;
  readonly readStdin: () => Promise<Uint8Array>;
  /** Resolves when the process is asked to end; asking twice ends it. */
  readonly stopRequested: () => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout and stderr are terminals, and so may be coloured or carry a progress bar. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
}

/**
 * 0 clean or warnings only; 1 findings, or an invalid text given to `lint`; 2 usage, configuration,
 * unreadable input; 3 could not measure.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** Whether colours go to a stream (https://no-color.org). */
export function wantsColour(io: Io, isTerminal: boolean): boolean {
  const no = io.env["NO_COLOR"];
  return isTerminal && (no === undefined || no === "") && io.env["TERM"] !== "dumb";
}
