/**
 * The zone files of `dist/dns/`: one per domain for pasting, and one per zone that domains are
 * delegated to.
 */
import type { DelegationZone } from "../config/site-config.ts";
import { delegatedRecords, ownRecords, type DnsRecord } from "./dns-record.ts";
import type { RenderedOutput } from "./output.ts";
import { publishingSteps, stepComment } from "./publishing-steps.ts";
import { formatZoneRecord, zoneTextDifference, type ZoneRecord } from "./zone-text.ts";

/** The template of a domain's zone file. */
export const domainZoneTemplate = "dns/domain.zone";

/** `dist/dns/<domain>.zone`: what belongs into the domain's own zone. Gives no `$ORIGIN`, so that it can be appended to one. */
export function domainZoneFile(domain: string, records: readonly DnsRecord[]): RenderedOutput {
  const pasted = ownRecords(records);
  return {
    path: `dns/${domain}.zone`,
    kind: "rendered",
    phase: "record",
    template: domainZoneTemplate,
    // Only when asked for: a text that was rendered before is only verified.
    get data() {
      return domainZoneData(domain, pasted, delegatedRecords(records)[0]?.zone ?? null);
    },
    verify: (text) => zoneTextDifference(text, pasted, { directives: false }),
  };
}

/** What the template of a domain's zone file sees. */
interface DomainZoneData {
  readonly domain: string;
  /** The zone that the records are pasted into. */
  readonly zone: string;
  /** The zone that holds what changes later, or null. */
  readonly delegation: string | null;
  readonly steps: readonly {
    /** Counts from 1. */
    readonly number: number;
    /** Lines of comment, plain ASCII. */
    readonly words: readonly string[];
    /** Whole lines of zone text. */
    readonly records: readonly string[];
  }[];
}

function domainZoneData(
  domain: string,
  pasted: readonly DnsRecord[],
  delegation: string | null,
): DomainZoneData {
  return {
    domain,
    zone: pasted[0]?.zone ?? domain,
    delegation,
    steps: publishingSteps(pasted).map((step, at) => ({
      number: at + 1,
      words: stepComment(domain, step),
      records: step.records.map(formatZoneRecord),
    })),
  };
}

/** A zone that domains are delegated to. */
export interface DelegationZoneContent {
  readonly zone: string;
  /** {@link delegatedRecords} of every domain, in the order of the domains. */
  readonly records: readonly DnsRecord[];
  /** The settings, when it is the site's own delegation zone. */
  readonly settings: DelegationZone | null;
  /** SOA serial; grows whenever a record changes ({@link import("./zone-serial.ts").nextSerial}). */
  readonly serial: number;
  /** Whether the zone is a declared mail domain, whose own file has the name already. */
  readonly isMailDomain: boolean;
  /** Whether records of a mail domain live in the zone: then others may, too, and a whole zone file would lose them. */
  readonly holdsMailDomains: boolean;
}

/**
 * `dist/dns/<zone>.zone`, or `dist/dns/delegation/<zone>.zone` where that is a mail domain's: a whole
 * zone, when its name servers are known and it holds nothing else, or a part to be included in one.
 */
export function delegationZoneFile(content: DelegationZoneContent): RenderedOutput {
  const { zone, records } = content;
  const head = wholeZoneHead(content);
  return {
    path: `dns/${content.isMailDomain ? "delegation/" : ""}${zone}.zone`,
    kind: "rendered",
    phase: "record",
    template: "dns/delegation.zone",
    data: {
      zone,
      domains: new Set(records.map((record) => record.domain)).size,
      head: head.map(formatZoneRecord),
      records: records.map(formatZoneRecord),
    },
    verify: (text) =>
      zoneTextDifference(text, [...head, ...records], { directives: head.length > 0 }),
  };
}

/** Seconds of the SOA record (RFC 1912 §2.2). The last is how long resolvers cache "no such record", which new customers wait for. */
const soaTimes = "3600 900 1209600 300";
const headTtlSeconds = 3600;

function wholeZoneHead(content: DelegationZoneContent): ZoneRecord[] {
  const { zone, settings } = content;
  const primary = settings?.ns[0];
  if (primary === undefined || content.isMailDomain || content.holdsMailDomains) return [];
  const hostmaster = mailboxName(settings?.hostmaster ?? `hostmaster@${zone}`);
  const place = { name: zone, ttlSeconds: headTtlSeconds } as const;
  const value = `${primary}. ${hostmaster}. ${String(content.serial)} ${soaTimes}`;
  return [
    { ...place, type: "SOA", value },
    ...(settings?.ns ?? []).map((host) => ({ ...place, type: "NS" as const, value: host })),
  ];
}

/** A mailbox as a domain name: the dots before the `@` are escaped (RFC 1035 §8). */
function mailboxName(mailbox: string): string {
  const at = mailbox.lastIndexOf("@");
  const local = mailbox.slice(0, at).replace(/[^A-Za-z0-9_-]/g, "\\$&");
  return `${local}.${mailbox.slice(at + 1).toLowerCase()}`;
}
