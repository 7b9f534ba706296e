/** Prints an audit: blocks for people, JSON, JSON lines or annotations. Knows the exit code. */
import type { Subject } from "../../subject.ts";
import type { AuditVerdict, Safe } from "../../judge.ts";
import { explainFinding } from "../../rules.ts";
import {
  compareDiagnostics,
  type Diagnostic,
  type Place,
} from "../../../diagnostics/diagnostic.ts";
import type { Result } from "../../../diagnostics/result.ts";
import { auditBlock, whereText } from "./audit-block.ts";
import { auditToJson } from "./audit-json.ts";
import type { RecordedLook } from "../../probe/record-live.ts";
import { auditSummary } from "./audit-summary.ts";
import { annotationLine } from "../../../cli/github.ts";
import { wantsColour, type ExitCode, type Io } from "../../../cli/io.ts";
import { diagnosticToJson } from "../../../cli/json.ts";
import { printDiagnostics } from "../../../cli/output.ts";
import type { Context } from "../../../cli/context.ts";
import { jsonVersion, type Format } from "../../../cli/format.ts";

/** Prints domain by domain in the format that was asked for, and counts the verdicts. */
export class AuditPrinter {
  readonly #format: Format;
  readonly #io: Io;
  readonly #placeOf: (domain: string) => Place | null;
  readonly #counts: Record<Safe, number> = { yes: 0, no: 0, unknown: 0 };
  readonly #notSafe: { readonly domain: string; readonly safe: Safe; readonly reason: string }[] =
    [];
  #failures = 0;
  #unknown = 0;
  #printed = 0;

  constructor({ format, io }: Context, placeOf: (domain: string) => Place | null) {
    this.#format = format;
    this.#io = io;
    this.#placeOf = placeOf;
  }

  begin(): void {
    if (this.#format === "json") {
      this.#io.out(`{"version":${String(jsonVersion)},"domains":[`);
    }
  }

  /** Formats one domain, and counts it. */
  format(subject: Subject, verdict: AuditVerdict): string {
    const { safe, reason, findings } = verdict;
    this.#counts[safe] += 1;
    // A domain without a declared policy has none that could be unsafe.
    const wanted = subject.declared === null || subject.declared.policy !== null;
    const isError = findings.some((found) => explainFinding(found).severity === "error");
    if (isError || (safe === "no" && wanted)) this.#failures += 1;
    if (safe === "unknown") this.#unknown += 1;
    if (safe !== "yes") this.#notSafe.push({ domain: subject.domain, safe, reason });
    switch (this.#format) {
      case "json":
        return JSON.stringify(auditToJson(subject, verdict));
      case "jsonl":
        return `${JSON.stringify(auditToJson(subject, verdict))}\n`;
      case "github":
        return this.#annotations(subject, verdict);
      case "text":
        return auditBlock(subject, verdict, this.#textOptions());
    }
  }

  /** Prints what {@link format} gave. */
  print(text: string): void {
    const separator = this.#format === "json" ? ",\n" : this.#format === "text" ? "\n" : "";
    const first = this.#format === "json" ? "\n" : "";
    this.#io.out((this.#printed === 0 ? first : separator) + text);
    this.#printed += 1;
  }

  /**
   * Prints the end, and gives the exit code. `outcome` has what was recorded, null if that was not asked
   * for; or why the evidence could not be saved or recorded. JSON output has begun, so the problems are in it.
   */
  end(outcome: Result<RecordedLook | null>): ExitCode {
    const recorded = outcome.ok ? outcome.value : null;
    const problems = outcome.ok ? [] : outcome.problems;
    this.#printEnd(recorded, problems);
    if (problems.length > 0) return 2;
    if (this.#failures > 0) return 1;
    return this.#unknown > 0 ? 3 : 0;
  }

  #printEnd(recorded: RecordedLook | null, problems: readonly Diagnostic[]): void {
    const domains = this.#counts.yes + this.#counts.no + this.#counts.unknown;
    const summary = { domains, ...this.#counts };
    if (this.#format === "json") {
      const diagnostics = [...problems].sort(compareDiagnostics).map(diagnosticToJson);
      const { live = [], evidenceLines = 0 } = recorded ?? {};
      const end = { summary, recorded: live, evidenceLines, diagnostics };
      this.#io.out(`\n],${JSON.stringify(end).slice(1)}\n`);
      return;
    }
    const text = auditSummary(summary, this.#notSafe, recorded, this.#textOptions());
    if (this.#format === "text") this.#io.out(text);
    else this.#io.err(text);
    if (problems.length > 0) printDiagnostics(problems, this.#format, this.#io);
  }

  #annotations({ domain }: Subject, { safe, reason, findings }: AuditVerdict): string {
    const place = this.#placeOf(domain);
    const lines = findings.map((found) => {
      const { effect: _, ...explained } = explainFinding(found);
      const at = whereText(found.where, explained.message);
      const message =
        at === "" || at === domain ? explained.message : `${at}: ${explained.message}`;
      return annotationLine(
        { ...explained, code: found.code, message: `${domain}: ${message}` },
        place,
      );
    });
    const note = { code: "audit", severity: "note" as const, fix: null, source: null };
    const message = `${domain}: safe to enforce: ${safe}, ${reason}`;
    return [...lines, annotationLine({ ...note, message }, place)].join("");
  }

  #textOptions() {
    return { colour: wantsColour(this.#io, this.#io.outIsTerminal) };
  }
}
