/** Writes evidence as it arrives, so that an audit of many domains does not hold it in memory. */
import fs from "node:fs";
import type { DomainEvidence, Evidence, MxHostEvidence } from "../evidence.ts";

/** An evidence file, written as `<file>.tmp` and renamed when it is complete. */
export class EvidenceFile {
  readonly #file: string;
  readonly #temporary: string;
  readonly #stream: fs.WriteStream;
  #failed: Error | null = null;
  #domains = 0;

  /** @throws Error where the file cannot be created. */
  constructor(file: string, version: Evidence["version"]) {
    this.#file = file;
    this.#temporary = `${file}.tmp`;
    const handle = fs.openSync(this.#temporary, "w");
    this.#stream = fs.createWriteStream("", { fd: handle });
    this.#stream.on("error", (error) => (this.#failed = error));
    this.#stream.write(`{"version":${String(version)},"domains":[\n`);
  }

  /** Adds a domain; waits while the disk is behind. */
  async add(evidence: DomainEvidence): Promise<void> {
    const text = `${this.#domains === 0 ? "" : ",\n"}${JSON.stringify(evidence)}`;
    this.#domains += 1;
    if (!this.#stream.write(text) && this.#failed === null) {
      await this.#drained();
    }
  }

  /**
   * Adds the MX hosts and puts the file in its place.
   *
   * @throws Error where something could not be written; then `<file>.tmp` is removed.
   */
  async finish(mxHosts: readonly MxHostEvidence[]): Promise<void> {
    this.#stream.write('\n],"mxHosts":{');
    for (const [index, one] of mxHosts.entries()) {
      const key = JSON.stringify(one.host);
      this.#stream.write(`${index === 0 ? "\n" : ",\n"}${key}:${JSON.stringify(one)}`);
    }
    this.#stream.end("\n}}\n");
    // A stream that failed is closed already.
    if (!this.#stream.closed) {
      await new Promise<void>((resolve) => this.#stream.once("close", resolve));
    }
    try {
      if (this.#failed !== null) throw this.#failed;
      fs.renameSync(this.#temporary, this.#file);
    } catch (error) {
      fs.rmSync(this.#temporary, { force: true });
      throw error;
    }
  }

  /** Waits until the stream takes more, or takes no more at all. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.#stream.off("drain", go).off("close", go);
        resolve();
      };
      this.#stream.on("drain", go).on("close", go);
    });
  }
}
