/** Reports, and the mails that carry them, as senders make them. */
import zlib from "node:zlib";

/** In the zone that the test DNS server speaks for. */
export const reporter = "reporter.zoo.test";

/** A report about `receiver.example` for one day, told apart by its id. */
export function reportJson(id: string): string {
  return JSON.stringify({
    "organization-name": "Reporter Inc.",
    "date-range": {
      "start-datetime": "2026-11-20T00:00:00Z",
      "end-datetime": "2026-11-20T23:59:59Z",
    },
    "contact-info": `tlsrpt@${reporter}`,
    "report-id": id,
    policies: [
      {
        policy: { "policy-type": "sts", "policy-domain": "receiver.example" },
        summary: { "total-successful-session-count": 5, "total-failure-session-count": 0 },
      },
    ],
  });
}

/** A mail with the report, gzipped, unsigned; lines end in CRLF. */
export function reportMail(id: string, text = reportJson(id)): string {
  const base64 = zlib.gzipSync(text).toString("base64");
  return [
    `From: TLS reports <tlsrpt@${reporter}>`,
    "To: tls-reports@receiver.example",
    `Subject: Report Domain: receiver.example Submitter: ${reporter} Report-ID: <${id}>`,
    "Date: Sat, 21 Nov 2026 03:00:00 +0000",
    `Message-ID: <${id}@${reporter}>`,
    "MIME-Version: 1.0",
    "TLS-Report-Domain: receiver.example",
    `TLS-Report-Submitter: ${reporter}`,
    'Content-Type: multipart/report; report-type="tlsrpt"; boundary="part"',
    "",
    "--part",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "This is a TLS report.",
    "--part",
    "Content-Type: application/tlsrpt+gzip",
    "Content-Transfer-Encoding: base64",
    `Content-Disposition: attachment; filename="${reporter}!receiver.example!1795132800!1795219199!${id}.json.gz"`,
    "",
    ...(base64.match(/.{1,76}/g) ?? []),
    "--part--",
    "",
  ].join("\r\n");
}

/** Mail that has nothing to do with reports. */
export function otherMail(subject: string): string {
  return [
    "From: Alice <alice@example.net>",
    "To: tls-reports@receiver.example",
    `Subject: ${subject}`,
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="part"',
    "",
    "--part",
    "Content-Type: text/plain",
    "",
    "Hello.",
    "--part",
    'Content-Type: application/pdf; name="invoice.pdf"',
    "Content-Transfer-Encoding: base64",
    "",
    "JVBERi0xLjQK",
    "--part--",
    "",
  ].join("\r\n");
}
