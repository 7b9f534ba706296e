/**
 * Any JSON value → a report, and how it deviates from RFC 8460; or why it is refused. Senders deviate in
 * many ways, and a parser that refused them would hide failures for months: whatever can be understood
 * is accepted. What cannot is refused as a whole, so that somebody notices.
 *
 * @see RFC 8460 §4.4
 */
import { maxCharacters, maxDetails, maxName, maxPolicies } from "./bounds.ts";
import type { DeviationCode } from "./deviations.ts";
import { fieldOf, isObject, readText, type JsonObject, type Notes } from "./field.ts";
import { readPeriod } from "./read-dates.ts";
import { plainDomainOf, readReportedPolicy } from "./read-policy.ts";
import { refuse, type ReadResult, type Refusal } from "./refusal.ts";
import type { Report, ReportedPolicy } from "./report.ts";

export type Normalised =
  | {
      readonly ok: true;
      readonly report: Report;
      /** Each once, sorted. */
      readonly deviations: readonly DeviationCode[];
    }
  | { readonly ok: false; readonly reason: Refusal };

/** What is known about a report apart from its text. */
export interface Circumstances {
  /** Unix seconds: no report is about a later time. */
  readonly now: number;
  /** The domain by its container, used where the report does not name one; null: unknown. */
  readonly domain: () => string | null;
  /** Deviations that were seen while its text was read. */
  readonly notes?: Iterable<DeviationCode>;
}

/** Normalises a report. Never throws. */
export function normaliseReport(value: unknown, circumstances: Circumstances): Normalised {
  const notes: Notes = new Set(circumstances.notes ?? []);
  const unwrapped = unwrapArray(value, notes);
  if (!unwrapped.ok) return unwrapped;
  const root = unwrapped.value;
  const period = readPeriod(root, circumstances.now, notes);
  if (!period.ok) return period;
  const policies = readPolicies(root, circumstances.domain, notes);
  if (!policies.ok) return policies;
  const organization = readText(fieldOf(root, "organization-name"), maxName, notes);
  if (organization === "") notes.add("organization-missing");
  const contact = readText(fieldOf(root, "contact-info"), maxName, notes);
  if (contact === "") notes.add("contact-missing");
  const reportId = readText(fieldOf(root, "report-id"), maxName, notes);
  if (reportId === "") notes.add("report-id-missing");
  const report: Report = {
    organization,
    contact: contact === "" ? null : contact,
    reportId,
    start: period.value.start,
    end: period.value.end,
    policies: policies.value,
  };
  return { ok: true, report, deviations: [...notes].sort() };
}

/** Whether JSON has a field of a report: then it claims to be one. */
export function claimsToBeReport(value: unknown): boolean {
  const root = Array.isArray(value) ? (value as readonly unknown[])[0] : value;
  return (
    isObject(root) && ["organization-name", "policies"].some((name) => Object.hasOwn(root, name))
  );
}

function unwrapArray(value: unknown, notes: Notes): ReadResult<JsonObject> {
  let root = value;
  if (Array.isArray(root)) {
    const elements = root as readonly unknown[];
    if (elements.length > 1) return refuse("several-in-array");
    notes.add("report-in-array");
    root = elements[0];
  }
  if (!isObject(root)) return refuse("not-an-object");
  return claimsToBeReport(root) ? { ok: true, value: root } : refuse("not-a-report");
}

function readPolicies(
  root: JsonObject,
  containerDomain: () => string | null,
  notes: Notes,
): ReadResult<readonly ReportedPolicy[]> {
  const value = fieldOf(root, "policies");
  if (isObject(value)) notes.add("policies-not-array");
  const given: readonly unknown[] = Array.isArray(value) ? value : isObject(value) ? [value] : [];
  if (given.length === 0) return refuse("policies-missing");
  if (given.length > maxPolicies) return refuse("policies-too-many");
  const budget = { details: maxDetails, characters: maxCharacters };
  const policies = given
    .map((element) => readReportedPolicy(element, budget, notes))
    .filter((policy) => policy !== null);
  if (policies.every(({ domain }) => domain !== "") && policies.length > 0) {
    return { ok: true, value: policies };
  }
  const domains = new Set(policies.map(({ domain }) => domain).filter((domain) => domain !== ""));
  const [only] = domains;
  // The report itself comes first: it is the same in any container.
  const other = domains.size === 1 && only !== undefined ? only : plainOrNull(containerDomain());
  const named = policies.flatMap((policy) => {
    if (policy.domain !== "") return [policy];
    if (other !== null) return [{ ...policy, domain: other }];
    notes.add("policy-unusable");
    return [];
  });
  return named.length === 0 ? refuse("domain-missing") : { ok: true, value: named };
}

function plainOrNull(domain: string | null): string | null {
  return domain === null || domain === "" ? null : plainDomainOf(domain, new Set());
}
