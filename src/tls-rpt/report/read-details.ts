/** `failure-details` of one policy. */
import { maxFreeText, maxHost, maxName } from "./bounds.ts";
import {
  fieldOf,
  isObject,
  plainHost,
  readOptional,
  readText,
  type JsonObject,
  type Notes,
} from "./field.ts";
import { readCount } from "./read-count.ts";
import { isResultType } from "./registered.ts";
import type { FailureDetail } from "./report.ts";

/** How much may still be kept of a report. */
export interface Budget {
  /** Details that are kept one by one. */
  details: number;
  /** Characters of the texts of policies and details. */
  characters: number;
}

/** The type of a detail, or a policy, that names none. */
export const unspecified = "unspecified";

/** Result types beyond the budget that are kept one by one. */
const maxResultTypes = 100;

/** Reads the details of one policy. Those beyond the budget are added up by result type. */
export function readDetails(value: unknown, budget: Budget, notes: Notes): FailureDetail[] {
  const given: readonly unknown[] = Array.isArray(value) ? value : isObject(value) ? [value] : [];
  if (isObject(value) || (given.length === 0 && value != null && !Array.isArray(value))) {
    notes.add("details-not-array");
  }
  const details: FailureDetail[] = [];
  const sums = new Map<string, number>();
  for (const one of given) {
    if (!isObject(one)) {
      notes.add("details-unusable");
      continue;
    }
    const detail = readDetail(one, notes);
    if (budget.details > 0 && budget.characters > 0) {
      budget.details -= 1;
      budget.characters -= lengthOf(detail);
      details.push(detail);
      continue;
    }
    notes.add("details-many");
    const { resultType, count } = detail;
    const group = sums.has(resultType) || sums.size < maxResultTypes ? resultType : unspecified;
    sums.set(group, (sums.get(group) ?? 0) + count);
  }
  for (const [resultType, count] of sums) {
    details.push({
      resultType,
      sendingIp: null,
      receivingMx: null,
      receivingHelo: null,
      receivingIp: null,
      count: readCount(count, notes) ?? 0,
      information: null,
      reason: null,
    });
  }
  return details;
}

function lengthOf({ resultType, ...detail }: FailureDetail): number {
  const { sendingIp, receivingMx, receivingHelo, receivingIp, information, reason } = detail;
  const optional = [sendingIp, receivingMx, receivingHelo, receivingIp, information, reason];
  return optional.reduce((sum, text) => sum + (text?.length ?? 0), resultType.length);
}

function readDetail(detail: JsonObject, notes: Notes): FailureDetail {
  const sendingIp = readAddress(detail, "sending-mta-ip", notes);
  const receivingIp = readAddress(detail, "receiving-ip", notes);
  const mx = readOptional(detail, "receiving-mx-hostname", maxHost, notes);
  const resultType = readResultType(detail, notes);
  const isFetch = resultType.startsWith("sts-");
  if (sendingIp === null || (receivingIp === null && !isFetch)) notes.add("ip-missing");
  // Where the policy could not be fetched there is no MX host to name.
  if (mx === null && !isFetch) notes.add("mx-missing");
  const count = readCount(fieldOf(detail, "failed-session-count"), notes);
  if (count === null) notes.add("count-missing");
  if (count === 0) notes.add("detail-count-zero");
  return {
    resultType,
    sendingIp,
    receivingMx: mx === null ? null : plainHost(mx),
    receivingHelo: readOptional(detail, "receiving-mx-helo", maxHost, notes),
    receivingIp,
    // A failure that is reported happened at least once.
    count: count ?? 1,
    information: readOptional(detail, "additional-information", maxFreeText, notes),
    reason: readOptional(detail, "failure-reason-code", maxFreeText, notes),
  };
}

function readResultType(detail: JsonObject, notes: Notes): string {
  const written = readText(fieldOf(detail, "result-type"), maxName, notes);
  if (written === "") {
    notes.add("result-type-missing");
    return unspecified;
  }
  const type = written.toLowerCase();
  if (type !== written) notes.add("result-type-form");
  if (!isResultType(type)) notes.add("result-type-unregistered");
  return type;
}

const address =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\.?\d{1,3}){4})?)$/;

function readAddress(detail: JsonObject, name: string, notes: Notes): string | null {
  const written = readOptional(detail, name, maxHost, notes);
  if (written === null) return null;
  const plain = written.toLowerCase();
  if (address.test(plain)) return plain;
  notes.add("ip-odd");
  // As SMTP writes literals. @see RFC 5321 §4.1.3
  const literal = /^\[(?:ipv6:)?([0-9a-f.:]+)\]$/.exec(plain)?.[1];
  return literal ?? plain;
}
