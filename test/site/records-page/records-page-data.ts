/** Sites of any size for the records page: realistic, and the same each time. */
import type { PageData, PageDomain, PagePolicy, PageRecord } from "../../../src/site/page-data.ts";

/** 2026-11-24T09:00:00Z */
const built = 1_795_510_800;

const policies: readonly PagePolicy[] = [
  policy("enforce", ["mx1.example.com", "mx2.example.com", "*.mail.example.net"], 604_800),
  policy("testing", ["smtp.google.com", "aspmx.l.google.com", "*.aspmx.l.google.com"], 86_400),
  policy("none", [], 86_400),
  policy("enforce", ["*.mx.msp.example"], 2_592_000),
  policy("enforce", ["mx1.example.com"], 604_800),
  policy(
    "testing",
    Array.from({ length: 50 }, (_, n) => `mx${String(n + 1)}.region-${String(n % 5)}.example.org`),
    31_557_600,
  ),
];

export function policy(
  mode: PagePolicy["mode"],
  mx: readonly string[],
  maxAge: number,
): PagePolicy {
  const lines = ["version: STSv1", `mode: ${mode}`, ...mx.map((pattern) => `mx: ${pattern}`)];
  return { mode, mx, maxAge, text: [...lines, `max_age: ${String(maxAge)}`, ""].join("\r\n") };
}

const letters = [
  "nord",
  "alpen",
  "hafen",
  "linden",
  "kupfer",
  "velo",
  "brot",
  "licht",
  "wald",
  "salz",
];
const trades = ["apotheke", "druck", "werkstatt", "verlag", "garten", "kontor", "studio", "labor"];
const endings = ["example", "de.example", "shop.example", "coop.example", "org.example"];

const named: readonly Partial<PageDomain>[] = [
  {
    domain: "example.com",
    live: built - 86_400 * 9,
    hold: built + 86_400 * 18,
    held: [4],
  },
  { domain: "news.example.com", policy: 1, live: null, hold: null, zone: "example.com" },
  { domain: "xn--bcher-kva.example", unicode: "bücher.example", policy: null, id: null },
  { domain: "left.example", policy: 2, live: null, hold: "open", held: [4, 0] },
  {
    domain: "customer.example",
    policy: 3,
    delegation: "sts.msp.example",
    live: built - 86_400 * 40,
  },
  { domain: "many.example", policy: 5, live: null },
  { domain: longName(), policy: 0, live: built - 86_400, hold: built - 3600, held: [4] },
  { domain: "xn--mgba3a4f16a.example", unicode: "ایران.example", policy: 1, live: built - 3600 },
];

function longName(): string {
  const label = "a-mail-domain-whose-name-is-as-long-as-the-rules-of-dns-allow-63";
  return `${[label, label, label].map((one) => one.slice(0, 63)).join(".")}.${"x".repeat(32)}.example`;
}

/** The data of a site with so many domains. */
export function sampleSite(count: number): PageData {
  return { version: "0.1.0", policies, domains: sampleDomains(count) };
}

function* sampleDomains(count: number): Iterable<PageDomain> {
  for (let n = 0; n < count; n += 1) yield sampleDomain(named[n] ?? generated(n));
}

function generated(n: number): Partial<PageDomain> {
  const word = letters[n % letters.length] ?? "";
  const trade = trades[Math.floor(n / 3) % trades.length] ?? "";
  const ending = endings[Math.floor(n / 7) % endings.length] ?? "";
  const kind = [3, 3, 1, 3, 0, null, 3, 1, 3, 2][n % 10] ?? null;
  return {
    domain: `${word}${trade}-${String(n)}.${ending}`,
    policy: kind,
    ...(kind === null ? { id: null } : {}),
    live: kind === null || n % 4 === 0 ? null : built - 3600 * n,
    delegation: n % 3 === 0 ? "sts.msp.example" : null,
  };
}

/** A domain of which only this is special. */
export function sampleDomain(given: Partial<PageDomain>): PageDomain {
  const domain = given.domain ?? "example.com";
  const id = given.id === undefined ? "20261115T091502Z" : given.id;
  const base = {
    domain,
    id,
    policy: id === null ? null : 0,
    target: "caddy",
    live: null,
    hold: null,
    held: [],
    zone: domain,
    delegation: null,
    ...given,
  };
  const records = given.records ?? recordsOf(base.domain, base.zone, id, base.delegation);
  return { ...base, records, zoneText: given.zoneText ?? zoneText(domain, base.zone, records) };
}

function recordsOf(
  domain: string,
  zone: string,
  id: string | null,
  delegation: string | null,
): PageRecord[] {
  const records: PageRecord[] = [];
  const host = { name: `mta-sts.${domain}`, ttl: 3600, purpose: "policy-host", zone } as const;
  if (id !== null && delegation === null) {
    records.push({ ...host, type: "A", value: "192.0.2.10", once: false });
    records.push({ ...host, type: "AAAA", value: "2001:db8::10", once: false });
  } else if (id !== null) {
    records.push({ ...host, type: "CNAME", value: "policy.msp.example", once: true });
  }
  const text = (label: string, value: string, purpose: "tls-rpt" | "mta-sts"): void => {
    const common = { ttl: 3600, purpose } as const;
    const name = `${label}.${domain}`;
    if (delegation === null) {
      records.push({ ...common, name, type: "TXT", value, zone, once: false });
      return;
    }
    const there = `${domain}.${label}.${delegation}`;
    records.push({ ...common, name: there, type: "TXT", value, zone: delegation, once: false });
    records.push({ ...common, name, type: "CNAME", value: there, zone, once: true });
  };
  text("_smtp._tls", reportText(domain), "tls-rpt");
  if (id !== null) text("_mta-sts", `v=STSv1; id=${id};`, "mta-sts");
  return records;
}

/** One of the named domains has a record that does not fit one string. */
function reportText(domain: string): string {
  const uris = ["mailto:tls-reports@example.net"];
  if (domain === "many.example") {
    for (let n = 0; n < 6; n += 1)
      uris.push(`https://reports-${String(n)}.example.org/tls/many.example`);
  }
  return `v=TLSRPTv1; rua=${uris.join(",")}`;
}

function zoneText(domain: string, zone: string, records: readonly PageRecord[]): string {
  const own = records.filter((record) => record.zone === zone);
  const step = (purpose: PageRecord["purpose"], words: string): string[] => {
    const lines = own.filter((record) => record.purpose === purpose).map(zoneLine);
    return lines.length === 0 ? [] : [";", `; ${words}`, ...lines];
  };
  return [
    `; ${domain}: records for the zone ${zone}`,
    "; Policy first, DNS second: take the steps in order.",
    ...step(
      "policy-host",
      "1. The policy host, where senders fetch the policy: before anything else.",
    ),
    ...step("tls-rpt", "2. Where senders report failures (TLS-RPT): at any time."),
    ...step(
      "mta-sts",
      `3. Only when https://mta-sts.${domain}/.well-known/mta-sts.txt answers 200.`,
    ),
    "",
  ].join("\n");
}

function zoneLine({ name, ttl, type, value }: PageRecord): string {
  const rdata =
    type === "TXT"
      ? (value.match(/.{1,255}/g) ?? [""]).map((string) => `"${string}"`).join(" ")
      : type === "CNAME"
        ? `${value}.`
        : value;
  return `${name}. ${String(ttl)} IN ${type} ${rdata}`;
}
