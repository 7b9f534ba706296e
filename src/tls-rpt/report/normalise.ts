/**
 * Any JSON value → a report, and how it deviates from RFC 8460; or why it is none. Senders deviate in
 * many ways, and a parser that refused them would hide trouble for months: whatever can be understood
 * is taken. What cannot is refused as a whole, so that it is seen.
 *
 * @see RFC 8460 §4.4
 */
import { maxCharacters, maxDetails, maxName, maxPolicies } from "./bounds.ts";
import type { DeviationCode } from "./deviations.ts";
import { fieldOf, isObject, readText, type JsonObject, type Notes } from "./field.ts";
import { readPeriod } from "./read-dates.ts";
import { plainDomainOf, readPolicy } from "./read-policy.ts";
import type { Refusal } from "./refusal.ts";
import type { Report, ReportedPolicy } from "./report.ts";

export type Normalised =
  | {
      readonly ok: true;
      readonly report: Report;
      /** Each once, sorted. */
      readonly deviations: readonly DeviationCode[];
    }
  | { readonly ok: false; readonly reason: Refusal };

/** What is known of a report from outside of it. */
export interface Circumstances {
  /** Unix seconds: no report is about what comes after. */
  readonly now: number;
  /** The domain by its container, used where the report does not name one; null: unknown. */
  readonly domain: () => string | null;
  /** What reading its text has noted. */
  readonly notes?: Iterable<DeviationCode>;
}

/** Normalises a report. Never throws. */
export function normaliseReport(value: unknown, circumstances: Circumstances): Normalised {
  const notes: Notes = new Set(circumstances.notes ?? []);
  const root = unwrapArray(value, notes);
  if (typeof root === "string") return { ok: false, reason: root };
  const period = readPeriod(root, circumstances.now, notes);
  if (typeof period === "string") return { ok: false, reason: period };
  const policies = readPolicies(root, circumstances.domain, notes);
  if (typeof policies === "string") return { ok: false, reason: policies };
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
    start: period.start,
    end: period.end,
    policies,
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

function unwrapArray(value: unknown, notes: Notes): JsonObject | Refusal {
  let root = value;
  if (Array.isArray(root)) {
    const elements = root as readonly unknown[];
    if (elements.length > 1) return "several-in-array";
    notes.add("report-in-array");
    root = elements[0];
  }
  if (!isObject(root)) return "not-an-object";
  return claimsToBeReport(root) ? root : "not-a-report";
}

function readPolicies(
  root: JsonObject,
  containerDomain: () => string | null,
  notes: Notes,
): readonly ReportedPolicy[] | Refusal {
  const value = fieldOf(root, "policies");
  if (isObject(value)) notes.add("policies-not-array");
  const given: readonly unknown[] = Array.isArray(value) ? value : isObject(value) ? [value] : [];
  if (given.length === 0) return "policies-missing";
  if (given.length > maxPolicies) return "policies-too-many";
  const room = { left: maxDetails, characters: maxCharacters };
  const policies = given
    .map((element) => readPolicy(element, room, notes))
    .filter((policy) => policy !== null);
  if (policies.every(({ domain }) => domain !== "") && policies.length > 0) return policies;
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
  return named.length === 0 ? "domain-missing" : named;
}

function plainOrNull(domain: string | null): string | null {
  return domain === null || domain === "" ? null : plainDomainOf(domain, new Set());
}
