/** The JSON text of a report, and how it came → a row for the store; or why not. */
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
import { wrappingDeviations, wrappingDomain } from "../../tls-rpt/report/wrapping.ts";
import { UnpackBudget, gunzip } from "../../mail/archive/decompress.ts";
import type { JournalRecord } from "../journal/journal.ts";
import type { Arrival } from "../arrival.ts";

export type Ingested =
  | {
      readonly ok: true;
      readonly report: NewReport;
      /** What `report.text` is the JSON of. */
      readonly normalised: Report;
    }
  | {
      readonly ok: false;
      readonly reason: Refusal;
      /** Whether the text itself says that it is a report: other JSON is none of ours. */
      readonly isClaimed: boolean;
    };

/** Reads, normalises and names a report. Never throws. `now` is in Unix seconds. */
export function ingest(json: Uint8Array, arrival: Arrival, hints: Hints, now: number): Ingested {
  const notes: Notes = new Set();
  const read = readJson(json, notes);
  if (!read.ok) return { ok: false, reason: read.reason, isClaimed: mentionsFields(json) };
  const normalised = normaliseReport(read.value, {
    now,
    domain: () => wrappingDomain(hints),
    notes,
  });
  if (!normalised.ok) {
    const isClaimed = claimsToBeReport(read.value);
    return { ok: false, reason: normalised.reason, isClaimed };
  }
  const { report, deviations } = normalised;
  const all = new Set([...deviations, ...wrappingDeviations(report, arrival, hints)]);
  const { key, text } = reportKey(report, sha256);
  const row = { key, text, day: dayOfReport(report), arrival, deviations: [...all].sort() };
  return { ok: true, report: row, normalised: report };
}

/** Reads a record of the journal, as {@link ingest} does. */
export function ingestRecord({ arrival, hints, gzip }: JournalRecord, now: number): Ingested {
  const unpacked = gunzip(gzip, new UnpackBudget(maxReportBytes + 1));
  if (!unpacked.ok) return { ok: false, reason: unpacked.reason, isClaimed: true };
  return ingest(unpacked.value, arrival, hints, now);
}

/** Whether text that is no JSON looks like the beginning of a report. */
function mentionsFields(json: Uint8Array): boolean {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  return bytes.includes('"organization-name"') || bytes.includes('"policies"');
}

function sha256(text: string): string {
  return crypto.hash("sha256", text, "hex");
}
