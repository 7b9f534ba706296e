import type { DnsRecord } from "../../../src/site/dns-record.ts";

const id = "20261124T101010Z";

function own(domain: string, zone: string): DnsRecord[] {
  const place = { ttlSeconds: 3600, zone, domain, once: false } as const;
  const host = { ...place, name: `mta-sts.${domain}`, purpose: "policy-host" } as const;
  return [
    { ...host, type: "A", value: "192.0.2.10" },
    { ...host, type: "A", value: "192.0.2.11" },
    { ...host, type: "AAAA", value: "2001:db8::10" },
    {
      ...place,
      name: `_smtp._tls.${domain}`,
      type: "TXT",
      value: "v=TLSRPTv1; rua=mailto:tls@example.net",
      purpose: "tls-rpt",
    },
    {
      ...place,
      name: `_mta-sts.${domain}`,
      type: "TXT",
      value: `v=STSv1; id=${id};`,
      purpose: "mta-sts",
    },
  ];
}

/** example.com, a zone of its own, with addresses of both families. */
export const ownZone = own("example.com", "example.com");

/** news.example.com, in the zone of its parent. */
export const inParentZone = own("news.example.com", "example.com");

/** A domain whose names are held in another zone. */
export function delegated(domain: string): DnsRecord[] {
  const place = { ttlSeconds: 600, domain } as const;
  const held = { ...place, type: "TXT", zone: "sts.msp.example", once: false } as const;
  const leads = { ...place, type: "CNAME", zone: domain, once: true } as const;
  const reports = `${domain}._smtp._tls.sts.msp.example`;
  const policy = `${domain}._mta-sts.sts.msp.example`;
  return [
    { ...leads, name: `mta-sts.${domain}`, value: "policy.msp.example", purpose: "policy-host" },
    {
      ...held,
      name: reports,
      value: "v=TLSRPTv1; rua=mailto:tlsrpt@msp.example",
      purpose: "tls-rpt",
    },
    { ...leads, name: `_smtp._tls.${domain}`, value: reports, purpose: "tls-rpt" },
    { ...held, name: policy, value: `v=STSv1; id=${id};`, purpose: "mta-sts" },
    { ...leads, name: `_mta-sts.${domain}`, value: policy, purpose: "mta-sts" },
  ];
}

/** A TLS-RPT text of three strings, and one with what each format has to escape. */
export const longText: DnsRecord = {
  name: "_smtp._tls.long.example",
  type: "TXT",
  ttlSeconds: 60,
  value: `v=TLSRPTv1; rua=${Array.from({ length: 20 }, (_, n) => `mailto:tls-reports-${String(n)}@example.net`).join(",")}`,
  zone: "long.example",
  domain: "long.example",
  purpose: "tls-rpt",
  once: false,
};

export const oddText: DnsRecord = {
  ...longText,
  name: "_smtp._tls.odd.example",
  value: "v=TLSRPTv1; rua=https://odd.example/?q='$(x)`y`{z}|<!--*/&%20#a\"b\\c",
  zone: "odd.example",
  domain: "odd.example",
};
