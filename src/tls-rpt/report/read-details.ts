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

/** What may still be kept of a report. */
export interface Room {
  /** Details that are kept apart. */
  left: number;
  /** Of the texts of policies and details. */
  characters: number;
}

/** What a detail, or a policy, is called that does not say of which type it is. */
export const unspecified = "unspecified";

/** Result types of details beyond the bound that are kept apart. */
const maxResultTypes = 100;

/** Reads the details of one policy. Those for which there is no room are added up by result type. */
export function readDetails(value: unknown, room: Room, notes: Notes): FailureDetail[] {
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
    if (room.left > 0 && room.characters > 0) {
      room.left -= 1;
      room.characters -= lengthOf(detail);
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
  // A policy that could not be had has no MX host to tell of.
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
    // A failure that is told happened, however often.
    count: count ?? 1,
    information: readOptional(detail, "additional-information", maxFreeText, notes),
    reason: readOptional(detail, "failure-reason-code", maxFreeText, notes),
  };
}

function readResultType(detail: JsonObject, notes: Notes): string {
  const told = readText(fieldOf(detail, "result-type"), maxName, notes);
  if (told === "") {
    notes.add("result-type-missing");
    return unspecified;
  }
  const type = told.toLowerCase();
  if (type !== told) notes.add("result-type-form");
  if (!isResultType(type)) notes.add("result-type-unregistered");
  return type;
}

const address =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\.?\d{1,3}){4})?)$/;

function readAddress(detail: JsonObject, name: string, notes: Notes): string | null {
  const told = readOptional(detail, name, maxHost, notes);
  if (told === null) return null;
  const plain = told.toLowerCase();
  if (address.test(plain)) return plain;
  notes.add("ip-odd");
  // As SMTP writes literals. @see RFC 5321 §4.1.3
  const literal = /^\[(?:ipv6:)?([0-9a-f.:]+)\]$/.exec(plain)?.[1];
  return literal ?? plain;
}
