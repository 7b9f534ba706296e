/** Real DNS programs read what is printed: zone files, the delegation zone, scripts of nsupdate. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileTemplates } from "../../src/site/templates.ts";
import { changedRecords, recordsToPublish } from "../../src/site/changed-records.ts";
import { delegatedRecords, ownRecords, type DnsRecord } from "../../src/site/dns-record.ts";
import {
  delegationZoneFile,
  domainZoneFile,
  type DelegationZoneContent,
} from "../../src/site/dns-files.ts";
import { recordsOf, type DnsShape } from "../../src/site/dns-records.ts";
import type { RenderedOutput } from "../../src/site/output.ts";
import { recordFormats } from "../../src/site/record-formats/formats.ts";
import { nextSerial } from "../../src/site/zone-serial.ts";
import { parseZoneText, type ZoneRecord } from "../../src/site/zone-text.ts";
import { oddText } from "../site/record-formats/sample-records.ts";
import { Cleanup } from "./support/cleanup.ts";
import { emptyZone, startDnsServer, type DnsServer } from "./support/dns-server.ts";
import { describePeers } from "./support/programs.ts";
import { run, runOk } from "./support/run.ts";
import { readTemplates, repository } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const renderer = compileTemplates(readTemplates(path.join(repository, "templates")));

function render(output: RenderedOutput): string {
  const text = renderer.render(output.template, output.data);
  expect(output.verify(text)).toBeNull();
  return text;
}

const id = "20261124T101010Z";
const nowhere = { ipv4: [], ipv6: [], host: null };
const shape: DnsShape = {
  zone: null,
  ttlSeconds: 3600,
  delegation: null,
  rua: ["mailto:tls-reports@example.net"],
  address: { ...nowhere, host: "policy.msp.example" },
};
const manyUris = Array.from(
  { length: 60 },
  (_, n) => `mailto:tls-reports-${String(n)}@example.net`,
);
const longLabel = `xn--${"a".repeat(57)}9b`;

/** Domain → its records, each domain a zone of its own unless it says otherwise. */
const cases: Readonly<Record<string, readonly DnsRecord[]>> = {
  "a host name": recordsOf("cname.example", shape, id),
  "addresses of both families": recordsOf(
    "addresses.example",
    {
      ...shape,
      address: {
        ipv4: ["192.0.2.1", "192.0.2.2"],
        ipv6: ["2001:db8::1", "2001:db8:0:1::"],
        host: null,
      },
    },
    id,
  ),
  "a text of many strings": recordsOf("long.example", { ...shape, rua: manyUris }, id),
  "a text of 255 octets": recordsOf("full.example", { ...shape, rua: [uriOfText(255)] }, id),
  "a text of 256 octets": recordsOf("over.example", { ...shape, rua: [uriOfText(256)] }, id),
  "a subdomain in its parent's zone": recordsOf(
    "news.parent.example",
    { ...shape, zone: "parent.example" },
    id,
  ),
  "TLS-RPT alone, with a TTL of nothing": recordsOf(
    "reports.example",
    { ...shape, address: null, ttlSeconds: 0 },
    null,
  ),
  "characters that shells and zone files know": [
    ...recordsOf(
      "odd-uri.example",
      {
        ...shape,
        rua: ["https://odd.example/?q=$(x)`y`'z'{1}@a&b=%20#(c)", "mailto:o'neill+tls@odd.example"],
      },
      "A1",
    ),
  ],
  "a quote and a backslash": [oddText],
  "labels of 63 octets": recordsOf(`${longLabel}.${longLabel}.example`, shape, "a".repeat(32)),
};

/** A URI with which the whole TXT record has so many octets. */
function uriOfText(octets: number): string {
  const start = "mailto:";
  const end = "@example.net";
  return `${start}${"r".repeat(octets - "v=TLSRPTv1; rua=".length - start.length - end.length)}${end}`;
}

const delegation = "sts.msp.example";
const customers = ["a.example", "b.example", "news.b.example"].map((domain) =>
  recordsOf(
    domain,
    { ...shape, delegation, ...(domain === "a.example" ? { rua: manyUris } : {}) },
    id,
  ),
);

const delegationContent: DelegationZoneContent = {
  zone: delegation,
  records: customers.flatMap(delegatedRecords),
  settings: {
    zone: delegation,
    ns: ["ns1.dns.invalid", "ns2.dns.invalid"],
    hostmaster: "dns.admin@msp.example",
  },
  serial: 1_795_000_000,
  isMailDomain: false,
  holdsMailDomains: false,
};

interface Zone {
  readonly zone: string;
  readonly text: string;
  /** What the zone holds beside its SOA and NS records. */
  readonly meant: readonly DnsRecord[];
}

function zoneOf(records: readonly DnsRecord[]): Zone {
  const [{ zone, domain } = { zone: "", domain: "" }] = ownRecords(records);
  const text = emptyZone(zone) + render(domainZoneFile(domain, records));
  return { zone, text, meant: ownRecords(records) };
}

const zones: Readonly<Record<string, Zone>> = {
  ...Object.fromEntries(Object.entries(cases).map(([what, records]) => [what, zoneOf(records)])),
  ...Object.fromEntries(
    customers.map((one) => [`${one[0]?.domain ?? ""}, delegated`, zoneOf(one)]),
  ),
  "the delegation zone": {
    zone: delegation,
    text: render(delegationZoneFile(delegationContent)),
    meant: customers.flatMap(delegatedRecords),
  },
};

/** One line per record, sorted. */
function linesOf(records: readonly ZoneRecord[]): string[] {
  return records
    .map((one) => `${one.name} ${String(one.ttlSeconds)} ${one.type} ${one.value}`)
    .sort();
}

/** Records of a whole zone, without its head. */
function bodyOf(text: string): string[] {
  const read = parseZoneText(text);
  if (!read.ok) throw new Error(`line ${String(read.line)}: ${read.reason}`);
  return linesOf(read.records.filter(({ type }) => type !== "SOA" && type !== "NS"));
}

describePeers(
  "zone files, read by BIND's and Knot's checkers",
  ["named-checkzone", "kzonecheck"],
  () => {
    const cleanup = new Cleanup();
    let folder = "";
    beforeAll(() => {
      folder = makeTempFolder("zones", cleanup);
    });
    afterAll(() => cleanup.run());

    describe.each(Object.entries(zones))("%s", (what, { zone, text, meant }) => {
      const file = (): string => {
        const written = path.join(folder, `${zone}.zone`);
        fs.writeFileSync(written, text);
        return written;
      };

      test("named-checkzone says nothing but that it is loaded", async () => {
        const { code, stdout, stderr } = await run("named-checkzone", [
          "-i",
          "local",
          zone,
          file(),
        ]);
        const serial = what === "the delegation zone" ? "1795000000" : "1";
        expect(`${stdout.toString("utf8")}${stderr}`).toBe(
          `zone ${zone}/IN: loaded serial ${serial}\nOK\n`,
        );
        expect(code).toBe(0);
      });

      test("kzonecheck says nothing", async () => {
        const { code, stdout, stderr } = await run("kzonecheck", ["-o", `${zone}.`, file()]);
        expect(`${stdout.toString("utf8")}${stderr}`).toBe("");
        expect(code).toBe(0);
      });

      test("named-checkzone -D shows exactly the records that were meant", async () => {
        const dump = await runOk("named-checkzone", [
          "-q",
          "-i",
          "local",
          "-D",
          "-o",
          "-",
          zone,
          file(),
        ]);
        expect(bodyOf(dump)).toEqual(linesOf(meant));
      });
    });

    test("the checker does find what is wrong", async () => {
      const file = path.join(folder, "wrong.zone");
      const cname = "mta-sts.wrong.example. 60 IN CNAME a.example.\n";
      fs.writeFileSync(
        file,
        `${emptyZone("wrong.example")}${cname}${cname.replace("CNAME a.example.", "A 192.0.2.1")}`,
      );
      expect((await run("named-checkzone", ["-i", "local", "wrong.example", file])).code).not.toBe(
        0,
      );
      expect((await run("kzonecheck", ["-o", "wrong.example.", file])).code).not.toBe(0);
    });
  },
);

/** Asks for every RRset that was meant; the answers together, without what a CNAME leads to. */
async function answers(server: DnsServer, meant: readonly DnsRecord[]): Promise<string[]> {
  const found: ZoneRecord[] = [];
  const questions = new Map(meant.map(({ name, type }) => [`${name} ${type}`, { name, type }]));
  for (const { name, type } of questions.values()) {
    found.push(...(await server.ask(name, type)).filter((one) => one.name === name));
  }
  return linesOf(found);
}

describePeers("zone files, served by Knot DNS", ["knotd", "dig"], () => {
  const cleanup = new Cleanup();
  let server: DnsServer;
  beforeAll(async () => {
    const texts = new Map(Object.values(zones).map(({ zone, text }) => [zone, text]));
    server = await startDnsServer(texts, cleanup);
  });
  afterAll(() => cleanup.run());

  test.each(Object.entries(zones))("%s: answers what was meant", async (_, { meant }) => {
    expect(await answers(server, meant)).toEqual(linesOf(meant));
  });

  test("a customer's name leads to the text in the delegation zone", async () => {
    const [lead] = await server.ask("_mta-sts.b.example", "TXT");
    expect(lead?.type).toBe("CNAME");
    const text = await server.ask(lead?.value ?? "", "TXT");
    expect(text.map(({ value }) => value)).toEqual([`v=STSv1; id=${id};`]);
  });

  test("the delegation zone of the next build is a newer one, and is answered at once", async () => {
    const records = customers.flatMap(delegatedRecords).map((one) => {
      const isNew = one.domain === "b.example" && one.purpose === "mta-sts";
      return isNew ? { ...one, value: "v=STSv1; id=20261125T000000Z;" } : one;
    });
    const { serial } = nextSerial({ serial: 1_795_000_000, digest: "before" }, "after", 1);
    const next = delegationZoneFile({ ...delegationContent, records, serial });
    await server.reload(new Map([[delegation, render(next)]]));
    await server.daemon.until("the next zone", () =>
      server.daemon.said.includes("serial 1795000000 -> 1795000001") ? true : null,
    );
    expect(await answers(server, records)).toEqual(linesOf(records));
  });

  test("nothing was said of a zone but that it was loaded", () => {
    expect(server.daemon.said).not.toMatch(/(warning|error|critical):/);
  });
});

describePeers("nsupdate, answered by Knot DNS", ["knotd", "dig", "nsupdate"], () => {
  const cleanup = new Cleanup();
  const before = Object.values(zones).flatMap(({ meant }) => meant);
  let folder = "";
  let server: DnsServer;
  beforeAll(async () => {
    folder = makeTempFolder("nsupdate", cleanup);
    const names = new Set(before.map(({ zone }) => zone));
    server = await startDnsServer(
      new Map([...names].map((zone) => [zone, emptyZone(zone)])),
      cleanup,
    );
  });
  afterAll(() => cleanup.run());

  async function update(
    records: readonly DnsRecord[],
    removed: readonly DnsRecord[],
  ): Promise<void> {
    const script = path.join(folder, "script");
    const where = `server 127.0.0.1 ${String(server.port)}\n`;
    fs.writeFileSync(script, where + recordFormats.nsupdate(records, removed));
    const { code, stdout, stderr } = await run("nsupdate", [script]);
    expect(`${stdout.toString("utf8")}${stderr}`).toBe("");
    expect(code).toBe(0);
  }

  test("fills empty zones with what was meant, and says nothing", async () => {
    expect(await answers(server, before)).toEqual([]);
    await update(before, []);
    expect(await answers(server, before)).toEqual(linesOf(before));
  });

  test("running it again changes nothing", async () => {
    await update(before, []);
    expect(await answers(server, before)).toEqual(linesOf(before));
  });

  const address = { ...nowhere, ipv4: ["192.0.2.7"], ipv6: ["2001:db8::7"] };
  test("a new id, another address, a domain that is delegated now and one that is gone", async () => {
    const changes: readonly (readonly [readonly DnsRecord[], readonly DnsRecord[]])[] = [
      [
        cases["a host name"] ?? [],
        recordsOf("cname.example", { ...shape, address }, "20261125T000000Z"),
      ],
      [cases["addresses of both families"] ?? [], recordsOf("addresses.example", shape, id)],
      [
        cases["a text of many strings"] ?? [],
        recordsOf("long.example", { ...shape, delegation }, id),
      ],
      [cases["a text of 255 octets"] ?? [], []],
    ];
    for (const [old, after] of changes) {
      expect(await answers(server, old)).toEqual(linesOf(old));
      const difference = changedRecords(old, after);
      await update(recordsToPublish(difference, after), difference.removed);
      expect(await answers(server, [...old, ...after])).toEqual(meantAnswers(old, after));
    }
  });

  /** The answers to the questions after old and new records; one for another type finds the CNAME. */
  function meantAnswers(old: readonly DnsRecord[], after: readonly DnsRecord[]): string[] {
    const questions = new Map([...old, ...after].map((one) => [`${one.name} ${one.type}`, one]));
    const given = [...questions.values()].flatMap(({ name, type }) =>
      after.filter((one) => one.name === name && (one.type === type || one.type === "CNAME")),
    );
    return linesOf(given);
  }
});
