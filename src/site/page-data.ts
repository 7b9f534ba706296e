/** What the records page (`dist/index.html`) is made from; embedded in it as JSON. */
export interface PageRecord {
  readonly name: string;
  readonly type: "A" | "AAAA" | "CNAME" | "TXT";
  readonly ttl: number;
  readonly value: string;
  readonly purpose: "policy-host" | "mta-sts" | "tls-rpt";
}

/** One mail domain. Repeated things (mx lists, targets, steps) are indices into {@link PageData}'s tables to keep 100,000 domains small. */
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
  /** Zone that the records belong into. */
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
  readonly maxAge: number;
  readonly text: string;
}

export interface PageData {
  readonly version: string;
  readonly policies: readonly PagePolicy[];
  readonly domains: readonly PageDomain[];
}
