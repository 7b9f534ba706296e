/** One element of `policies`. */
import { parseDomainName } from "../../names/domain-name.ts";
import { maxHost, maxMxHosts, maxName, maxPolicyLines, maxPolicyText } from "./bounds.ts";
import {
  clean,
  fieldOf,
  isObject,
  plainHost,
  readText,
  type JsonObject,
  type Notes,
} from "./field.ts";
import { readCount } from "./read-count.ts";
import { readDetails, unspecified, type Budget } from "./read-details.ts";
import { readTexts } from "./read-texts.ts";
import { isPolicyType } from "./registered.ts";
import type { FailureDetail, ReportedPolicy } from "./report.ts";

/** Reads a policy; its domain is "" where it names none. Null where the element is no object. */
export function readReportedPolicy(
  element: unknown,
  budget: Budget,
  notes: Notes,
): ReportedPolicy | null {
  if (!isObject(element)) {
    notes.add("policy-unusable");
    return null;
  }
  const within = fieldOf(element, "policy");
  const policy = isObject(within) ? within : element;
  if (policy === element) notes.add("policy-flat");
  const details = readDetails(fieldOf(element, "failure-details"), budget, notes);
  const { successes, failures } = readSummary(fieldOf(element, "summary"), details, notes);
  return {
    type: readType(policy, notes),
    domain: readDomain(policy, notes),
    strings: readStrings(fieldOf(policy, "policy-string"), budget, notes),
    mxHosts: readMxHosts(fieldOf(policy, "mx-host"), budget, notes),
    successes,
    failures,
    details,
  };
}

function readType(policy: JsonObject, notes: Notes): string {
  const written = readText(fieldOf(policy, "policy-type"), maxName, notes);
  if (written === "") {
    notes.add("policy-type-missing");
    return unspecified;
  }
  const type = written.toLowerCase();
  if (!isPolicyType(written)) notes.add("policy-type-unregistered");
  return type;
}

const plainDomain =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

function readDomain(policy: JsonObject, notes: Notes): string {
  const written = readText(fieldOf(policy, "policy-domain"), maxHost, notes);
  if (written === "") notes.add("policy-domain-missing");
  return written === "" || plainDomain.test(written) ? written : plainDomainOf(written, notes);
}

/** A domain in lower-case A-labels; one that is none as it stands. Both are noted. */
export function plainDomainOf(written: string, notes: Notes): string {
  const plain = plainHost(written);
  const parsed = parseDomainName(plain);
  if (parsed.ok) {
    if (parsed.value.ascii !== written) notes.add("policy-domain-form");
    return parsed.value.ascii;
  }
  notes.add("policy-domain-odd");
  return plain;
}

const lineEnds = /[\r\n]+/;

function readStrings(value: unknown, budget: Budget, notes: Notes): readonly string[] {
  const found = readTexts(value, maxPolicyLines, maxPolicyText, notes);
  if (found.isStringified) notes.add("policy-string-stringified");
  else if (found.isString) notes.add("policy-string-text");
  let isCut = found.isCut;
  const max = Math.min(maxPolicyText, budget.characters);
  let left = max;
  const lines: string[] = [];
  for (const text of found.texts) {
    const isLine = !lineEnds.test(text);
    const parts = isLine ? [text] : text.split(lineEnds);
    if (!isLine) notes.add("policy-string-line-ends");
    for (const line of parts) {
      if (line === "") continue;
      if (left <= 0 || lines.length >= maxPolicyLines) isCut = true;
      else lines.push(line.length > left ? clean(line, left, notes) : line);
      left -= line.length;
    }
  }
  if (isCut || left < 0) notes.add("policy-string-cut");
  budget.characters -= max - Math.max(0, left);
  return lines;
}

const plainPattern = /^[a-z0-9.*-]{0,254}[a-z0-9]$/;

function readMxHosts(value: unknown, budget: Budget, notes: Notes): readonly string[] {
  const found = readTexts(value, maxMxHosts, maxHost * 4, notes);
  if (found.isString || found.isStringified) notes.add("mx-host-text");
  const hosts: string[] = [];
  for (const text of found.texts) {
    if (plainPattern.test(text)) {
      hosts.push(text);
      continue;
    }
    for (const host of text.split(/[\s,;]+/)) {
      if (host !== "") hosts.push(plainHost(clean(host, maxHost, notes)));
    }
  }
  const kept: string[] = [];
  for (const host of hosts.slice(0, maxMxHosts)) {
    if (budget.characters <= 0) break;
    budget.characters -= host.length;
    kept.push(host);
  }
  if (found.isCut || kept.length < hosts.length) notes.add("mx-host-cut");
  return kept;
}

function readSummary(
  value: unknown,
  details: readonly FailureDetail[],
  notes: Notes,
): { successes: number; failures: number } {
  const sum = details.reduce((total, { count }) => total + count, 0);
  if (!isObject(value)) {
    notes.add("summary-missing");
    return { successes: 0, failures: readCount(sum, notes) ?? 0 };
  }
  const successes = readCount(fieldOf(value, "total-successful-session-count"), notes);
  const failures = readCount(fieldOf(value, "total-failure-session-count"), notes);
  if (successes === null || failures === null) notes.add("count-missing");
  if (successes === 0 && failures === 0) notes.add("counts-zero");
  if (failures !== null && details.length > 0 && sum !== failures) notes.add("counts-disagree");
  if (failures !== null && failures > 0 && details.length === 0) notes.add("details-missing");
  return { successes: successes ?? 0, failures: failures ?? readCount(sum, notes) ?? 0 };
}
