/** Reports for tests, whole and small. */
import crypto from "node:crypto";
import type { FailureDetail, Report, ReportedPolicy } from "../../../src/tls-rpt/report/report.ts";
import { dayOfReport, type NewReport } from "../../../src/reports/new-report.ts";
import type { Arrival } from "../../../src/reports/arrival.ts";

/** Unix seconds of a day's first second. */
export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}

export function detail(part: Partial<FailureDetail> = {}): FailureDetail {
  return {
    resultType: "certificate-expired",
    sendingIp: "192.0.2.1",
    receivingMx: "mx1.example.com",
    receivingHelo: null,
    receivingIp: "198.51.100.7",
    count: 1,
    information: null,
    reason: null,
    ...part,
  };
}

export function policy(part: Partial<ReportedPolicy> = {}): ReportedPolicy {
  return {
    type: "sts",
    domain: "example.com",
    strings: ["version: STSv1", "mode: testing", "mx: mx1.example.com", "max_age: 86400"],
    mxHosts: ["mx1.example.com"],
    successes: 100,
    failures: 0,
    details: [],
    ...part,
  };
}

export function report(day: string, part: Partial<Report> = {}): Report {
  return {
    organization: "Sender Inc",
    contact: "tls@sender.example",
    reportId: `id-${day}`,
    start: startOf(day),
    end: startOf(day) + 86_399,
    policies: [policy()],
    ...part,
  };
}

export const verified: Arrival = {
  via: "mail",
  receivedAt: startOf("2026-11-24"),
  submitter: "sender.example",
  verification: { verdict: "verified", signer: "sender.example", detail: "" },
};

export const unverifiable: Arrival = {
  via: "file",
  receivedAt: startOf("2026-11-24"),
  submitter: null,
  verification: { verdict: "unverifiable", signer: null, detail: "a file" },
};

/** A report as it is handed to the store. */
export function asNew(
  one: Report,
  arrival: Arrival = verified,
  deviations: readonly string[] = [],
): NewReport {
  const text = JSON.stringify(one);
  const key = crypto.createHash("sha256").update(text).digest("hex");
  return { key, text, day: dayOfReport(one), arrival, deviations };
}

/** A mail that names this domain as its signer, wrongly. */
export function forgedBy(signer: string): Arrival {
  const verification = { verdict: "failed", signer, detail: "" } as const;
  return { ...verified, submitter: signer, verification };
}

/** A mail that this domain has signed. */
export function signedBy(signer: string): Arrival {
  const verification = { verdict: "verified", signer, detail: "key s1" } as const;
  return { ...verified, submitter: signer, verification };
}
