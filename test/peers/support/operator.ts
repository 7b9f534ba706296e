/** Somebody who runs a site with the compiled program, at moments of months to come, and does what it prints. */
import fs from "node:fs";
import path from "node:path";
import { policyHostAddress, type MxLabel, type SenderLab } from "./sender-lab.ts";
import { repository } from "./site.ts";
import type { TimedSender } from "./timed-senders.ts";

export const hour = 3600;
export const day = 86_400;

/** What a command of stspress printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `stspress history --json`, as far as it is needed. */
export interface History {
  /** Until when senders may hold an earlier policy; `open`: nobody knows yet; null: none. */
  readonly hold: string | null;
  readonly current: { readonly id: string; readonly announced: string | null };
  readonly outlook: readonly { readonly what: string; readonly from: string | null }[];
}

/** What a simulation says of one kind of sender, in the order of time. */
export interface Foretold {
  readonly outcome: "delivers" | "defers" | "refuses";
  readonly loss: boolean;
  readonly to: string | null;
}

export class Operator {
  readonly domains: readonly string[];
  readonly #lab: SenderLab;
  readonly #site: string;
  /** Who grows older while time passes here. */
  readonly #senders: readonly TimedSender[];
  readonly #mx = new Map<string, readonly MxLabel[]>();
  readonly #announced = new Map<string, string>();
  #now: number;

  /** Everything begins at `start`, in Unix seconds, with `mx1` as the only MX host. */
  constructor(
    lab: SenderLab,
    {
      domains,
      senders,
      start,
    }: { domains: readonly string[]; senders: readonly TimedSender[]; start: number },
  ) {
    this.#lab = lab;
    this.domains = domains;
    this.#senders = senders;
    this.#now = start;
    this.#site = fs.mkdtempSync(path.join(lab.folder, "site-"));
    fs.mkdirSync(path.join(this.#site, "domains"));
    fs.writeFileSync(
      path.join(this.#site, "stspress.yaml"),
      `targets:\n  caddy:\n    address: [${policyHostAddress}]\n`,
    );
    for (const domain of domains) this.#mx.set(domain, ["mx1"]);
  }

  get now(): number {
    return this.#now;
  }

  async pass(seconds: number): Promise<void> {
    this.#now += seconds;
    await Promise.all(this.#senders.map((sender) => sender.pass(seconds)));
  }

  /** Runs the program at this moment. */
  async stspress(...args: readonly string[]): Promise<Printed> {
    const epoch = `SOURCE_DATE_EPOCH=${String(this.#now)}`;
    const cli = [process.execPath, path.join(repository, "build", "cli.js")];
    const { code, stdout, stderr } = await this.#lab.run("env", [
      ...["CI=", "NO_COLOR=1", epoch],
      ...[...cli, ...args, "--site", this.#site],
    ]);
    return { code, out: stdout.toString("utf8"), err: stderr };
  }

  /** Writes the file of every domain, or of one; hosts by their first labels. */
  declare(mode: "enforce" | "testing", mx: readonly MxLabel[], domains = this.domains): void {
    for (const domain of domains) {
      const hosts = mx.map((label) => `${label}.${domain}`).join(", ");
      fs.writeFileSync(
        path.join(this.#site, "domains", `${domain}.yaml`),
        `domain: ${domain}\nmta-sts:\n  mode: ${mode}\n  mx: [${hosts}]\n  max_age: 7d\n`,
      );
    }
  }

  deploy(): void {
    this.#lab.deploy(path.join(this.#site, "dist", "site"));
  }

  /** Publishes the records of the last build: with `_mta-sts`, or with what was announced before. */
  async publish({ announce = false } = {}): Promise<void> {
    for (const domain of this.domains) {
      if (announce) {
        const record = this.#records(domain).find((line) => line.startsWith("_mta-sts."));
        this.#announced.set(domain, record ?? "");
      }
      await this.#publishZone(domain);
    }
  }

  async moveMx(domain: string, mx: readonly MxLabel[]): Promise<void> {
    this.#mx.set(domain, mx);
    await this.#publishZone(domain);
  }

  /** Runs `stspress live --pending`, which connects to the policy host and the name server. */
  async look(): Promise<Printed> {
    await this.#lab.setClock(this.#now);
    const trust = ["--ca", this.#lab.caFile, "--allow-private"];
    return this.stspress("live", "--pending", ...trust);
  }

  async history(domain: string): Promise<History> {
    const printed = await this.stspress("history", domain, "--json");
    return JSON.parse(printed.out) as History;
  }

  /** What `stspress simulate` says of a kind of sender at worst, if MX and announcement are as in `plan`. */
  async simulate(
    domain: string,
    kind: string,
    ...plan: readonly string[]
  ): Promise<readonly Foretold[]> {
    const { out, err } = await this.stspress("simulate", domain, "--json", ...plan);
    const told = JSON.parse(out) as {
      readonly domains?: readonly {
        readonly senders: readonly {
          readonly sender: string;
          readonly timeline: readonly Foretold[];
        }[];
      }[];
    };
    const found = told.domains?.[0]?.senders.find(({ sender }) => sender === kind);
    if (found === undefined) throw new Error(`nothing was simulated of ${kind}:\n${out}${err}`);
    return found.timeline;
  }

  async #publishZone(domain: string): Promise<void> {
    const records = this.#records(domain).filter((line) => !line.startsWith("_mta-sts."));
    const announced = this.#announced.get(domain) ?? "";
    await this.#lab.publish(domain, this.#mx.get(domain) ?? [], [...records, announced]);
  }

  #records(domain: string): string[] {
    const file = path.join(this.#site, "dist", "dns", `${domain}.zone`);
    return fs.readFileSync(file, "utf8").split("\n");
  }
}
