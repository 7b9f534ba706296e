/** What the compiled program does to the files of a site, in order; see file-trace.mjs. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { SiteFolder } from "./site-folder.ts";

const preload = pathToFileURL(path.join(import.meta.dirname, "file-trace.mjs")).href;

/** The operation before which a traced program kills itself: the `nth` that has `text` in its line. */
export interface Kill {
  readonly nth: number;
  readonly text: string;
}

/** A log of what the runs with its environment do to the files of one site. */
export class FileTrace {
  readonly #root: string;
  readonly #log = new SiteFolder().at("log");

  constructor(site: { readonly root: string }) {
    this.#root = fs.realpathSync(site.root);
  }

  env(kill?: Kill): Record<string, string> {
    return {
      NODE_OPTIONS: `--import ${preload}`,
      TRACE_ROOT: this.#root,
      TRACE_LOG: this.#log,
      ...(kill === undefined ? {} : { TRACE_KILL: `${String(kill.nth)} ${kill.text}` }),
    };
  }

  /** The operations since it was last asked, in order. Those that make up the mutex are left out. */
  take(): string[] {
    const lines = fs.readFileSync(this.#log, "utf8").trimEnd().split("\n");
    fs.rmSync(this.#log);
    return lines.filter((line) => !/ \.stspress(?:\/(?:writing|\.gitignore)|$)/.test(line));
  }
}
