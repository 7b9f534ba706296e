/** Which mails of a mixed mailbox are read at all. */
import { describe, expect, test } from "vitest";
import { mayHoldReport, type PartOutline } from "../../src/mail/mail-outline.ts";

const text: PartOutline = { type: "text/plain" };

function attached(type: string, name?: string): PartOutline {
  const part: PartOutline = {
    type,
    ...(name === undefined ? {} : { dispositionParameters: { filename: name } }),
  };
  return { type: "multipart/mixed", childNodes: [text, part] };
}

function headers(...lines: readonly string[]): Uint8Array {
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}

describe("may hold a report", () => {
  test.each<[string, PartOutline]>([
    ["the type of RFC 8460", attached("application/tlsrpt+gzip")],
    ["any case", attached("Application/TLSRPT+JSON")],
    ["the only part", { type: "application/tlsrpt+gzip" }],
    ["gzip", attached("application/gzip")],
    ["zip", attached("application/x-zip-compressed")],
    ["JSON", attached("application/json")],
    ["bytes with a telling name", attached("application/octet-stream", "r.json.gz")],
    ["bytes without a name", attached("application/octet-stream")],
    ["text with a telling name", attached("text/plain", "REPORT.JSON")],
    ["the name in the type", { type: "text/plain", parameters: { name: "a.gz" } }],
    ["a mail in a mail", { type: "message/rfc822", childNodes: [attached("application/gzip")] }],
    ["a forwarded mail in a file", attached("application/octet-stream", "report.eml")],
  ])("%s", (_, structure) => {
    expect(mayHoldReport(structure, headers("Subject: x"))).toBe(true);
  });

  test.each([
    "TLS-Report-Domain: a.example",
    "tls-report-submitter: b.example",
    'Content-Type: multipart/report; report-type="TLSRPT"',
    "Subject: Report Domain: a.example Submitter: b.example Report-ID: <1>",
    "Subject: Fwd: TLS-RPT for a.example",
  ])("%s", (line) => {
    expect(mayHoldReport(text, headers("X: y", line))).toBe(true);
  });

  test("what the server does not tell", () => {
    expect(mayHoldReport(undefined, undefined)).toBe(true);
  });

  test("more parts than anybody looks through", () => {
    const structure = {
      type: "multipart/mixed",
      childNodes: Array.from({ length: 5000 }, () => text),
    };
    expect(mayHoldReport(structure, undefined)).toBe(true);
  });
});

describe("holds none", () => {
  test.each<[string, PartOutline]>([
    ["text", text],
    ["a PDF", attached("application/pdf", "invoice.pdf")],
    ["bytes with another name", attached("application/octet-stream", "setup.exe")],
    ["a picture", attached("image/png")],
    [
      "a bounce",
      { type: "multipart/report", childNodes: [text, { type: "message/delivery-status" }] },
    ],
  ])("%s", (_, structure) => {
    expect(mayHoldReport(structure, headers("Subject: lunch"))).toBe(false);
  });
});
