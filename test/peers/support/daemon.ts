/** Starts programs that keep running, and ends exactly those. */
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { programPath } from "./programs.ts";

export interface Launch {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running program; what it says is kept for the message of a failing test. */
export class Daemon {
  readonly name: string;
  readonly #child: ChildProcess;
  #said = "";

  constructor(program: string, args: readonly string[], { cwd, env }: Launch = {}) {
    this.name = program;
    this.#child = spawn(programPath(program), args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer) => {
      this.#said += chunk.toString("utf8");
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#child.on("error", (error) => {
      this.#said += String(error);
    });
    const kill = () => this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#child.once("exit", () => process.off("exit", kill));
  }

  /** The process id. Throws when the program did not even start. */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`${this.name} did not start: ${this.#said}`);
    return pid;
  }

  /** Everything that it has written to stdout and stderr. */
  get said(): string {
    return this.#said;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** null: it runs, or a signal has ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Ends it: politely, and after two seconds not. */
  async stop(): Promise<void> {
    if (!this.running || this.#child.pid === undefined) return;
    const ended = new Promise<void>((resolve) => {
      this.#child.once("exit", () => {
        resolve();
      });
    });
    this.#child.kill("SIGTERM");
    const patience = new AbortController();
    await Promise.race([
      ended,
      sleep(2000, undefined, { signal: patience.signal }).then(
        () => this.#child.kill("SIGKILL"),
        () => false,
      ),
    ]);
    await ended;
    patience.abort();
  }

  /** Tries again and again until the probe gives a value; throws with what the program said. */
  async until<T>(
    what: string,
    probe: () => Promise<T | null> | T | null,
    timeoutMs = 20_000,
  ): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const value = await probe();
      if (value !== null) return value;
      if (!this.running) throw new Error(`${this.name} ended before ${what}:\n${this.#said}`);
      if (Date.now() > deadline) throw new Error(`${this.name}: no ${what}:\n${this.#said}`);
      await sleep(50);
    }
  }
}
