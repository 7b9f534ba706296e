/** What the records page (`dist/index.html`) is made from; embedded in it as JSON. */
export interface PageRecord {
  /** Absolute, without the trailing dot. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "CNAME" | "TXT";
  /** Seconds. */
  readonly ttl: number;
  /** As in a `DnsRecord`: a text unquoted and unsplit, a host without the trailing dot. */
  readonly value: string;
  readonly purpose: "policy-host" | "mta-sts" | "tls-rpt";
  /** The zone that the record is to be written into; for delegated records not the domain's own. */
  readonly zone: string;
  /** True for the CNAMEs that a customer publishes once (delegation). */
  readonly once: boolean;
}

/** One mail domain. */
export interface PageDomain {
  readonly domain: string;
  /** The name in its own script, when it differs. */
  readonly unicode?: string;
  /** null: TLS-RPT only. */
  readonly id: string | null;
  /** Index into `policies`; null: TLS-RPT only. */
  readonly policy: number | null;
  readonly target: string;
  /** UTC seconds when the current instance was recorded live (`stspress live`), or null. */
  readonly live: number | null;
  /** UTC seconds of the hold: until then some sender may still hold an earlier instance. null: none is held; "open": no end yet, because the current instance was not recorded live. */
  readonly hold: number | "open" | null;
  /** What may be held until then: indices into `policies`, oldest first, each once. Empty where `hold` is null. */
  readonly held: readonly number[];
  /** Zone that the domain's own records belong into. */
  readonly zone: string;
  /** The zone that records are delegated to, or null. */
  readonly delegation: string | null;
  /** In the order in which they are to be published: policy host, then TLS-RPT, then _mta-sts. */
  readonly records: readonly PageRecord[];
  /** The whole text of dist/dns/<domain>.zone. */
  readonly zoneText: string;
}

export interface PagePolicy {
  readonly mode: "none" | "testing" | "enforce";
  readonly mx: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
  /** As served. */
  readonly text: string;
}

export interface PageData {
  /** Of stspress. */
  readonly version: string;
  /** Each distinct policy once. */
  readonly policies: readonly PagePolicy[];
  /** Sorted by domain. Read once, from the first to the last: a generator keeps 100,000 of them out of memory. */
  readonly domains: Iterable<PageDomain>;
}
