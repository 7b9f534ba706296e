/**
 * Places for what is found out late, when all files were read and none is held any more: the file
 * is read again, and only where there is something to say.
 */
import { severityOf, type CodeArgs } from "../diagnostics/catalogue.ts";
import {
  compareDiagnostics,
  compareText,
  diagnostic,
  type Diagnostic,
  type DiagnosticCode,
  type Place,
} from "../diagnostics/diagnostic.ts";
import type { YamlPath } from "./site-config.ts";
import { readYamlText, type YamlRead } from "./yaml-source.ts";

/** Gives the text of a site file, or null where it cannot be read. */
export type ReadText = (file: string) => string | null;

/** A key or a value in one of the files. */
export interface YamlLocation {
  readonly file: string;
  readonly path: YamlPath;
  readonly at: "key" | "value";
}

/** Codes whose message names a domain and counts the others of which the same is true. */
type Counted = {
  [K in DiagnosticCode]: CodeArgs<K> extends { domain: string; others: number } ? K : never;
}[DiagnosticCode];

interface Pending {
  readonly code: DiagnosticCode;
  readonly args: unknown;
  readonly where: YamlLocation;
  readonly related: readonly YamlLocation[];
}

/** Of one code, so many are given a place; the others are counted. */
const maxPerCode = 1000;
const keptTexts = 8;

export class PlacedDiagnostics {
  #failed = false;
  readonly #pending: Pending[] = [];
  readonly #counted = new Map<string, { others: number }>();
  readonly #counts = new Map<DiagnosticCode, number>();
  readonly #readText: ReadText;
  readonly #texts = new Map<string, YamlRead | null>();

  constructor(readText: ReadText) {
    this.#readText = readText;
  }

  /** Whether an error was among what was said. */
  failed(): boolean {
    return this.#failed;
  }

  add<C extends DiagnosticCode>(
    code: C,
    args: CodeArgs<C>,
    where: YamlLocation,
    related: readonly YamlLocation[] = [],
  ): void {
    if (severityOf(code) === "error") this.#failed = true;
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= maxPerCode) this.#pending.push({ code, args, where, related });
  }

  /** Says something of a domain; at the same place it is said once, and the other domains are counted. */
  count<C extends Counted>(
    code: C,
    args: Omit<CodeArgs<C>, "others"> & { domain: string },
    where: YamlLocation,
  ): void {
    const key = JSON.stringify([code, where.file, where.path, { ...args, domain: "" }]);
    const known = this.#counted.get(key);
    if (known !== undefined) {
      known.others += 1;
      return;
    }
    const counted = { ...args, others: 0 };
    this.#counted.set(key, counted);
    // Omit and this spread are inverse; tsc does not follow that for a generic code.
    this.add(code, counted, where);
  }

  /** Says something at a place at which several files come to the same conclusion. */
  once<C extends DiagnosticCode>(code: C, args: CodeArgs<C>, where: YamlLocation): void {
    const key = JSON.stringify([code, where.file, where.path, args]);
    if (this.#counted.has(key)) return;
    this.#counted.set(key, { others: 0 });
    this.add(code, args, where);
  }

  /** Gives everything its place, in order. */
  finish(): Diagnostic[] {
    this.#pending.sort((a, b) => compareText(a.where.file, b.where.file));
    const found = this.#pending.map(({ code, args, where, related }) =>
      diagnostic(
        code,
        args as never,
        this.#place(where),
        related.map((other) => this.#place(other)),
      ),
    );
    for (const [code, count] of this.#counts) {
      if (count > maxPerCode) {
        found.push(diagnostic("config/more", { code, count: count - maxPerCode }));
      }
    }
    return found.sort(compareDiagnostics);
  }

  #place({ file, path, at }: YamlLocation): Place {
    const read = this.#read(file);
    return read?.ok === true
      ? read.source.place(path, at)
      : { file, line: 1, column: 1, length: 1, text: "" };
  }

  #read(file: string): YamlRead | null {
    const known = this.#texts.get(file);
    if (known !== undefined) return known;
    const text = this.#readText(file);
    const read = text === null ? null : readYamlText(file, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size >= keptTexts && oldest !== undefined) this.#texts.delete(oldest);
    this.#texts.set(file, read);
    return read;
  }
}
