import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatZoneRecord,
  parseZoneText,
  quoteText,
  zoneTextDifference,
  type ZoneRecord,
} from "../../src/site/zone-text.ts";

const label = fc.stringMatching(/^[a-z0-9_][a-z0-9_-]{0,14}$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
  maxLength: 900,
});
const ttlSeconds = fc.integer({ min: 0, max: 0x7fff_ffff });
const record: fc.Arbitrary<ZoneRecord> = fc.oneof(
  fc.record({ name, ttlSeconds, type: fc.constant("TXT" as const), value: printable }),
  fc.record({
    name,
    ttlSeconds,
    type: fc.constantFrom("CNAME" as const, "NS" as const),
    value: name,
  }),
  fc.record({ name, ttlSeconds, type: fc.constant("A" as const), value: fc.ipV4() }),
  fc.record({
    name,
    ttlSeconds,
    type: fc.constant("AAAA" as const),
    value: fc.constantFrom("2001:db8::1", "::", "2001:db8:0:1:2:3:4:5"),
  }),
);

function zone(records: readonly ZoneRecord[]): string {
  return records.map((one) => `${formatZoneRecord(one)}\n`).join("");
}

describe("quoteText (RFC 1035 §3.3.14)", () => {
  it.each([
    ["", '""'],
    ["v=STSv1; id=1;", '"v=STSv1; id=1;"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["x".repeat(255), `"${"x".repeat(255)}"`],
    ["x".repeat(256), `"${"x".repeat(255)}" "x"`],
    ["x".repeat(510), `"${"x".repeat(255)}" "${"x".repeat(255)}"`],
    // The escape counts for nothing: a string holds 255 octets, not 255 characters of zone text.
    ['"'.repeat(256), `"${'\\"'.repeat(255)}" "\\""`],
  ])("quotes %j", (text, quoted) => {
    expect(quoteText(text)).toBe(quoted);
  });

  it.each(["a\nb", "a\u0000", "ü", "\u007f", `${"x".repeat(300)}\r`])("throws for %j", (text) => {
    expect(() => quoteText(text)).toThrow("printable US-ASCII");
  });
});

describe("parseZoneText", () => {
  it("reads what formatZoneRecord wrote, whatever the records", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), (records) => {
        expect(parseZoneText(zone(records))).toEqual({ ok: true, records, directives: 0 });
      }),
      { numRuns: 400 },
    );
  });

  it("never throws", () => {
    const noise = fc.string({ unit: fc.constantFrom(...Array.from('a.1 \t\n"\\;$()@INTXT')) });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), noise), (text) => {
        expect(typeof parseZoneText(text).ok).toBe("boolean");
      }),
      { numRuns: 1000 },
    );
  });

  it("passes over comments and blank lines, and takes runs of blanks", () => {
    expect(
      parseZoneText('; a comment, "ünquoted (\n\n;\na.example.\t60  IN TXT\t"x"  "y" \n'),
    ).toEqual({
      ok: true,
      records: [{ name: "a.example", ttlSeconds: 60, type: "TXT", value: "xy" }],
      directives: 0,
    });
  });

  it("reads the head of a whole zone", () => {
    const soa = "ns1.a.example. host\\.master.a.example. 1 3600 900 1209600 300";
    expect(parseZoneText(`$ORIGIN a.example.\n$TTL 60\na.example. 60 IN SOA ${soa}\n`)).toEqual({
      ok: true,
      records: [{ name: "a.example", ttlSeconds: 60, type: "SOA", value: soa }],
      directives: 2,
    });
  });

  const none = "it is no record as stspress writes them";
  it.each([
    ["a relative name", "a 60 IN A 192.0.2.1\n", 1, none],
    ["@", "@ 60 IN A 192.0.2.1\n", 1, none],
    ["an omitted name", "; x\n 60 IN A 192.0.2.1\n", 2, none],
    ["an omitted TTL", "a.example. IN A 192.0.2.1\n", 1, none],
    ["an omitted class", "a.example. 60 A 192.0.2.1\n", 1, none],
    ["a capital letter", "A.example. 60 IN A 192.0.2.1\n", 1, none],
    ["an unknown type", "a.example. 60 IN MX 1 b.example.\n", 1, none],
    ["$INCLUDE", "$INCLUDE /etc/passwd\n", 1, none],
    ["$GENERATE", "$GENERATE 1-9 $ A 192.0.2.$\n", 1, none],
    ["a relative origin", "$ORIGIN a\n", 1, none],
    [
      "an unquoted text",
      "a.example. 60 IN TXT v=STSv1; id=1;\n",
      1,
      "it is no TXT record as stspress writes them",
    ],
    [
      "brackets",
      'a.example. 60 IN TXT ( "a"\n "b" )\n',
      1,
      "it is no TXT record as stspress writes them",
    ],
    [
      "a string too long",
      `a.example. 60 IN TXT "${"x".repeat(256)}"\n`,
      1,
      "it is no TXT record as stspress writes them",
    ],
    [
      "strings without a blank between",
      'a.example. 60 IN TXT "a""b"\n',
      1,
      "it is no TXT record as stspress writes them",
    ],
    [
      "another escape",
      'a.example. 60 IN TXT "\\065"\n',
      1,
      "it is no TXT record as stspress writes them",
    ],
    [
      "an open string",
      'a.example. 60 IN TXT "a\n',
      1,
      "it is no TXT record as stspress writes them",
    ],
    [
      "a relative host",
      "a.example. 60 IN CNAME b\n",
      1,
      "it is no CNAME record as stspress writes them",
    ],
    [
      "a comment behind a record",
      "a.example. 60 IN CNAME b.example. ; b\n",
      1,
      "it is no CNAME record as stspress writes them",
    ],
    ["a TTL too large", "a.example. 2147483648 IN A 192.0.2.1\n", 1, "its TTL is too large"],
    ["a carriage return", "; a\rb.example. 60 IN A 192.0.2.1\n", 1, "it holds a control character"],
    ["CRLF", "; a\r\n", 1, "it holds a control character"],
    ["NUL", "; a\u0000\n", 1, "it holds a control character"],
    ["no last line end", "; a\na.example. 60 IN A 192.0.2.1", 2, "the last line is not terminated"],
  ])("refuses %s", (_, text, line, reason) => {
    expect(parseZoneText(text)).toEqual({ ok: false, line, reason });
  });
});

describe("zoneTextDifference", () => {
  const meant: ZoneRecord[] = [
    { name: "mta-sts.a.example", ttlSeconds: 60, type: "A", value: "192.0.2.1" },
    { name: "_mta-sts.a.example", ttlSeconds: 60, type: "TXT", value: "v=STSv1; id=1;" },
  ];
  const strict = { directives: false };

  it("is null for the same records in any order", () => {
    expect(zoneTextDifference(zone(meant), meant, strict)).toBeNull();
    expect(zoneTextDifference(zone(meant.toReversed()), meant, strict)).toBeNull();
  });

  it.each([
    ["TTL", { ttlSeconds: 61 }],
    ["name", { name: "mta-sts.b.example" }],
    ["value", { value: "192.0.2.2" }],
  ])("tells another %s", (_, change) => {
    const text = zone(meant.map((one, at) => (at === 0 ? { ...one, ...change } : one)));
    expect(zoneTextDifference(text, meant, strict)).toMatch(/^it adds `mta-sts/);
  });

  it("tells one record less, one more, and one twice", () => {
    expect(zoneTextDifference(zone(meant.slice(1)), meant, strict)).toBe(
      "it lacks `mta-sts.a.example. 60 IN A 192.0.2.1`",
    );
    expect(zoneTextDifference(zone(meant), meant.slice(1), strict)).toBe(
      "it adds `mta-sts.a.example. 60 IN A 192.0.2.1`",
    );
    expect(zoneTextDifference(zone([...meant, ...meant]), meant, strict)).toMatch(/^it adds/);
  });

  it("allows directives only in whole zones", () => {
    const text = `$TTL 60\n${zone(meant)}`;
    expect(zoneTextDifference(text, meant, { directives: true })).toBeNull();
    expect(zoneTextDifference(text, meant, strict)).toContain("$ORIGIN or $TTL");
  });

  it("names the line that it cannot read", () => {
    expect(zoneTextDifference("\nx\n", meant, strict)).toMatch(/^line 2: /);
  });
});
