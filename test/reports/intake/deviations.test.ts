/** What real senders do (RFC 8460 deviated from), each from the wrapped mail to the row of the store. */
import { zipSync } from "fflate";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { intakeContext, intakeSource } from "../../../src/reports/intake/intake-source.ts";
import { deviationCodes, type DeviationCode } from "../../../src/tls-rpt/report/deviations.ts";
import type { Report } from "../../../src/tls-rpt/report/report.ts";
import {
  detail,
  end,
  gzip,
  mail,
  now,
  policy,
  report,
  reportName,
  start,
  withDetail,
  withPolicy,
  type Json,
} from "../support/report-mail.ts";

const seen = new Set<string>();

/** What is in a mail or file is taken in as one report with exactly these deviations. */
async function accept(
  wrapped: Uint8Array,
  deviations: readonly DeviationCode[],
  expected: (row: Report) => void = () => undefined,
  name = "mail.eml",
): Promise<void> {
  const { ready, refusals } = await intakeSource(wrapped, name, intakeContext(now, null));
  expect(refusals).toEqual([]);
  expect(ready).toHaveLength(1);
  const row = ready[0]?.report;
  expect(row?.deviations).toEqual([...deviations].sort());
  for (const code of deviations) seen.add(code);
  if (row !== undefined) expected(JSON.parse(row.text) as Report);
}

const dates = (from: unknown, to: unknown): Json =>
  report({ "date-range": { "start-datetime": from, "end-datetime": to } });
const summary = (good: unknown, bad: unknown, count: unknown = 2): Json =>
  report({
    policies: [
      policy({
        summary: { "total-successful-session-count": good, "total-failure-session-count": bad },
        "failure-details": [{ ...detail(), "failed-session-count": count }],
      }),
    ],
  });
const period = (from: number, to: number) => (row: Report) => {
  expect([row.start, row.end]).toEqual([from, to]);
};
const day = period(start, end);
const strings = (row: Report) => {
  expect(row.policies[0]?.strings).toEqual([
    "version: STSv1",
    "mode: testing",
    "mx: mx1.rcpt.example",
    "max_age: 86400",
  ]);
};
const counts = (good: number, bad: number, detailed: number) => (row: Report) => {
  const [one] = row.policies;
  expect([one?.successes, one?.failures, one?.details[0]?.count]).toEqual([good, bad, detailed]);
};
const first = (values: object) => (row: Report) => {
  expect(row.policies[0]?.details[0]).toMatchObject(values);
};
const head = (values: object) => (row: Report) => {
  expect(row.policies[0]).toMatchObject(values);
};
const joined = ["version: STSv1", "mode: testing", "mx: mx1.rcpt.example", "max_age: 86400"];

test("a report as RFC 8460 wants it has no deviation", () => accept(mail(report()), [], day));

describe("dates", () => {
  const from = "2026-11-23T00:00:00Z";
  const to = "2026-11-23T23:59:59Z";
  test("without a zone (Microsoft, 2023)", () =>
    accept(mail(dates("2026-11-23T00:00:00", "2026-11-23T23:59:59")), ["date-no-zone"], day));
  test("whose end is the next midnight", () =>
    accept(mail(dates(from, "2026-11-24T00:00:00Z")), ["date-midnight"], day));
  test("whose end is the next midnight of another zone", () =>
    accept(
      mail(dates("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00")),
      ["date-midnight"],
      period(start - 3600, end - 3600),
    ));
  test("with a blank for the T", () =>
    accept(mail(dates("2026-11-23 00:00:00Z", to)), ["date-format"], day));
  test("with a zone without a colon", () =>
    accept(mail(dates("2026-11-23T01:00:00+0100", to)), ["date-format"], day));
  test("with fractions", () => accept(mail(dates(from, "2026-11-23T23:59:59.999Z")), [], day));
  test("that are days", () =>
    accept(mail(dates("2026-11-23", "2026-11-23")), ["date-format"], day));
  test("as mail writes them", () =>
    accept(mail(dates("Mon, 23 Nov 2026 00:00:00 +0000", to)), ["date-format"], day));
  test("that are numbers", () => accept(mail(dates(start, end * 1000)), ["date-number"], day));
  test("that are numbers in strings", () =>
    accept(mail(dates(String(start), to)), ["date-number"], day));
  test("of which one cannot be read", () =>
    accept(mail(dates("yesterday", to)), ["date-one-end"], day));
  test("of which one is missing", () =>
    accept(mail(dates(from, undefined)), ["date-one-end"], day));
  test("that are exchanged", () => accept(mail(dates(to, from)), ["date-swapped"], day));
  test("that cover a week", () =>
    accept(
      mail(dates("2026-11-17T00:00:00Z", to)),
      ["date-not-a-day"],
      period(start - 6 * 86_400, end),
    ));
  test("of a mail that says it comes from the future", () =>
    accept(
      mail(report(), { headers: { Received: "by mx; Fri, 18 Dec 2026 00:00:00 +0000" } }),
      [],
      day,
    ));
});

describe("the policy", () => {
  const taken = head({ domain: "rcpt.example", type: "sts" });
  test("string is one string that holds a JSON array (Microsoft)", () =>
    accept(
      mail(withPolicy({ "policy-string": JSON.stringify(joined) })),
      ["policy-string-stringified"],
      strings,
    ));
  test("string is an array that holds a stringified one", () =>
    accept(
      mail(withPolicy({ "policy-string": [JSON.stringify(joined)] })),
      ["policy-string-stringified"],
      strings,
    ));
  test("string holds TLSA records, stringified", () =>
    accept(
      mail(withPolicy({ "policy-type": "tlsa", "policy-string": '["3 1 1 ab12", "3 1 1 cd34"]' })),
      ["policy-string-stringified"],
      head({ strings: ["3 1 1 ab12", "3 1 1 cd34"] }),
    ));
  test("string has lines that end in CR (Google, 2022)", () =>
    accept(
      mail(withPolicy({ "policy-string": joined.map((line) => `${line}\r`) })),
      ["policy-string-line-ends"],
      strings,
    ));
  test("string is the whole text", () =>
    accept(
      mail(withPolicy({ "policy-string": joined.join("\r\n") })),
      ["policy-string-line-ends", "policy-string-text"],
      strings,
    ));
  test("string is missing", () =>
    accept(mail(withPolicy({ "policy-string": undefined })), [], head({ strings: [] })));
  test("string is empty", () =>
    accept(mail(withPolicy({ "policy-string": "" })), [], head({ strings: [] })));
  test("string has more lines than any policy", () =>
    accept(
      mail(withPolicy({ "policy-string": Array(3000).fill("mx: a.b") })),
      ["policy-string-cut"],
      (row) => {
        expect(row.policies[0]?.strings).toHaveLength(2000);
      },
    ));
  test("string has a line longer than any policy", () =>
    accept(mail(withPolicy({ "policy-string": ["x".repeat(100_000)] })), ["text-cut"], (row) => {
      expect(row.policies[0]?.strings[0]).toHaveLength(65_536);
    }));
  test("mx-host is a string (RFC 8460, erratum 6241)", () =>
    accept(
      mail(withPolicy({ "mx-host": "MX1.rcpt.example." })),
      ["mx-host-text"],
      head({ mxHosts: ["mx1.rcpt.example"] }),
    ));
  test("mx-host is missing", () =>
    accept(mail(withPolicy({ "mx-host": undefined })), [], head({ mxHosts: [] })));
  test("mx-host is empty", () =>
    accept(mail(withPolicy({ "mx-host": "" })), [], head({ mxHosts: [] })));
  test("mx-host has too many", () =>
    accept(mail(withPolicy({ "mx-host": Array(1200).fill("a.b") })), ["mx-host-cut"], (row) => {
      expect(row.policies[0]?.mxHosts).toHaveLength(1000);
    }));
  test("domain is missing: that of its container is used", () =>
    accept(mail(withPolicy({ "policy-domain": undefined })), ["policy-domain-missing"], taken));
  test("domain is empty: that of its container is used", () =>
    accept(mail(withPolicy({ "policy-domain": "" })), ["policy-domain-missing"], taken));
  test("domain is missing, and the file name has it", () =>
    accept(
      gzip(withPolicy({ "policy-domain": "" })),
      ["policy-domain-missing"],
      taken,
      reportName,
    ));
  test("domain has capitals and a dot", () =>
    accept(mail(withPolicy({ "policy-domain": "Rcpt.Example." })), ["policy-domain-form"], taken));
  test("domain is not ASCII", () =>
    accept(
      mail(withPolicy({ "policy-domain": "b\u00fccher.example" }), {
        headers: { "TLS-Report-Domain": "xn--bcher-kva.example" },
      }),
      ["policy-domain-form"],
      head({ domain: "xn--bcher-kva.example" }),
    ));
  test("domain is none", () =>
    accept(
      mail(withPolicy({ "policy-domain": "<b>" })),
      ["header-domain-differs", "policy-domain-odd"],
      head({ domain: "<b>" }),
    ));
  test("type is one that nobody registered", () =>
    accept(
      mail(withPolicy({ "policy-type": "DANE" })),
      ["policy-type-unregistered"],
      head({ type: "dane" }),
    ));
  test("type is missing", () =>
    accept(
      mail(withPolicy({ "policy-type": undefined })),
      ["policy-type-missing"],
      head({ type: "unspecified" }),
    ));
  test("has its fields beside the summary", () =>
    accept(
      mail(report({ policies: [{ ...policy(), ...withPolicyHead(), policy: undefined }] })),
      ["policy-flat"],
      taken,
    ));
  test("stands alone, not in an array", () =>
    accept(mail(report({ policies: policy() })), ["policies-not-array"], taken));
  test("of two has no domain, and there is no container", () =>
    accept(
      gzip(
        report({
          policies: [policy(), "nothing", { ...policy(), policy: { "policy-type": "sts" } }],
        }),
      ),
      ["policy-domain-missing", "policy-unusable"],
      (row) => {
        expect(row.policies.map(({ domain }) => domain)).toEqual(["rcpt.example", "rcpt.example"]);
      },
      "a.gz",
    ));
});

function withPolicyHead(): Json {
  return (withPolicy({}) as { policies: [{ policy: Json }] }).policies[0].policy;
}

describe("counts", () => {
  test("that are zero", () =>
    accept(mail(summary(0, 0, 0)), ["counts-zero", "detail-count-zero"], counts(0, 0, 0)));
  test("that disagree (Mail.ru: details 2, total 1)", () =>
    accept(mail(summary(98, 1)), ["counts-disagree"], counts(98, 1, 2)));
  test("that are strings", () =>
    accept(mail(summary("98", "2", " 2 ")), ["count-text"], counts(98, 2, 2)));
  test("with thousands parted", () =>
    accept(mail(summary("1,098", 2)), ["count-text"], counts(1098, 2, 2)));
  test("that are no numbers", () =>
    accept(mail(summary("many", 2)), ["count-missing", "count-unreadable"], counts(0, 2, 2)));
  test("that are missing", () =>
    accept(mail(summary(null, null, null)), ["count-missing"], counts(0, 1, 1)));
  test("that are negative", () =>
    accept(mail(summary(-5, 2)), ["count-negative"], counts(0, 2, 2)));
  test("that are not whole", () =>
    accept(mail(summary(97.6, 2)), ["count-not-whole"], counts(98, 2, 2)));
  test("that are huge", () => accept(mail(summary(1e308, 2)), ["count-huge"], counts(1e12, 2, 2)));
  test("that are infinite", () =>
    accept(
      mail(JSON.stringify(report()).replace(":98", ":1e999")),
      ["count-huge"],
      counts(1e12, 2, 2),
    ));
  test("without a summary", () =>
    accept(
      mail(report({ policies: [policy({ summary: null })] })),
      ["summary-missing"],
      counts(0, 2, 2),
    ));
});

describe("failure-details", () => {
  const without = (details: unknown) =>
    report({ policies: [policy({ "failure-details": details })] });
  test("are missing", () =>
    accept(mail(without(undefined)), ["details-missing"], head({ details: [] })));
  test("are empty text", () =>
    accept(mail(without("")), ["details-missing", "details-not-array"], head({ details: [] })));
  test("are one object", () =>
    accept(mail(without(detail())), ["details-not-array"], first({ count: 2 })));
  test("hold what is none", () =>
    accept(mail(without([detail(), 7])), ["details-unusable"], first({ count: 2 })));
  test("have no addresses", () =>
    accept(
      mail(withDetail({ "sending-mta-ip": undefined, "receiving-ip": undefined })),
      ["ip-missing"],
      first({ sendingIp: null, receivingIp: null }),
    ));
  test("have empty addresses", () =>
    accept(
      mail(withDetail({ "sending-mta-ip": "", "receiving-ip": "" })),
      ["ip-missing", "text-empty"],
      first({ sendingIp: null, receivingIp: null }),
    ));
  test("have literals for addresses", () =>
    accept(
      mail(withDetail({ "receiving-ip": "[IPv6:2001:DB8::1]" })),
      ["ip-odd"],
      first({ receivingIp: "2001:db8::1" }),
    ));
  test("have no MX host", () =>
    accept(
      mail(withDetail({ "receiving-mx-hostname": "" })),
      ["mx-missing", "text-empty"],
      first({ receivingMx: null }),
    ));
  test("have a result-type that nobody registered", () =>
    accept(
      mail(withDetail({ "result-type": "moon-phase" })),
      ["result-type-unregistered"],
      first({ resultType: "moon-phase" }),
    ));
  test("have a result-type in capitals", () =>
    accept(
      mail(withDetail({ "result-type": "Certificate-Expired" })),
      ["result-type-form"],
      first({ resultType: "certificate-expired" }),
    ));
  test("have no result-type", () =>
    accept(
      mail(withDetail({ "result-type": undefined })),
      ["result-type-missing"],
      first({ resultType: "unspecified" }),
    ));
  test("have numbers for texts", () =>
    accept(
      mail(withDetail({ "failure-reason-code": 550 })),
      ["field-type"],
      first({ reason: "550" }),
    ));
  test("have a reason without end", () =>
    accept(
      mail(withDetail({ "failure-reason-code": "x".repeat(10_000_000) })),
      ["text-cut"],
      first({ reason: "x".repeat(2000) }),
    ));
  test("have half a character", () =>
    accept(
      mail(withDetail({ "failure-reason-code": "\ud800!\0" })),
      ["text-broken"],
      first({ reason: "\ufffd!\ufffd" }),
    ));
  test("are too many: the rest is added up, none is lost", () =>
    accept(
      mail(without(Array.from({ length: 10_500 }, () => detail()))),
      ["counts-disagree", "details-many"],
      (row) => {
        const details = row.policies[0]?.details ?? [];
        expect(details).toHaveLength(10_001);
        expect(details.at(-1)).toMatchObject({
          resultType: "certificate-expired",
          count: 1000,
          sendingIp: null,
        });
      },
    ));
});

describe("the head", () => {
  test("contact-info is null", () =>
    accept(mail(report({ "contact-info": null })), ["contact-missing"], (row) => {
      expect(row.contact).toBeNull();
    }));
  test("organization-name is missing", () =>
    accept(mail(report({ "organization-name": undefined })), ["organization-missing"], (row) => {
      expect(row.organization).toBe("");
    }));
  test("report-id is missing", () =>
    accept(
      mail(report({ "report-id": "" })),
      ["report-id-missing", "subject-id-differs"],
      (row) => {
        expect(row.reportId).toBe("");
      },
    ));
  test("report-id differs from the Subject", () =>
    accept(mail(report({ "report-id": "another" })), ["subject-id-differs"], day));
  test("TLS-Report-Domain differs", () =>
    accept(
      mail(report(), { headers: { "TLS-Report-Domain": "other.example" } }),
      ["header-domain-differs"],
      day,
    ));
  test("there is no TLS-Report-Domain", () =>
    accept(
      mail(report(), { headers: { "TLS-Report-Domain": null } }),
      ["header-domain-missing"],
      day,
    ));
  test("there is no TLS-Report-Submitter", () =>
    accept(
      mail(report(), { headers: { "TLS-Report-Submitter": null } }),
      ["header-submitter-missing"],
      day,
    ));
  test("the mail is multipart/mixed", () =>
    accept(
      mail(report(), { headers: { "Content-Type": 'multipart/mixed; boundary="=-parts"' } }),
      ["not-multipart-report"],
      day,
    ));
});

describe("labels", () => {
  const plain = Buffer.from(JSON.stringify(report()));
  const zip = Buffer.from(zipSync({ "report.json": plain }));
  test("+gzip on plain JSON", () =>
    accept(mail(null, { body: plain }), ["label-not-content"], day));
  test("+json on gzip", () =>
    accept(mail(report(), { mediaType: "application/tlsrpt+json" }), ["label-not-content"], day));
  test("application/tlsrpt", () =>
    accept(mail(report(), { mediaType: "application/tlsrpt" }), ["label-unregistered"], day));
  test("octet-stream", () =>
    accept(mail(report(), { mediaType: "application/octet-stream" }), ["label-unregistered"], day));
  test("zip", () =>
    accept(
      mail(null, { body: zip, mediaType: "application/zip", name: "r.zip" }),
      ["label-unregistered", "zip-archive"],
      day,
    ));
  test("+gzip on zip", () =>
    accept(mail(null, { body: zip, name: "" }), ["label-not-content", "zip-archive"], day));
  test("gzip within gzip", () =>
    accept(mail(null, { body: zlib.gzipSync(gzip(report())) }), [], day));
  test("a file .json that is gzip", () =>
    accept(gzip(report()), ["label-not-content"], day, "r.json"));
  test("a file without an ending", () => accept(gzip(report()), [], day, "report"));
  test("quoted-printable", () =>
    accept(
      mail(null, {
        body: Buffer.from(
          JSON.stringify(report()).replaceAll("=", "=3D").replace(/.{70}/g, "$&=\r\n"),
        ),
        encoding: "quoted-printable",
        mediaType: "application/tlsrpt+json",
        name: "",
      }),
      [],
      day,
    ));
  test("8bit", () =>
    accept(
      mail(null, { body: plain, encoding: "8bit", mediaType: "application/tlsrpt+json", name: "" }),
      [],
      day,
    ));
});

describe("base64", () => {
  // Of any three lengths one needs padding.
  const padded = [0, 1, 2]
    .map((more) => report({ "contact-info": "x".repeat(more + 5) }))
    .find((one) => gzip(one).length % 3 !== 0);
  test("without its padding", () =>
    accept(mail(padded, { spoil: (text) => text.replace(/=+$/, "") }), ["base64-loose"], day));
  test("with padding in its middle", () =>
    accept(
      mail(null, {
        body: gzip(report()),
        spoil: () =>
          `${gzip(report()).subarray(0, 100).toString("base64")}\r\n${gzip(report()).subarray(100).toString("base64")}`,
      }),
      ["base64-loose"],
      day,
    ));
  test("with blanks in it", () =>
    accept(
      mail(report(), { spoil: (text) => text.replace(/\r\n/g, " \r\n ") }),
      ["base64-loose"],
      day,
    ));
});

describe("the text", () => {
  const text = JSON.stringify(report());
  test("has a byte order mark", () => accept(mail(`\ufeff${text}`), ["json-bom"], day));
  test("is UTF-16", () =>
    accept(
      mail(null, { body: zlib.gzipSync(Buffer.from(`\ufeff${text}`, "utf16le")) }),
      ["json-encoding"],
      day,
    ));
  test("is Latin-1", () =>
    accept(
      mail(null, { body: zlib.gzipSync(Buffer.from(text.replace("Inc.", "Gm\u00fc."), "latin1")) }),
      ["json-not-utf8"],
      (row) => {
        expect(row.organization).toBe("Sender Gm\ufffd.");
      },
    ));
  test("is an array of one", () => accept(mail([report()]), ["report-in-array"], day));
});

describe("how it comes", () => {
  test("24 days late", async () => {
    const late = mail(report(), {
      headers: { Received: "by mx1; Fri, 18 Dec 2026 00:00:00 +0000" },
    });
    const context = intakeContext(now + 30 * 86_400, null);
    const { ready } = await intakeSource(late, "late.eml", context);
    expect(ready[0]?.report.deviations).toEqual(["late"]);
    seen.add("late");
  });
  test("two in one mail", async () => {
    const two = zipSync({
      "a.json": Buffer.from(JSON.stringify(report())),
      "b.json": Buffer.from(JSON.stringify(report({ "report-id": "b" }))),
    });
    const { ready } = await intakeSource(two, "two.zip", intakeContext(now, null));
    expect(ready.map(({ report: row }) => row.deviations)).toEqual([
      ["several-in-one", "zip-archive"],
      ["several-in-one", "zip-archive"],
    ]);
    seen.add("several-in-one");
  });
});

test("every deviation that there is was shown above", () => {
  expect(deviationCodes.filter((code) => !seen.has(code))).toEqual([]);
});
