/**
 * `date-range` → the seconds that a report covers. A date that cannot be read is never guessed: a report
 * with a wrong day is worse than none.
 */
import { fieldOf, isObject, type JsonObject, type Notes } from "./field.ts";
import { refuse, type ReadResult } from "./refusal.ts";

/** Unix seconds, both covered. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

const day = 86_400;
/** TLS-RPT was drafted in 2016. */
const earliest = Date.UTC(2016, 0, 1) / 1000;
const latest = Date.UTC(2100, 0, 1) / 1000;
const maxPeriod = 370 * day;
/** Clocks are wrong, and some report a day before it is over. */
const maxAhead = 2 * day;

/** Reads `date-range`. `now` is in Unix seconds: no report is about a later time. */
export function readPeriod(report: JsonObject, now: number, notes: Notes): ReadResult<Period> {
  const range = fieldOf(report, "date-range");
  if (!isObject(range)) return refuse("dates-missing");
  const values = [fieldOf(range, "start-datetime"), fieldOf(range, "end-datetime")];
  if (values.every((value) => value == null || value === "")) return refuse("dates-missing");
  const start = readMoment(values[0], notes);
  const end = readMoment(values[1], notes);
  const period = complete(start, end, notes);
  if (period === null) return refuse("dates-unreadable");
  if (period.end - period.start + 1 !== day) notes.add("date-not-a-day");
  const isPossible =
    period.start >= earliest &&
    period.end - period.start <= maxPeriod &&
    period.start <= now + maxAhead &&
    period.end <= now + maxAhead + day;
  return isPossible ? { ok: true, value: period } : refuse("dates-impossible");
}

interface Moment {
  readonly seconds: number;
  /** It is a date without a time, which as an end means all of that day. */
  readonly isDate: boolean;
}

function complete(start: Moment | null, end: Moment | null, notes: Notes): Period | null {
  if (start === null && end === null) return null;
  if (start === null || end === null) notes.add("date-one-end");
  if (start !== null && end === null) {
    return { start: start.seconds, end: start.seconds + day - 1 };
  }
  if (start === null && end !== null) {
    const last = lastSecond(end, -Infinity, notes);
    return { start: last - day + 1, end: last };
  }
  if (start === null || end === null) return null;
  const last = lastSecond(end, start.seconds, notes);
  if (last >= start.seconds) return { start: start.seconds, end: last };
  notes.add("date-swapped");
  return { start: end.seconds, end: lastSecond(start, end.seconds, notes) };
}

/** The last second before an end: one that is midnight, in whatever zone, belongs to the day before. */
function lastSecond(end: Moment, start: number, notes: Notes): number {
  if (end.isDate) return end.seconds + day - 1;
  const isMidnight = end.seconds % day === 0 || end.seconds - start === day;
  if (!isMidnight || end.seconds <= start) return end.seconds;
  notes.add("date-midnight");
  return end.seconds - 1;
}

/** Reads one date; null where it is none, or lies where no report can. */
function readMoment(value: unknown, notes: Notes): Moment | null {
  const moment =
    typeof value === "number"
      ? fromNumber(value, notes)
      : typeof value === "string" && value.length <= 64
        ? fromText(value.trim(), notes)
        : null;
  return moment !== null && moment.seconds >= earliest && moment.seconds < latest ? moment : null;
}

/** Seconds, or milliseconds, since 1970. */
function fromNumber(value: number, notes: Notes): Moment | null {
  const seconds = value > 1e11 ? value / 1000 : value;
  if (!(seconds >= earliest)) return null;
  notes.add("date-number");
  return { seconds: Math.floor(seconds), isDate: false };
}

/** RFC 3339, and what senders write instead. */
const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:([Tt ]\s?)(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,12})?)?(?:(\s?)([Zz]|UTC|GMT|[+-]\d\d(:?)\d\d))?)?$/;
/** @see RFC 5322 §3.3 */
const mail =
  /^(?:[A-Za-z]{3},\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s*([+-]\d{4}|GMT|UTC|UT|Z)?$/;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** As nearly all are; no month lacks one of these days. */
const plain = /^\d{4}-\d\d-(?:[01]\d|2[0-8])T\d\d:\d\d:\d\dZ$/;

function fromText(text: string, notes: Notes): Moment | null {
  const quickly = plain.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(quickly)) return { seconds: quickly / 1000, isDate: false };
  if (/^\d{9,14}$/.test(text)) return fromNumber(Number(text), notes);
  const found = iso.exec(text);
  if (found !== null) {
    const [, year, month, dayOfMonth, between, hour, minute, second, gap, zone, colon] = found;
    const seconds = toSeconds(year, Number(month), dayOfMonth, hour, minute, second, zone);
    if (seconds === null) return null;
    if (between === undefined) {
      notes.add("date-format");
      return { seconds, isDate: true };
    }
    if (zone === undefined) notes.add("date-no-zone");
    const asTold =
      between === "T" && second !== undefined && gap !== " " && colon !== "" && zone !== "GMT";
    if (!asTold || text.includes(",") || zone === "UTC") notes.add("date-format");
    return { seconds, isDate: false };
  }
  const parts = mail.exec(text);
  if (parts === null) return null;
  const [, dayOfMonth, month = "", year, hour, minute, second, zone] = parts;
  const number = months.indexOf(month.toLowerCase()) + 1;
  const seconds = toSeconds(year, number, dayOfMonth, hour, minute, second, zone);
  if (seconds === null) return null;
  notes.add("date-format");
  if (zone === undefined) notes.add("date-no-zone");
  return { seconds, isDate: false };
}

function toSeconds(
  year: string | undefined,
  month: number,
  dayOfMonth: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
  zone: string | undefined,
): number | null {
  const y = Number(year);
  const d = Number(dayOfMonth);
  const h = Number(hour ?? 0);
  const m = Number(minute ?? 0);
  // A leap second is the one before it.
  const s = Math.min(Number(second ?? 0), 59);
  // The 30th of February is no date, though Date takes it.
  if (month < 1 || month > 12 || d < 1 || d > daysOf(y, month)) return null;
  const midnight = Date.UTC(y, month - 1, d);
  const isTime = h < 24 || (h === 24 && m === 0 && s === 0);
  if (!isTime || m > 59 || Number(second ?? 0) > 60) return null;
  return midnight / 1000 + h * 3600 + m * 60 + s - offsetOf(zone);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function offsetOf(zone: string | undefined): number {
  const parts = zone === undefined || zone === "Z" ? null : /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (parts === null) return 0;
  const seconds = Number(parts[2]) * 3600 + Number(parts[3]) * 60;
  return parts[1] === "-" ? -seconds : seconds;
}
