import { zipSync, strToU8 } from "fflate";
import fc from "fast-check";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { UnpackBudget, gunzip, unzip } from "../../../src/mail/archive/decompress.ts";
import { unwrap } from "../../../src/reports/intake/unwrap.ts";
import type { Refusal } from "../../../src/tls-rpt/report/refusal.ts";
import { gzip, mail, report, reportName } from "../support/report-mail.ts";
import { processorMs } from "../../support/processor-time.ts";

const json = JSON.stringify(report());

/** What is in it, as text, or why not. */
async function open(bytes: Uint8Array, name = "file") {
  const { candidates, refusals } = await unwrap(bytes, name);
  return { texts: candidates.map((one) => Buffer.from(one.json).toString()), refusals };
}

/** A mail around other mails. */
function forwarding(messages: readonly Buffer[], head = ""): Buffer {
  const parts = messages.map(
    (message) => `--fwd\r\nContent-Type: message/rfc822\r\n\r\n${message.toString("latin1")}\r\n`,
  );
  return Buffer.from(
    `From: someone@else.example\r\nSubject: Fwd: reports\r\n${head}Content-Type: multipart/mixed; boundary=fwd\r\n\r\n--fwd\r\n\r\nsee below\r\n${parts.join("")}--fwd--\r\n`,
    "latin1",
  );
}

const wrapped = (bytes: Buffer, times: number): Buffer =>
  times === 0 ? bytes : wrapped(zlib.gzipSync(bytes), times - 1);

describe("what costs more to parse than it has octets is refused", () => {
  const head = "From: a@b.example\r\nTLS-Report-Domain: x.example\r\n\r\n";
  const blank = (index: number): Uint8Array =>
    strToU8(`${head}${String(index)}${"\n".repeat(4900)}`);

  test("an archive whose entries are all the same octets", () => {
    const zip = Buffer.from(zipSync({ a: strToU8(json) }));
    const at = zip.readUInt32LE(zip.length - 6);
    const entry = zip.subarray(at, -22);
    const end = Buffer.from(zip.subarray(-22));
    end.writeUInt16LE(2, 10);
    end.writeUInt32LE(2 * entry.length, 12);
    const twice = Buffer.concat([zip.subarray(0, at), entry, entry, end]);
    expect(unzip(twice, new UnpackBudget())).toEqual({ ok: false, reason: "bomb" });
  });

  test("many mails of nothing but line ends, in an archive or a gzipped mailbox", async () => {
    const all = Array.from({ length: 300 }, (_, index) => blank(index));
    const files = Object.fromEntries(all.map((one, index) => [`${String(index)}.eml`, one]));
    const line = Buffer.from("From a@b.example Tue Nov 24 10:00:00 2026\r\n");
    const mbox = Buffer.concat(all.flatMap((one) => [line, one]));
    expect((await open(zipSync(files))).refusals).toContain("bomb");
    expect((await open(zlib.gzipSync(mbox))).refusals).toContain("bomb");
  });

  test("but a gzipped mailbox of a thousand reports is taken whole", async () => {
    const line = Buffer.from("From a@b.example Tue Nov 24 10:00:00 2026\r\n");
    const one = Buffer.concat([line, mail(report()), Buffer.from("\r\n\r\n")]);
    const mbox = Buffer.concat(Array.from({ length: 1000 }, () => one));
    const { texts, refusals } = await open(zlib.gzipSync(mbox));
    expect([texts.length, refusals]).toEqual([1000, []]);
  });
});

describe("the report is found", () => {
  test.each<[string, Uint8Array]>([
    ["as it is", Buffer.from(json)],
    ["gzipped", gzip(report())],
    ["in a zip archive", zipSync({ "a/b.json": strToU8(json) })],
    ["in a stored zip archive", zipSync({ "b.json": strToU8(json) }, { level: 0 })],
    [
      "in a zip archive behind something else",
      Buffer.concat([Buffer.from("PK\u0003\u0004"), zipSync({ b: strToU8(json) })]),
    ],
    ["gzipped in a zip archive", zipSync({ "b.json.gz": gzip(report()) })],
    ["in a mail", mail(report())],
    ["in a mail with LF", Buffer.from(mail(report()).toString("latin1").replaceAll("\r\n", "\n"))],
    ["in a mail in a mail", forwarding([mail(report())])],
    ["in a mail in a mail in a mail", forwarding([forwarding([mail(report())])])],
    [
      "in a mail with its postmark",
      Buffer.concat([Buffer.from("From a@b.example Tue Nov 24 10:00:00 2026\r\n"), mail(report())]),
    ],
    ["in a gzipped mail", zlib.gzipSync(mail(report()))],
    [
      "pasted into a mail",
      Buffer.from(`From: a@b.example\r\nTLS-Report-Domain: rcpt.example\r\n\r\n${json}\r\n`),
    ],
    [
      "as the only part of a mail",
      Buffer.from(
        `From: a@b.example\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n${gzip(report()).toString("base64")}\r\n`,
      ),
    ],
    [
      "in an octet stream without a name",
      mail(report(), { mediaType: "application/octet-stream", name: "" }),
    ],
  ])("%s", async (_, bytes) => {
    const { texts, refusals } = await open(bytes);
    expect(refusals).toEqual([]);
    expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual([report()]);
  });

  test("each of several, with what its own mail says", async () => {
    const other = mail(report(), {
      headers: { "TLS-Report-Submitter": null, From: "x@other.example" },
    });
    const { candidates } = await unwrap(forwarding([mail(report()), other]), "fwd.eml");
    expect(candidates.map((one) => one.mail?.submitter)).toEqual([
      "sender.example",
      "other.example",
    ]);
    expect(
      candidates.every(({ hints }) => hints.containerDeviations.includes("several-in-one")),
    ).toBe(true);
    // The octets that DKIM is about are those of the mail within.
    expect(Buffer.from(candidates[0]?.mail?.message ?? []).toString()).toMatch(/^Received: from/);
  });

  test("with what came gzipped as it came", async () => {
    const bytes = gzip(report());
    const { candidates } = await unwrap(bytes, reportName);
    expect(Buffer.from(candidates[0]?.gzip ?? []).equals(bytes)).toBe(true);
    expect(candidates[0]).toMatchObject({ isClaimed: true, mail: null });
  });
});

describe("what claims to be a report and cannot be opened has its reason", () => {
  const bomb = zlib.gzipSync(Buffer.alloc(100_000_000, 0x20));
  const zipped = zipSync({ "a.json": strToU8(json) });
  const damaged = Buffer.from(zipped);
  damaged[45] = (damaged[45] ?? 0) ^ 0xff;
  const encrypted = Buffer.from(zipped);
  encrypted[encrypted.indexOf("PK\u0001\u0002") + 8] = 1;
  const nested = (depth: number): string =>
    depth === 0
      ? "Content-Type: text/plain\r\n\r\nx"
      : `Content-Type: multipart/mixed; boundary=b${String(depth)}\r\n\r\n--b${String(depth)}\r\n${nested(depth - 1)}`;
  test.each<[string, Uint8Array, Refusal, string?]>([
    ["gzip, cut off", gzip(report()).subarray(0, 60), "gzip-damaged"],
    ["gzip of nothing but its mark", Buffer.from([0x1f, 0x8b]), "gzip-damaged"],
    ["a gzip bomb", bomb, "bomb"],
    ["a gzip bomb in a mail", mail(null, { body: bomb }), "bomb"],
    ["a gzip bomb in gzip", zlib.gzipSync(bomb), "bomb"],
    ["a zip bomb", zipSync({ a: new Uint8Array(100_000_000) }), "bomb"],
    [
      "a zip bomb of many",
      zipSync(
        Object.fromEntries(
          Array.from({ length: 80 }, (_, n) => [`f${String(n)}`, new Uint8Array(1_000_000)]),
        ),
      ),
      "bomb",
    ],
    ["zip, cut off", zipped.subarray(0, 80), "zip-damaged"],
    ["zip, one octet changed", damaged, "zip-damaged"],
    ["zip, encrypted", encrypted, "zip-damaged"],
    ["an empty zip mark", Buffer.from("PK\u0003\u0004"), "zip-damaged"],
    [
      "a mail without it",
      mail(null, { body: Buffer.from("see you"), mediaType: "text/plain", name: "" }),
      "mail-without-report",
    ],
    [
      "a mail with something else in its place",
      mail(null, { body: Buffer.from("%PDF-1.7") }),
      "not-known",
    ],
    [
      "a mail of 100 levels",
      Buffer.from(`TLS-Report-Domain: x\r\n${nested(100)}`),
      "mail-unreadable",
    ],
    ["gzip in gzip in gzip …", mail(null, { body: wrapped(Buffer.from(json), 20) }), "too-deep"],
    ["a file with the name of a report", Buffer.from("%PDF-1.7"), "not-known", reportName],
  ])("%s", async (_, bytes, reason, name) => {
    expect(await open(bytes, name)).toEqual({ texts: [], refusals: [reason] });
  });
});

describe("other mail and other files are none of ours", () => {
  const letter = (type: string, body: string) =>
    Buffer.from(`From: a@b.example\r\nSubject: hello\r\nContent-Type: ${type}\r\n\r\n${body}`);
  test.each<[string, Uint8Array]>([
    ["a letter", letter("text/plain", "hello")],
    ["a letter with a gzip that is cut off", letter("application/gzip", "\u001f\u008bxxx")],
    [
      "a bounce",
      letter(
        "multipart/report; report-type=delivery-status; boundary=x",
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--x--",
      ),
    ],
    ["a DMARC report", letter("application/zip", "PK")],
    ["a photo", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0])],
    ["nothing", new Uint8Array(0)],
    ["gzip of something else", zlib.gzipSync("<?xml version='1.0'?>")],
    ["zip of something else", zipSync({ "a.xml": strToU8("<feedback/>") })],
    ["a mail of 100 levels", letter("multipart/mixed; boundary=a", "--a\r\n".repeat(100))],
  ])("%s", async (_, bytes) => {
    expect(await open(bytes)).toEqual({ texts: [], refusals: [] });
  });
});

test("a mail of nothing but heads and marks is no more work than others", async () => {
  const hostile = [
    "Content-Transfer-Encoding: base64\r\n",
    "--=-parts\r\n",
    "From x 00:00 2026\r\n\r\n",
    "a:b\r\n",
    '{"',
  ];
  for (const part of hostile) {
    const body = part.repeat(16_000_000 / part.length);
    const spent = await processorMs(() =>
      unwrap(mail(report(), { spoil: (text) => `${text}\r\n--=-parts\r\n\r\n${body}` }), "x"),
    );
    expect(spent).toBeLessThan(10_000);
  }
});

test("gzip and zip never become more than the allowance, in all", () => {
  const allowance = new UnpackBudget(1000);
  expect(gunzip(zlib.gzipSync(Buffer.alloc(600)), allowance).ok).toBe(true);
  expect(gunzip(zlib.gzipSync(Buffer.alloc(600)), allowance)).toEqual({
    ok: false,
    reason: "bomb",
  });
  expect(unzip(zipSync({ a: new Uint8Array(600) }, { level: 0 }), allowance)).toEqual({
    ok: false,
    reason: "bomb",
  });
});

test("any octets, and any change to a real mail, are unwrapped or not, without a throw", async () => {
  const samples = [mail(report()), gzip(report()), Buffer.from(zipSync({ a: strToU8(json) }))];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 8 }),
      fc.nat(2000),
      async (sample, changes, cut) => {
        const bytes = Buffer.from(sample.subarray(0, Math.max(2, sample.length - cut)));
        for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
        await unwrap(bytes, "x");
      },
    ),
    { numRuns: 500 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string(), async (bytes, name) => {
      await unwrap(bytes, name);
    }),
    { numRuns: 500 },
  );
});
