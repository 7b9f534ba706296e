import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { DnsRecord } from "../../../src/site/dns-record.ts";
import { recordFormats } from "../../../src/site/record-formats/formats.ts";
import { parseZoneText } from "../../../src/site/zone-text.ts";
import { delegated, inParentZone, longText, oddText, ownZone } from "./sample-records.ts";

const everything = [
  ...ownZone,
  ...inParentZone,
  ...delegated("a10.example"),
  ...delegated("a9.example"),
  longText,
  oddText,
];

/** What every reader below gives. */
interface Meant {
  readonly zone?: string;
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly value: string;
}

function meant(records: readonly DnsRecord[]): Meant[] {
  return sorted(
    records.map(({ zone, name, ttlSeconds: ttl, type, value }) => ({
      zone,
      name,
      ttl,
      type,
      value,
    })),
  );
}

function sorted(records: readonly Meant[]): Meant[] {
  const key = (one: Meant): string => JSON.stringify([one.zone, one.name, one.type, one.value]);
  return records.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function absolute(name: string, zone: string): string {
  return name === "" || name === "@" ? zone : `${name}.${zone}`;
}

describe("zone", () => {
  it("gives exactly the records", () => {
    const read = parseZoneText(recordFormats.zone(everything, []));
    if (!read.ok) throw new Error(read.reason);
    const records = read.records.map(({ ttlSeconds: ttl, ...one }) => ({ ...one, ttl }));
    expect(sorted(records)).toEqual(sorted(meant(everything).map(({ zone: _, ...one }) => one)));
  });

  it("says what must be live first, step by step", () => {
    expect(recordFormats.zone(ownZone, [])).toBe(`\
; Policy first, DNS second: take the steps of each domain in order.

; example.com: records for the zone example.com
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
  });

  it("lists what is to be removed as comments, the policy host last", () => {
    expect(recordFormats.zone([], ownZone.slice(2))).toBe(`\
; Policy first, DNS second: take the steps of each domain in order.

; Remove from the zone example.com, in this order:
;   _mta-sts.example.com. 3600 IN TXT "v=STSv1; id=20261124T101010Z;"
;   _smtp._tls.example.com. 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls@example.net"
;   mta-sts.example.com. 3600 IN AAAA 2001:db8::10
`);
  });
});

describe("json", () => {
  it("gives the records and the removed ones", () => {
    const json = JSON.parse(recordFormats.json(ownZone, delegated("a.example").slice(0, 1))) as {
      records: Meant[];
      removed: unknown[];
    };
    expect(json.records).toHaveLength(ownZone.length);
    expect(json.records[4]).toEqual({
      domain: "example.com",
      zone: "example.com",
      name: "_mta-sts.example.com",
      type: "TXT",
      ttl: 3600,
      value: "v=STSv1; id=20261124T101010Z;",
      purpose: "mta-sts",
      once: false,
    });
    expect(json.removed).toEqual([
      {
        domain: "a.example",
        zone: "a.example",
        name: "mta-sts.a.example",
        type: "CNAME",
        ttl: 600,
        value: "policy.msp.example",
        purpose: "policy-host",
        once: true,
      },
    ]);
  });
});

describe("nsupdate", () => {
  /** Runs a script on zone lines, update by update, as RFC 2136 §3.4.2 tells a server to. */
  function run(script: string, before: readonly string[] = []): string[] {
    const held = new Map<string, string[]>();
    const at = (name: string): string[] => held.get(name) ?? [];
    for (const line of before) held.set(nameOf(line), [...at(nameOf(line)), line]);
    let zone = "";
    for (const line of script.split("\n")) {
      const [verb = "", what = "", name = "", ...rest] = line.split(" ");
      if (line === "" || line.startsWith(";")) continue;
      else if (verb === "zone") zone = what;
      else if (line === "send") zone = "";
      else if (what === "delete") {
        held.set(
          name,
          at(name).filter((one) => typeOf(one) !== rest[0]),
        );
      } else if (what === "add") {
        const added = [name, ...rest].join(" ");
        expect(`.${name}`.endsWith(`.${zone}`), `${name} in ${zone}`).toBe(true);
        const isCname = typeOf(added) === "CNAME";
        const clash = at(name).some((one) => (typeOf(one) === "CNAME") !== isCname);
        if (!clash) held.set(name, [...at(name), added]);
      } else throw new Error(`nsupdate would not know: ${line}`);
    }
    expect(zone).toBe("");
    return [...held.values()].flat().sort();
  }
  const nameOf = (line: string): string => line.split(" ")[0] ?? "";
  const typeOf = (line: string): string | undefined => line.split(" ")[3];
  const linesOf = (records: readonly DnsRecord[]): string[] => {
    const read = recordFormats.zone(records, []).split("\n");
    return read.filter((line) => line !== "" && !line.startsWith(";")).sort();
  };

  it("makes an empty server hold exactly the records, however often it runs", () => {
    const script = recordFormats.nsupdate(everything, []);
    const once = run(script);
    expect(once).toEqual(linesOf(everything));
    expect(run(script, once)).toEqual(once);
  });

  it("sends policy hosts and TLS reports first, _mta-sts after a warning", () => {
    expect(recordFormats.nsupdate(ownZone, [])).toBe(`\
; For nsupdate, which sends to each zone's primary server. Add \`server\` and a key (-k) if you need them.

; The policy host: first.
; Senders fetch the policy from this host over HTTPS.
; The address for reports (TLS-RPT): at any time.
; Senders report TLS failures to this address.
; Publish it before the next step: the first reports then show whether that works.
zone example.com.
update delete mta-sts.example.com. CNAME
update delete mta-sts.example.com. A
update delete mta-sts.example.com. AAAA
update add mta-sts.example.com. 3600 IN A 192.0.2.10
update add mta-sts.example.com. 3600 IN A 192.0.2.11
update add mta-sts.example.com. 3600 IN AAAA 2001:db8::10
update delete _smtp._tls.example.com. CNAME
update delete _smtp._tls.example.com. TXT
update add _smtp._tls.example.com. 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls@example.net"
send

; The announcement (_mta-sts): last.
; Wait until https://mta-sts.<domain>/.well-known/mta-sts.txt serves the policy of this build.
; Senders that see a new id fetch the policy at once.
; If they get the old policy, they keep it until it expires.
zone example.com.
update delete _mta-sts.example.com. CNAME
update delete _mta-sts.example.com. TXT
update add _mta-sts.example.com. 3600 IN TXT "v=STSv1; id=20261124T101010Z;"
send
`);
  });

  it("turns addresses into a CNAME and a TXT record into a delegated one, and leaves other types", () => {
    const after = delegated("example.com");
    const caa = 'mta-sts.example.com. 60 IN CAA 0 issue "ca.example"';
    const before = [...linesOf(ownZone), 'other.example.com. 60 IN TXT "stays"'];
    const script = recordFormats.nsupdate(after, ownZone.slice(0, 3));
    expect(run(script, before)).toEqual(
      [...linesOf(after), 'other.example.com. 60 IN TXT "stays"'].sort(),
    );
    expect(run(recordFormats.nsupdate(ownZone, []), [caa])).toContain(caa);
  });

  it("removes what is no longer published, _mta-sts before the policy host", () => {
    const script = recordFormats.nsupdate([], ownZone);
    expect(run(script, linesOf(ownZone))).toEqual([]);
    const deletions = script.split("\n").filter((line) => line.startsWith("update"));
    expect(deletions).toEqual([
      "update delete _mta-sts.example.com. TXT",
      "update delete _smtp._tls.example.com. TXT",
      "update delete mta-sts.example.com. A",
      "update delete mta-sts.example.com. AAAA",
    ]);
  });

  it("keeps every message below the 64 KB of DNS over TCP, and no RRset apart", () => {
    const many = Array.from({ length: 500 }, (_, n) => delegated(`d${String(n)}.example`)).flat();
    const script = recordFormats.nsupdate(many, []);
    const messages = script.split("send\n");
    expect(Math.max(...messages.map((one) => one.length))).toBeLessThan(40_000);
    for (const message of messages) {
      const added = [...message.matchAll(/^update add (\S+)/gm)].map((one) => one[1]);
      const deleted = new Set([...message.matchAll(/^update delete (\S+)/gm)].map((one) => one[1]));
      expect(added.every((one) => deleted.has(one))).toBe(true);
    }
    expect(run(script)).toEqual(linesOf(many));
  });
});

describe("dnscontrol", () => {
  /** Runs a dnsconfig.js with functions that note what DNSControl's would be told. */
  function run(text: string): Meant[] {
    const noted: Meant[] = [];
    type Modifier = (zone: string) => void;
    const record =
      (type: string) =>
      (name: string, target: string, ttl: { ttl: number }): Modifier =>
      (zone) => {
        if (type === "CNAME") expect(target).toMatch(/\.$/);
        const value = type === "CNAME" ? target.slice(0, -1) : target;
        noted.push({ zone, name: absolute(name, zone), ttl: ttl.ttl, type, value });
      };
    vm.runInNewContext(text, {
      A: record("A"),
      AAAA: record("AAAA"),
      CNAME: record("CNAME"),
      TXT: record("TXT"),
      TTL: (ttl: number) => ({ ttl }),
      D_EXTEND: (zone: string, ...modifiers: readonly Modifier[]) => {
        for (const modify of modifiers) modify(zone);
      },
    });
    return sorted(noted);
  }

  it("tells DNSControl exactly the records", () => {
    expect(run(recordFormats.dnscontrol(everything, []))).toEqual(meant(everything));
  });

  it("writes the ES5 that its interpreter reads: no trailing comma, no template", () => {
    const text = recordFormats.dnscontrol([...inParentZone.slice(2), longText], inParentZone);
    expect(text).toBe(`\
// For dnsconfig.js, after the D() of each zone.
// Policy first, DNS second: dnscontrol pushes a whole zone at once, so add the last step of each domain later.

D_EXTEND("example.com",
  // news.example.com
  // 1. The policy host: first.
  //    Senders fetch the policy from this host over HTTPS.
  AAAA("mta-sts.news", "2001:db8::10", TTL(3600)),
  // 2. The address for reports (TLS-RPT): at any time.
  //    Senders report TLS failures to this address.
  //    Publish it before the next step: the first reports then show whether that works.
  TXT("_smtp._tls.news", "v=TLSRPTv1; rua=mailto:tls@example.net", TTL(3600)),
  // 3. The announcement (_mta-sts): last.
  //    Wait until https://mta-sts.news.example.com/.well-known/mta-sts.txt serves the policy of this build.
  //    Senders that see a new id fetch the policy at once.
  //    If they get the old policy, they keep it until it expires.
  TXT("_mta-sts.news", "v=STSv1; id=20261124T101010Z;", TTL(3600))
);

D_EXTEND("long.example",
  // long.example
  // 1. The address for reports (TLS-RPT): at any time.
  //    Senders report TLS failures to this address.
  //    It does not change how mail is delivered.
  TXT("_smtp._tls", ${JSON.stringify(longText.value)}, TTL(60))
);

// No longer published: remove what made these records, in this order:
//   _mta-sts.news.example.com. 3600 IN TXT "v=STSv1; id=20261124T101010Z;"
//   _smtp._tls.news.example.com. 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls@example.net"
//   mta-sts.news.example.com. 3600 IN A 192.0.2.10
//   mta-sts.news.example.com. 3600 IN A 192.0.2.11
//   mta-sts.news.example.com. 3600 IN AAAA 2001:db8::10
`);
  });
});

describe("octodns", () => {
  interface Rrset {
    readonly ttl: number;
    readonly type: string;
    readonly value?: string;
    readonly values?: readonly string[];
  }

  /** Reads as octoDNS's YamlProvider does, the file's name taken from the first comment. */
  function read(text: string): Meant[] {
    const found: Meant[] = [];
    for (const document of parseAllDocuments(text, { uniqueKeys: true, strict: true })) {
      if (!("errors" in document) || !("contents" in document)) continue;
      expect(document.errors).toEqual([]);
      const zone = /^ (\S+)\.yaml,/.exec(document.toString().match(/#(.*)/)?.[1] ?? "")?.[1] ?? "";
      const names = document.toJS() as Record<string, Rrset | readonly Rrset[]>;
      for (const [name, rrsets] of Object.entries(names)) {
        for (const rrset of [rrsets].flat() as readonly Rrset[]) {
          for (const raw of rrset.values ?? [rrset.value ?? "missing"]) {
            found.push({
              zone,
              name: absolute(name, zone),
              ttl: rrset.ttl,
              type: rrset.type,
              value: valueOf(rrset.type, raw),
            });
          }
        }
      }
    }
    return sorted(found);
  }

  function valueOf(type: string, raw: string): string {
    if (type === "TXT") {
      expect(raw).not.toMatch(/(^|[^\\]);/);
      return raw.replaceAll("\\;", ";");
    }
    if (type === "CNAME") {
      expect(raw).toMatch(/\.$/);
      return raw.slice(0, -1);
    }
    return raw;
  }

  it("gives exactly the records", () => {
    expect(read(recordFormats.octodns(everything, []))).toEqual(meant(everything));
  });

  it("writes as octodns-dump does", () => {
    expect(recordFormats.octodns([...ownZone, ...inParentZone.slice(4)], ownZone.slice(4))).toBe(`\
---
# example.com.yaml, with the source's \`escaped_semicolons: true\`
# Policy first, DNS second: add the _mta-sts records last.
# Wait until https://mta-sts.<domain>/.well-known/mta-sts.txt serves the policy of this build.
'_mta-sts':
  ttl: 3600
  type: TXT
  value: 'v=STSv1\\; id=20261124T101010Z\\;'
'_mta-sts.news':
  ttl: 3600
  type: TXT
  value: 'v=STSv1\\; id=20261124T101010Z\\;'
'_smtp._tls':
  ttl: 3600
  type: TXT
  value: 'v=TLSRPTv1\\; rua=mailto:tls@example.net'
'mta-sts':
  - ttl: 3600
    type: A
    values:
    - '192.0.2.10'
    - '192.0.2.11'
  - ttl: 3600
    type: AAAA
    value: '2001:db8::10'
# No longer published: remove these records, in this order:
#   _mta-sts.example.com. 3600 IN TXT "v=STSv1; id=20261124T101010Z;"
`);
  });

  it("orders names naturally, or octoDNS refuses the file", () => {
    const domains = [
      "a10.example",
      "a9.example",
      "b.example",
      "1.example",
      "a009.example",
      "a.example",
    ];
    const text = recordFormats.octodns(domains.flatMap(delegated), []);
    const zone = text.slice(text.indexOf("# sts.msp.example.yaml"));
    const names = [...zone.matchAll(/^'(\S+)\._mta-sts':/gm)].map((one) => one[1]);
    expect(names).toEqual([
      "1.example",
      "a9.example",
      "a009.example",
      "a10.example",
      "a.example",
      "b.example",
    ]);
  });

  it("is a valid document when there is nothing to print", () => {
    expect(recordFormats.octodns([], [])).toBe("--- {}\n");
  });
});
