/** The formats of `stspress records --format`, each in one file beside this one. */
import type { DnsRecord } from "../dns-record.ts";
import { formatDnscontrol } from "./dnscontrol.ts";
import { formatJson } from "./json.ts";
import { formatNsupdate } from "./nsupdate.ts";
import { formatOctodns } from "./octodns.ts";
import { formatZone } from "./zone.ts";

/**
 * Prints records, each domain's in publishing order; the text ends with a line end.
 *
 * @param removed records that were published and are to go.
 */
export type RecordFormat = (records: readonly DnsRecord[], removed: readonly DnsRecord[]) => string;

export const recordFormats = {
  zone: formatZone,
  json: formatJson,
  nsupdate: formatNsupdate,
  dnscontrol: formatDnscontrol,
  octodns: formatOctodns,
} as const satisfies Record<string, RecordFormat>;

export type RecordFormatName = keyof typeof recordFormats;
