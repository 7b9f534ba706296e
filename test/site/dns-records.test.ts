import { describe, expect, it } from "vitest";
import type { DomainConfig, TargetSettings } from "../../src/config/site-config.ts";
import {
  dnsShapeFromJson,
  dnsShapeOf,
  recordsOf,
  type DnsShape,
} from "../../src/site/dns-records.ts";

const id = "20261124T101010Z";

const settings: TargetSettings = {
  caddy: {
    address: {
      ipv4: ["192.0.2.20", "192.0.2.10", "192.0.2.20"],
      ipv6: ["2001:db8::10"],
      host: null,
    },
    layout: "per-host",
    askPort: 2020,
    email: null,
    reports: null,
  },
  cloudflare: { address: { ipv4: [], ipv6: [], host: "acme-sts.pages.dev" }, plan: "free" },
  "github-pages": { address: { ipv4: [], ipv6: [], host: null } },
};

function config(changes: Partial<DomainConfig> = {}): DomainConfig {
  return {
    domain: "example.com",
    unicode: null,
    declaration: { file: "domains/example.com.yaml", path: ["domain"] },
    zone: "example.com",
    ttlSeconds: 3600,
    target: "caddy",
    delegation: null,
    rua: ["mailto:tls@example.net", "https://example.net/tls?a=b"],
    mtaSts: {
      policy: { mode: "testing", mx: ["mx.example.com"], maxAgeSeconds: 604_800, extensions: [] },
      profileMx: [],
      retire: false,
      skipTesting: null,
      skipOverlap: null,
      skipEvidence: null,
    },
    ...changes,
  };
}

/** One line per record: name, TTL, type, value, and where it goes. */
function lines(domain: string, shape: DnsShape, policyId: string | null): string[] {
  return recordsOf(domain, shape, policyId).map(
    (r) =>
      `${r.name} ${String(r.ttlSeconds)} ${r.type} ${r.value} | ${r.zone}${r.once ? " once" : ""}`,
  );
}

describe("dnsShapeOf", () => {
  it("sorts addresses and drops repeated ones", () => {
    expect(dnsShapeOf(config(), settings).address).toEqual({
      ipv4: ["192.0.2.10", "192.0.2.20"],
      ipv6: ["2001:db8::10"],
      host: null,
    });
  });

  it("is the same for domains that differ in name only", () => {
    const other = config({ domain: "example.org", zone: "example.org" });
    expect(JSON.stringify(dnsShapeOf(other, settings))).toBe(
      JSON.stringify(dnsShapeOf(config(), settings)),
    );
  });

  it("names a zone only when it is a parent", () => {
    expect(dnsShapeOf(config(), settings).zone).toBeNull();
    expect(dnsShapeOf(config({ domain: "news.example.com" }), settings).zone).toBe("example.com");
  });

  it("has no address where none was told, and none without a policy", () => {
    expect(dnsShapeOf(config({ target: "github-pages" }), settings).address).toBeNull();
    expect(dnsShapeOf(config({ target: "nginx" }), settings).address).toBeNull();
    expect(dnsShapeOf(config({ mtaSts: null }), settings).address).toBeNull();
  });
});

describe("recordsOf", () => {
  it("gives the policy host, then TLS-RPT, then _mta-sts", () => {
    expect(lines("example.com", dnsShapeOf(config(), settings), id)).toEqual([
      "mta-sts.example.com 3600 A 192.0.2.10 | example.com",
      "mta-sts.example.com 3600 A 192.0.2.20 | example.com",
      "mta-sts.example.com 3600 AAAA 2001:db8::10 | example.com",
      "_smtp._tls.example.com 3600 TXT v=TLSRPTv1; rua=mailto:tls@example.net,https://example.net/tls?a=b | example.com",
      `_mta-sts.example.com 3600 TXT v=STSv1; id=${id}; | example.com`,
    ]);
  });

  it("gives a CNAME for a host name, and the parent's zone for a subdomain", () => {
    const news = config({ domain: "news.example.com", target: "cloudflare", rua: null });
    expect(lines("news.example.com", dnsShapeOf(news, settings), id)).toEqual([
      "mta-sts.news.example.com 3600 CNAME acme-sts.pages.dev | example.com",
      `_mta-sts.news.example.com 3600 TXT v=STSv1; id=${id}; | example.com`,
    ]);
  });

  it("gives only TLS-RPT without a policy, and no policy host without an address", () => {
    const first = config({ mtaSts: null, rua: ["mailto:a@b.example"] });
    expect(lines("example.com", dnsShapeOf(first, settings), null)).toEqual([
      "_smtp._tls.example.com 3600 TXT v=TLSRPTv1; rua=mailto:a@b.example | example.com",
    ]);
    const untold = config({ target: "github-pages", rua: null });
    expect(lines("example.com", dnsShapeOf(untold, settings), id)).toEqual([
      `_mta-sts.example.com 3600 TXT v=STSv1; id=${id}; | example.com`,
    ]);
  });

  it("gives no policy host once the policy is gone, whatever address the lock remembers", () => {
    const shape = dnsShapeOf(config({ rua: null }), settings);
    expect(shape.address).not.toBeNull();
    expect(recordsOf("example.com", shape, null)).toEqual([]);
  });

  it("leads delegated names to the zone that holds the texts (RFC 8461 §8.2)", () => {
    const customer = config({
      domain: "a.example",
      zone: "a.example",
      target: "cloudflare",
      delegation: "sts.msp.example",
      rua: ["mailto:tlsrpt@msp.example"],
    });
    expect(lines("a.example", dnsShapeOf(customer, settings), id)).toEqual([
      "mta-sts.a.example 3600 CNAME acme-sts.pages.dev | a.example once",
      "a.example._smtp._tls.sts.msp.example 3600 TXT v=TLSRPTv1; rua=mailto:tlsrpt@msp.example | sts.msp.example",
      "_smtp._tls.a.example 3600 CNAME a.example._smtp._tls.sts.msp.example | a.example once",
      `a.example._mta-sts.sts.msp.example 3600 TXT v=STSv1; id=${id}; | sts.msp.example`,
      "_mta-sts.a.example 3600 CNAME a.example._mta-sts.sts.msp.example | a.example once",
    ]);
  });
});

describe("dnsShapeFromJson", () => {
  const shapes = [
    dnsShapeOf(config(), settings),
    dnsShapeOf(config({ target: "cloudflare", delegation: "sts.msp.example" }), settings),
    dnsShapeOf(config({ domain: "news.example.com", mtaSts: null }), settings),
    dnsShapeOf(config({ target: "github-pages", rua: null }), settings),
  ];

  it("reads what was written, byte for byte", () => {
    for (const shape of shapes) {
      const text = JSON.stringify(shape);
      expect(JSON.stringify(dnsShapeFromJson(JSON.parse(text)))).toBe(text);
    }
  });

  const good = { zone: null, ttlSeconds: 60, delegation: null, rua: null, address: null };
  const address = { ipv4: [], ipv6: [], host: "a.example" };
  const bad: Record<string, unknown> = {
    "no object": [],
    null: null,
    undefined: undefined,
    "a field missing": { zone: null, ttlSeconds: 60, delegation: null, rua: null },
    "a zone with a line end": { ...good, zone: "a.example\nevil" },
    "a zone in capitals": { ...good, zone: "A.example" },
    "a zone that is a number": { ...good, zone: 1 },
    "a delegation with a space": { ...good, delegation: "a b.example" },
    "a TTL in text": { ...good, ttlSeconds: "60" },
    "a fraction of a second": { ...good, ttlSeconds: 1.5 },
    "a TTL over 31 bits": { ...good, ttlSeconds: 0x8000_0000 },
    "a negative TTL": { ...good, ttlSeconds: -1 },
    "no rua in the list": { ...good, rua: [] },
    "a rua with a quote": { ...good, rua: ['mailto:a"b@c.example'] },
    "a rua with a comma": { ...good, rua: ["mailto:a@b.example,c@d.example"] },
    "a rua with a line end": { ...good, rua: ["mailto:a@b.example\n"] },
    "a rua of another scheme": { ...good, rua: ["http://a.example"] },
    "an address that is none": { ...good, address: { ...address, host: null } },
    "a host and addresses": { ...good, address: { ...address, ipv4: ["192.0.2.1"] } },
    "a bad IPv4 address": { ...good, address: { ipv4: ["192.0.2.256"], ipv6: [], host: null } },
    "an IPv6 address in another form": {
      ...good,
      address: { ipv4: [], ipv6: ["2001:DB8::1"], host: null },
    },
    "addresses that are no list": { ...good, address: { ipv4: "192.0.2.1", ipv6: [], host: null } },
  };
  it.each(Object.entries(bad))("refuses %s", (_, json) => {
    expect(dnsShapeFromJson(good)).toEqual(good);
    expect(dnsShapeFromJson(json)).toBeNull();
  });
});
