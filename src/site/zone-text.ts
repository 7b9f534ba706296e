/**
 * DNS records in the text of a zone file, as stspress writes them: one record per line, names absolute,
 * TTL and class spelt out. The reader takes nothing else, so that a template cannot hide a record in
 * what only a DNS server would understand: `$INCLUDE`, `$GENERATE`, a bracket, an omitted name.
 *
 * @see RFC 1035 §5.1 (zone files), §3.3.14 (TXT); RFC 8461 §3.1 (strings join without a space)
 */
export type ZoneRecordType = "A" | "AAAA" | "CNAME" | "NS" | "SOA" | "TXT";

/** A record of a zone file. */
export interface ZoneRecord {
  /** Absolute, without the trailing dot. */
  readonly name: string;
  readonly ttlSeconds: number;
  readonly type: ZoneRecordType;
  /** As in a `DnsRecord`; NS: the host without the trailing dot; SOA: its seven fields as written. */
  readonly value: string;
}

/** A zone file that was read, or the first line (from 1) that is not as stspress writes it. */
export type ZoneText =
  | { readonly ok: true; readonly records: readonly ZoneRecord[]; readonly directives: number }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** Octets that one string of a TXT record holds (RFC 1035 §3.3). */
export const stringOctets = 255;

/** Prints a record as one line, without the line end. */
export function formatZoneRecord({ name, ttlSeconds, type, value }: ZoneRecord): string {
  return `${name}. ${String(ttlSeconds)} IN ${type} ${formatRdata(type, value)}`;
}

/** Prints a value as it stands in zone files: host names end in a dot, texts are quoted and split. */
export function formatRdata(type: ZoneRecordType, value: string): string {
  if (type === "TXT") return quoteText(value);
  return type === "CNAME" || type === "NS" ? `${value}.` : value;
}

/**
 * Quotes a text as the strings of a TXT record, each of at most 255 octets: `"v=STSv1; id=1;"`.
 *
 * @throws Error for anything but printable US-ASCII; whoever made the record has checked that.
 */
export function quoteText(text: string): string {
  if (text.length <= stringOctets && plainText.test(text)) return `"${text}"`;
  if (!printable.test(text)) throw new Error("a TXT record holds printable US-ASCII only");
  const strings: string[] = [];
  for (let at = 0; at < text.length || at === 0; at += stringOctets) {
    strings.push(`"${text.slice(at, at + stringOctets).replace(/["\\]/g, "\\$&")}"`);
  }
  return strings.join(" ");
}

const plainText = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const printable = /^[\x20-\x7e]*$/;

/** Reads zone text that stspress wrote; see the head of this file for what it refuses. */
export function parseZoneText(text: string): ZoneText {
  const records: ZoneRecord[] = [];
  let directives = 0;
  let line = 0;
  for (let at = 0; at < text.length;) {
    line += 1;
    const end = text.indexOf("\n", at);
    if (end === -1) return { ok: false, line, reason: "the last line is not terminated" };
    const read = parseLine(text.slice(at, end));
    at = end + 1;
    switch (read.kind) {
      case "nothing":
        continue;
      case "directive":
        directives += 1;
        continue;
      case "record":
        records.push(read.record);
        continue;
      case "refused":
        return { ok: false, line, reason: read.reason };
    }
  }
  return { ok: true, records, directives };
}

type ZoneLine =
  | { readonly kind: "nothing" | "directive" }
  | { readonly kind: "record"; readonly record: ZoneRecord }
  | { readonly kind: "refused"; readonly reason: string };

function parseLine(line: string): ZoneLine {
  if (line === "") return { kind: "nothing" };
  // A server may end a line at a carriage return, and a terminal obeys the others.
  if (controls.test(line)) return refused("it holds a control character");
  if (line.startsWith(";")) return { kind: "nothing" };
  const found = recordLine.exec(line);
  if (found === null) {
    return directive.test(line)
      ? { kind: "directive" }
      : refused("it is no record as stspress writes them");
  }
  const [, name = "", ttl = "", type = "", rdata = ""] = found;
  const value = parseRdata(type as ZoneRecordType, rdata);
  if (value === null) return refused(`it is no ${type} record as stspress writes them`);
  const ttlSeconds = Number(ttl);
  if (ttlSeconds > 0x7fff_ffff) return refused("its TTL is too large");
  const record = { name, ttlSeconds, type: type as ZoneRecordType, value };
  return { kind: "record", record };
}

function refused(reason: string): ZoneLine {
  return { kind: "refused", reason };
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;
const recordLine =
  /^([a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)\.[ \t]+(\d{1,10})[ \t]+IN[ \t]+(A|AAAA|CNAME|NS|SOA|TXT)[ \t]+(\S.*?)[ \t]*$/;
const directive = /^\$(?:ORIGIN[ \t]+[a-z0-9_.-]+\.|TTL[ \t]+\d{1,10})[ \t]*$/;
const absoluteName = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.$/;
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const ipv6 = /^[0-9a-f:]{2,39}$/;
const soa = /^(?:[a-z0-9_.-]+\. )(?:(?:[!-\[\]-~]|\\[!-~])+\. )\d{1,10}(?: \d{1,10}){4}$/;

function parseRdata(type: ZoneRecordType, rdata: string): string | null {
  switch (type) {
    case "TXT":
      return joinStrings(rdata);
    case "CNAME":
    case "NS":
      return absoluteName.test(rdata) ? rdata.slice(0, -1) : null;
    case "A":
      return ipv4.test(rdata) ? rdata : null;
    case "AAAA":
      return ipv6.test(rdata) ? rdata : null;
    case "SOA":
      return soa.test(rdata) ? rdata : null;
  }
}

const oneString = /^"([\x20\x21\x23-\x5b\x5d-\x7e]{0,255})"$/;
const nextString = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"(?:[ \t]+|$)/y;

function joinStrings(rdata: string): string | null {
  const whole = oneString.exec(rdata);
  if (whole?.[1] !== undefined) return whole[1];
  let text = "";
  nextString.lastIndex = 0;
  while (nextString.lastIndex < rdata.length) {
    const found = nextString.exec(rdata);
    if (found?.[1] === undefined) return null;
    const string = found[1].replace(/\\(.)/g, "$1");
    if (string.length > stringOctets) return null;
    text += string;
  }
  return text;
}

/** Says in one line how a zone text differs from the records that were meant, in whatever order; null: not at all. */
export function zoneTextDifference(
  text: string,
  meant: readonly ZoneRecord[],
  allowed: { readonly directives: boolean },
): string | null {
  const read = parseZoneText(text);
  if (!read.ok) return `line ${String(read.line)}: ${read.reason}`;
  if (read.directives > 0 && !allowed.directives) {
    return "a $ORIGIN or $TTL would change the meaning of what follows it in the zone";
  }
  const { records } = read;
  if (
    records.length === meant.length &&
    records.every((record, index) => same(record, meant[index]))
  ) {
    return null;
  }
  const counts = new Map<string, number>();
  for (const record of meant) {
    const line = formatZoneRecord(record);
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  for (const record of records) {
    const line = formatZoneRecord(record);
    const count = counts.get(line) ?? 0;
    if (count === 0) return `it adds \`${line}\``;
    counts.set(line, count - 1);
  }
  for (const [line, count] of counts) if (count > 0) return `it lacks \`${line}\``;
  return null;
}

function same(a: ZoneRecord, b: ZoneRecord | undefined): boolean {
  return (
    a.value === b?.value && a.name === b.name && a.ttlSeconds === b.ttlSeconds && a.type === b.type
  );
}
