import fs from "node:fs";
import { describe, expect, it } from "vitest";
import { compileTemplates } from "../../src/site/templates.ts";
import {
  delegationZoneFile,
  domainZoneFile,
  type DelegationZoneContent,
} from "../../src/site/dns-files.ts";
import { delegatedRecords } from "../../src/site/dns-record.ts";
import type { RenderedOutput } from "../../src/site/output.ts";
import { delegated, longText, ownZone } from "./record-formats/sample-records.ts";

const renderer = compileTemplates(
  new Map(
    ["dns/domain.zone", "dns/delegation.zone"].map((name) => {
      const file = `templates/${name}.hbs`;
      return [name, { file, text: fs.readFileSync(file, "utf8") }] as const;
    }),
  ),
);

function render(output: RenderedOutput): string {
  return renderer.render(output.template, output.data);
}

describe("domainZoneFile", () => {
  it("is the domain's records in publishing order, nothing that outlives it", () => {
    const output = domainZoneFile("example.com", ownZone);
    const text = render(output);
    expect(output.path).toBe("dns/example.com.zone");
    expect(output.phase).toBe("record");
    expect(text).toBe(`\
; example.com: records for the zone example.com
; Policy first, DNS second: take the steps in order.
;
; 1. The policy host: first.
;    Senders fetch the policy from this host over HTTPS.
mta-sts.example.com. 3600 IN A 192.0.2.10
mta-sts.example.com. 3600 IN A 192.0.2.11
mta-sts.example.com. 3600 IN AAAA 2001:db8::10
;
; 2. The address for reports (TLS-RPT): at any time.
;    Senders report TLS failures to this address.
;    Publish it before the next step: the first reports then show whether that works.
_smtp._tls.example.com. 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls@example.net"
;
; 3. The announcement (_mta-sts): last.
;    Wait until https://mta-sts.example.com/.well-known/mta-sts.txt serves the policy of this build.
;    Senders that see a new id fetch the policy at once.
;    If they get the old policy, they keep it until it expires.
_mta-sts.example.com. 3600 IN TXT "v=STSv1; id=20261124T101010Z;"
`);
    expect(output.verify(text)).toBeNull();
  });

  it("gives a delegated domain's customer the CNAMEs alone", () => {
    const output = domainZoneFile("a.example", delegated("a.example"));
    const text = render(output);
    expect(text.split("\n").filter((line) => !line.startsWith(";"))).toEqual([
      "mta-sts.a.example. 600 IN CNAME policy.msp.example.",
      "_smtp._tls.a.example. 600 IN CNAME a.example._smtp._tls.sts.msp.example.",
      "_mta-sts.a.example. 600 IN CNAME a.example._mta-sts.sts.msp.example.",
      "",
    ]);
    expect(text).toContain(
      "; Publish these once: they lead to sts.msp.example, which holds what changes later.",
    );
    expect(output.verify(text)).toBeNull();
  });

  it("does not believe a template", () => {
    const output = domainZoneFile("long.example", [longText]);
    const text = render(output);
    expect(output.verify(text)).toBeNull();
    expect(output.verify(text.replace(" 60 IN", " 61 IN"))).toMatch(/^it adds/);
    expect(output.verify(text.replace(/^_smtp.*\n/m, ""))).toMatch(/^it lacks/);
    expect(output.verify(`$ORIGIN evil.example.\n${text}`)).toContain("$ORIGIN");
    expect(output.verify(`${text}$INCLUDE other\n`)).toMatch(/^line \d+: it is no record/);
  });
});

describe("delegationZoneFile", () => {
  const records = ["a.example", "b.example"].flatMap((domain) =>
    delegatedRecords(delegated(domain)),
  );
  const content: DelegationZoneContent = {
    zone: "sts.msp.example",
    records,
    settings: {
      zone: "sts.msp.example",
      ns: ["ns1.msp.example", "ns2.msp.example"],
      hostmaster: "dns.admin@msp.example",
    },
    serial: 1_795_000_000,
    isMailDomain: false,
    holdsMailDomains: false,
  };

  it("is a whole zone where the name servers are known", () => {
    const output = delegationZoneFile(content);
    const text = render(output);
    expect(output.path).toBe("dns/sts.msp.example.zone");
    expect(text).toBe(`\
; sts.msp.example: the records that 2 mail domains delegate
; Policy first, DNS second: publish it once the policies of this build are served. Senders that see
; a new id fetch the policy at once; if they get the old policy, they keep it until it expires.
$ORIGIN sts.msp.example.
$TTL 3600
sts.msp.example. 3600 IN SOA ns1.msp.example. dns\\.admin.msp.example. 1795000000 3600 900 1209600 300
sts.msp.example. 3600 IN NS ns1.msp.example.
sts.msp.example. 3600 IN NS ns2.msp.example.
a.example._smtp._tls.sts.msp.example. 600 IN TXT "v=TLSRPTv1; rua=mailto:tlsrpt@msp.example"
a.example._mta-sts.sts.msp.example. 600 IN TXT "v=STSv1; id=20261124T101010Z;"
b.example._smtp._tls.sts.msp.example. 600 IN TXT "v=TLSRPTv1; rua=mailto:tlsrpt@msp.example"
b.example._mta-sts.sts.msp.example. 600 IN TXT "v=STSv1; id=20261124T101010Z;"
`);
    expect(output.verify(text)).toBeNull();
    expect(output.verify(text.replace("1795000000", "1795000001"))).toMatch(/^it adds/);
    expect(output.verify(text.replace(/^.*NS ns2.*\n/m, ""))).toMatch(/^it lacks/);
  });

  it.each([
    ["the name servers are not known", { settings: null }],
    [
      "there are no name servers",
      { settings: { zone: "sts.msp.example", ns: [], hostmaster: null } },
    ],
    ["the zone holds mail domains", { holdsMailDomains: true }],
    ["the zone is a mail domain", { isMailDomain: true }],
  ])("is a part to include where %s", (_, change) => {
    const output = delegationZoneFile({ ...content, ...change });
    const text = render(output);
    expect(text).toContain("; This is not a whole zone: include it in the zone");
    expect(text).not.toMatch(/^\$|IN (SOA|NS) /m);
    expect(output.verify(text)).toBeNull();
    expect(output.verify(`$TTL 60\n${text}`)).toContain("$TTL");
  });

  it("does not take the file of a mail domain of that name", () => {
    const output = delegationZoneFile({ ...content, isMailDomain: true });
    expect(output.path).toBe("dns/delegation/sts.msp.example.zone");
  });

  it("has a mailbox where none is told", () => {
    const settings = { zone: "sts.msp.example", ns: ["ns.msp.example"], hostmaster: null };
    expect(render(delegationZoneFile({ ...content, settings }))).toContain(
      " SOA ns.msp.example. hostmaster.sts.msp.example. ",
    );
  });
});
