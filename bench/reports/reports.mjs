/** Reports as senders make them, for the bench: small, gzipped, some with failures. */
import zlib from "node:zlib";

const reporters = ["google.com", "microsoft.com", "mail.ru", "yahoo.com", "gmx.net"];
const kinds = ["certificate-expired", "starttls-not-supported", "validation-failure"];
const first = Date.UTC(2026, 7, 1) / 1000;
const dayCount = 90;
const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

/** One of many: its name as senders name it, its JSON gzipped, and who sent it. */
export function reportAt(index) {
  const sender = reporters[index % reporters.length];
  const domain = `customer-${index % 500}.bench.test`;
  const start = first + (index % dayCount) * 86_400;
  const id = `${iso(start)}_${index}@${sender}`;
  const failed = index % 4 === 0 ? 1 + (index % 7) : 0;
  const mx = [`mx1.${domain}`, `mx2.${domain}`];
  const details = Array.from({ length: failed === 0 ? 0 : 1 + (index % 3) }, (_, at) => ({
    "result-type": kinds[(index + at) % kinds.length],
    "sending-mta-ip": `192.0.2.${(index * 7 + at) % 250}`,
    "receiving-mx-hostname": mx[at % 2],
    "receiving-ip": `198.51.100.${at}`,
    "failed-session-count": failed,
    "failure-reason-code": "certificate has expired",
  }));
  const report = {
    "organization-name": sender,
    "date-range": { "start-datetime": iso(start), "end-datetime": iso(start + 86_399) },
    "contact-info": `smtp-tls-reporting@${sender}`,
    "report-id": id,
    policies: [
      {
        policy: {
          "policy-type": "sts",
          "policy-string": [
            "version: STSv1",
            "mode: testing",
            ...mx.map((host) => `mx: ${host}`),
            "max_age: 604800",
          ],
          "policy-domain": domain,
          "mx-host": mx,
        },
        summary: {
          "total-successful-session-count": index % 1000,
          "total-failure-session-count": failed,
        },
        ...(failed === 0 ? {} : { "failure-details": details }),
      },
    ],
  };
  return {
    name: `${sender}!${domain}!${start}!${start + 86_399}!${index}.json.gz`,
    gzip: zlib.gzipSync(JSON.stringify(report)),
    sender,
    domain,
    id,
    sentAt: start + 90_000,
  };
}

/** The same report as a mail of an mbox file, with its `From ` line. */
export function mailOf({ name, gzip, sender, domain, id, sentAt }) {
  const date = new Date(sentAt * 1000).toUTCString();
  const body = gzip.toString("base64").replace(/.{76}/g, "$&\n");
  return `From noreply@${sender} Tue Nov 24 10:00:00 2026
From: <noreply@${sender}>
To: <tls-reports@bench.test>
Date: ${date}
Subject: Report Domain: ${domain} Submitter: ${sender} Report-ID: <${id}>
TLS-Report-Domain: ${domain}
TLS-Report-Submitter: ${sender}
MIME-Version: 1.0
Content-Type: multipart/report; report-type="tlsrpt"; boundary="part"

--part
Content-Type: text/plain; charset="UTF-8"

This is an aggregate TLS report from ${sender}.

--part
Content-Type: application/tlsrpt+gzip; name="${name}"
Content-Disposition: attachment; filename="${name}"
Content-Transfer-Encoding: base64

${body}
--part--

`;
}

/** A report that is built to hurt: 15 MB of JSON in a few kilobytes of gzip, with a text of its own for each policy. */
function hurtfulReport(index) {
  const policies = Array.from({ length: 1900 }, (_, at) => ({
    policy: {
      "policy-type": "sts",
      "policy-string": [
        "version: STSv1",
        "mode: enforce",
        `mx: ${`${"a".repeat(60)}${at}.`.repeat(120)}`,
      ],
      "policy-domain": `d${at}.hurt-${index}.bench.test`,
    },
    summary: { "total-successful-session-count": 1, "total-failure-session-count": 0 },
  }));
  const { "date-range": range } = JSON.parse(zlib.gunzipSync(reportAt(0).gzip));
  const head = { "organization-name": "Hurt", "date-range": range, "report-id": `hurt ${index}` };
  return zlib.gzipSync(JSON.stringify({ ...head, policies }));
}

/** A mail with four of them. */
export function hurtfulMail(index) {
  const parts = Array.from({ length: 4 }, (_, at) => {
    const body = hurtfulReport(index * 4 + at)
      .toString("base64")
      .replace(/.{76}/g, "$&\n");
    return `--part\nContent-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\n${body}\n`;
  });
  return `From: <noreply@hurt.bench.test>
TLS-Report-Submitter: hurt.bench.test
Subject: Report Domain: bench.test Submitter: hurt.bench.test Report-ID: <${index}>
Content-Type: multipart/report; report-type="tlsrpt"; boundary="part"

${parts.join("")}--part--
`;
}
