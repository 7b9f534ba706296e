/** A network of one's own, with every port free; it ends with its holder. */
import { spawnSync } from "node:child_process";
import { Daemon } from "./daemon.ts";
import { findProgram } from "./programs.ts";
import { run, runOk, type Ended } from "./run.ts";

const asRoot = process.getuid?.() === 0;
const make = asRoot ? ["--net"] : ["--net", "--user", "--map-root-user"];
const enter = asRoot ? ["--net"] : ["--net", "--user", "--preserve-credentials"];

/** Whether this machine lets us make one. */
export const canMakeNamespaces =
  findProgram("unshare") !== null &&
  spawnSync("unshare", [...make, "true"], { stdio: "ignore" }).status === 0;

export class NetworkNamespace {
  readonly #holder: Daemon;
  readonly #enter: readonly string[];

  private constructor(holder: Daemon, ways: readonly string[]) {
    this.#holder = holder;
    this.#enter = ways;
  }

  /** With `mounts`, files can be mounted over others inside without anybody outside seeing it; as root only. */
  static async make({ mounts = false } = {}): Promise<NetworkNamespace> {
    const script = "ip link set lo up && echo up && exec sleep 3600";
    const own = mounts ? ["--mount", "--propagation", "private"] : [];
    const holder = new Daemon("unshare", [...make, ...own, "sh", "-c", script], {
      env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
    });
    await holder.until("loopback interface", () => (holder.said.includes("up") ? true : null));
    return new NetworkNamespace(holder, mounts ? [...enter, "--mount"] : enter);
  }

  /** The arguments that make nsenter run a program inside. */
  #inside(program: string, args: readonly string[]): string[] {
    return ["--target", String(this.#holder.pid), ...this.#enter, "--", program, ...args];
  }

  run(program: string, args: readonly string[]): Promise<Ended> {
    return run("nsenter", this.#inside(program, args));
  }

  runOk(program: string, args: readonly string[]): Promise<string> {
    return runOk("nsenter", this.#inside(program, args));
  }

  /** Starts a program inside. It becomes the nsenter process itself, so stopping it ends it. */
  start(program: string, args: readonly string[]): Daemon {
    return new Daemon("nsenter", this.#inside(program, args));
  }

  async stop(): Promise<void> {
    await this.#holder.stop();
  }
}
