/** The reader of certificates, on bytes that are none and on fields that few have. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCertificate } from "../../../src/net/tls/certificate.ts";
import { derElements } from "../../../src/net/tls/der.ts";
import { make } from "../support/chains.ts";

const names = ["a.test", "b.test"];
const { der } = await make({ name: "some host", issuer: null, names });

/** One element; `content` below 128 bytes. */
function element(tag: number, ...content: readonly (Buffer | number)[]): Buffer {
  const bytes = Buffer.concat(
    content.map((one) => (typeof one === "number" ? Buffer.of(one) : one)),
  );
  return Buffer.concat([Buffer.of(tag, bytes.length), bytes]);
}

/** The least that has names and dates in the right places. */
function certificate({
  commonName = element(0x0c, Buffer.from("x")),
  notBefore = element(0x17, Buffer.from("260101000000Z")),
  notAfter = element(0x17, Buffer.from("270101000000Z")),
} = {}): Buffer {
  const oid = element(0x06, Buffer.from("550403", "hex"));
  const name = element(0x30, element(0x31, element(0x30, oid, commonName)));
  const serial = element(0x02, 1);
  const algorithm = element(0x30);
  const dates = element(0x30, notBefore, notAfter);
  return element(0x30, element(0x30, serial, algorithm, name, dates, name));
}

describe("bytes that are no certificate", () => {
  test("changed anywhere", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const changed = Buffer.from(der);
          for (const [at, value] of changes) changed[at] = value;
          expectBounded(changed);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("cut anywhere", () => {
    for (let length = 0; length < der.length; length += 1) expectBounded(der.subarray(0, length));
  });

  test("anything at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expectBounded(Buffer.from(bytes));
      }),
    );
  });

  function expectBounded(bytes: Buffer): void {
    const { subject, issuer, notBefore, notAfter, dnsNames } = readCertificate(bytes);
    expect(subject.length).toBeLessThanOrEqual(200);
    expect(issuer.length).toBeLessThanOrEqual(200);
    expect(Number.isFinite(notBefore) && Number.isFinite(notAfter)).toBe(true);
    expect(dnsNames.length).toBeLessThanOrEqual(der.length);
  }
});

describe("fields", () => {
  test("the whole of one", () => {
    const { fingerprint, notBefore, notAfter, ...rest } = readCertificate(der);
    expect(rest).toEqual({
      subject: "some host",
      issuer: "some host",
      dnsNames: names,
      dnsNameCount: 2,
    });
    expect(fingerprint).toMatch(/^[\da-f]{64}$/);
    expect(notAfter - notBefore).toBe(92 * 86_400);
    // The second time from memory.
    expect(readCertificate(Buffer.from(der))).toBe(readCertificate(der));
  });

  test("version 1, which has no version", () => {
    expect(readCertificate(certificate())).toMatchObject({
      subject: "x",
      issuer: "x",
      notBefore: Date.UTC(2026, 0, 1) / 1000,
      notAfter: Date.UTC(2027, 0, 1) / 1000,
      dnsNames: [],
      dnsNameCount: 0,
    });
  });

  test.each<[string, Buffer, string]>([
    ["UTF-8", element(0x0c, Buffer.from("zoë \u{1f42a}")), "zoë \u{1f42a}"],
    ["printable", element(0x13, Buffer.from("zoo")), "zoo"],
    ["Latin-1", element(0x14, Buffer.from("zo\xeb", "latin1")), "zo\xeb"],
    ["two bytes each", element(0x1e, Buffer.from("007a006f00eb", "hex")), "zo\xeb"],
    ["two bytes each and half a one", element(0x1e, Buffer.from("007a00", "hex")), "z"],
    ["terminal escapes", element(0x0c, Buffer.from("\u001b[31mred")), "\u001b[31mred"],
  ])("a common name in %s", (_, commonName, text) => {
    expect(readCertificate(certificate({ commonName })).subject).toBe(text);
  });

  test.each<[string, Buffer, number]>([
    [
      "the last second of 2049",
      element(0x17, Buffer.from("491231235959Z")),
      Date.UTC(2049, 11, 31, 23, 59, 59) / 1000,
    ],
    ["1950", element(0x17, Buffer.from("500101000000Z")), Date.UTC(1950, 0, 1) / 1000],
    ["2050", element(0x18, Buffer.from("20500101000000Z")), Date.UTC(2050, 0, 1) / 1000],
    [
      "no end at all (RFC 5280 §4.1.2.5)",
      element(0x18, Buffer.from("99991231235959Z")),
      Date.UTC(9999, 11, 31, 23, 59, 59) / 1000,
    ],
    ["the year 50", element(0x18, Buffer.from("00500101000000Z")), -60589296000],
    ["another zone", element(0x17, Buffer.from("260101000000+0100")), 0],
    ["no seconds", element(0x17, Buffer.from("2601010000Z")), 0],
    ["four digits where two belong", element(0x17, Buffer.from("20260101000000Z")), 0],
    ["two digits where four belong", element(0x18, Buffer.from("260101000000Z")), 0],
    ["no digits", element(0x17, Buffer.from("hello")), 0],
  ])("a date of %s", (_, notAfter, seconds) => {
    expect(readCertificate(certificate({ notAfter })).notAfter).toBe(seconds);
  });

  test("names that are bytes, not characters", async () => {
    const raw = element(0x30, element(0x82, Buffer.from([0xff, 0x00, 0x2e, 0x61])));
    const more = [new x509.Extension("2.5.29.17", false, raw)];
    const made = await make({ name: "x", issuer: null, more });
    expect(readCertificate(made.der).dnsNames).toEqual(["\xff\x00.a"]);
  });
});

describe("DER", () => {
  const tags = (hex: string): string[] =>
    [...derElements(Buffer.from(hex, "hex"))].map(({ content }) => content.toString("hex"));

  test.each<[string, string, readonly string[]]>([
    ["elements one after another", "040101040202030400", ["01", "0203", ""]],
    ["a length in two bytes", `048180${"ab".repeat(128)}`, ["ab".repeat(128)]],
    ["a length beyond the end", "0401010405aa", ["01"]],
    ["an indefinite length", "04010130800000", ["01"]],
    ["a length of five bytes", "040101048500000000010a", ["01"]],
    ["a length that is cut", "0401010482", ["01"]],
    ["a tag of several bytes", "0401011f810101aa", ["01"]],
    ["half an element", "04", []],
  ])("%s", (_, hex, contents) => {
    expect(tags(hex)).toEqual(contents);
  });
});
