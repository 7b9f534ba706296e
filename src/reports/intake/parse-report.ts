/** The JSON text of a report, and how it arrived → a report for the store, or why not. */
import crypto from "node:crypto";
import { maxReportBytes } from "../../tls-rpt/report/bounds.ts";
import type { Notes } from "../../tls-rpt/report/field.ts";
import type { Hints } from "../../tls-rpt/report/hints.ts";
import { claimsToBeReport, normaliseReport } from "../../tls-rpt/report/normalise.ts";
import { readJson } from "../../tls-rpt/report/read-json.ts";
import type { Report } from "../../tls-rpt/report/report.ts";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import { reportKey } from "../../tls-rpt/report/report-key.ts";
import { dayOfReport, type NewReport } from "../new-report.ts";
import { containerDeviations, containerDomain } from "../../tls-rpt/report/container.ts";
import { UnpackBudget, gunzip } from "../../mail/archive/decompress.ts";
import type { JournalRecord } from "../journal/journal.ts";
import type { Arrival } from "../arrival.ts";

export type ParsedReport =
  | {
      readonly ok: true;
      readonly report: NewReport;
      /** What `report.text` is the JSON of. */
      readonly normalised: Report;
    }
  | {
      readonly ok: false;
      readonly reason: Refusal;
      /** Whether the text itself claims to be a report: other JSON is ignored. */
      readonly isClaimed: boolean;
    };

/** Parses and normalises a report, and computes its key. Never throws. `now` is in Unix seconds. */
export function parseReport(
  json: Uint8Array,
  arrival: Arrival,
  hints: Hints,
  now: number,
): ParsedReport {
  const notes: Notes = new Set();
  const read = readJson(json, notes);
  if (!read.ok) return { ok: false, reason: read.reason, isClaimed: mentionsFields(json) };
  const normalised = normaliseReport(read.value, {
    now,
    domain: () => containerDomain(hints),
    notes,
  });
  if (!normalised.ok) {
    const isClaimed = claimsToBeReport(read.value);
    return { ok: false, reason: normalised.reason, isClaimed };
  }
  const { report, deviations } = normalised;
  const all = new Set([...deviations, ...containerDeviations(report, arrival, hints)]);
  const { key, text } = reportKey(report, sha256);
  const row = { key, text, day: dayOfReport(report), arrival, deviations: [...all].sort() };
  return { ok: true, report: row, normalised: report };
}

/** Parses a record of the journal, as {@link parseReport} does. */
export function parseJournalRecord(
  { arrival, hints, gzip }: JournalRecord,
  now: number,
): ParsedReport {
  const unpacked = gunzip(gzip, new UnpackBudget(maxReportBytes + 1));
  if (!unpacked.ok) return { ok: false, reason: unpacked.reason, isClaimed: true };
  return parseReport(unpacked.value, arrival, hints, now);
}

/** Whether malformed JSON looks like a report. */
function mentionsFields(json: Uint8Array): boolean {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  return bytes.includes('"organization-name"') || bytes.includes('"policies"');
}

function sha256(text: string): string {
  return crypto.hash("sha256", text, "hex");
}
