import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  intake,
  type IntakeBatch,
  type IntakeRequest,
} from "../../../src/reports/intake/intake.ts";
import type { ReadyBatch } from "../../../src/reports/intake/ready-batch.ts";
import { JournalWriter } from "../../../src/reports/journal/journal.ts";
import { readJournal } from "../../../src/reports/journal/read-journal.ts";
import type { Report } from "../../../src/tls-rpt/report/report.ts";
import { parseJournalRecord } from "../../../src/reports/intake/parse-report.ts";
import { intakeContext, intakeSource } from "../../../src/reports/intake/intake-source.ts";
import { reply, soa, startPeer } from "../../net/support/dns-peer.ts";
import { makeKey, sign } from "../../mail/support/dkim-signer.ts";
import { gzip, mail, now, report } from "../support/report-mail.ts";
import type { Arrival } from "../../../src/reports/arrival.ts";

const line = "From a@b.example Tue Nov 24 10:00:00 2026\r\n";
const key = makeKey("rsa");
const signed = (message: Buffer): string =>
  sign(message.toString("latin1"), { key, domain: "sender.example", selector: "s1" });
const numbered = (number: number, more: object = {}) =>
  report({ "report-id": `r${String(number)}`, ...more });

function folder(files: Readonly<Record<string, string | Buffer>>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-intake-"));
  onTestFinished(() => {
    fs.rmSync(root, { recursive: true });
  });
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
    fs.writeFileSync(path.join(root, name), bytes);
  }
  return root;
}

async function intakeAll(root: string, dkim: IntakeRequest["dkim"]): Promise<IntakeBatch> {
  const request = { paths: [root], now, quarantine: path.join(root, ".stspress"), dkim };
  const all: IntakeBatch[] = [];
  for await (const batch of intake(request)) all.push(batch);
  expect(all).toHaveLength(1);
  const [only] = all;
  if (only === undefined) throw new Error("no batch");
  return only;
}

/** The arrivals that the journal has of a batch. */
async function kept({ frames }: ReadyBatch): Promise<Arrival[]> {
  const journal = folder({});
  const writer = await JournalWriter.open(journal);
  await writer.appendFrames(frames);
  await writer.close();
  const arrivals: Arrival[] = [];
  for await (const { records } of readJournal(journal, [])) {
    arrivals.push(...records.map(({ arrival }) => arrival));
  }
  return arrivals;
}

describe("signatures", () => {
  test("of mails in mailboxes, files and other mails are verified, and only those of reports asked for", async () => {
    const peer = await startPeer((query) => {
      const { name } = query;
      const data = key.record.match(/.{1,255}/g) ?? [];
      const answer =
        name === "s1._domainkey.sender.example"
          ? { answers: [{ type: "TXT" as const, name, ttl: 60, data }] }
          : { rcode: 3, authorities: [soa("example")] };
      query.send(reply(query, answer));
    });
    const letter = sign("From: x@sender.example\r\nSubject: hello\r\n\r\nhello\r\n", {
      key,
      domain: "sender.example",
      selector: "never-asked",
    });
    const text = "TLS reports\r\n>From us\r\n";
    // A mailbox quotes what looks like its own lines; the signature is of what was sent.
    const quoted = (message: string) => message.replace(/^(>*From )/gm, ">$1");
    const withText = signed(
      Buffer.from(
        mail(numbered(1)).toString("latin1").replace("This is a report", `${text}From here`),
        "latin1",
      ),
    );
    const forwarded = `From: me@else.example\r\nContent-Type: multipart/mixed; boundary=fwd\r\n\r\n--fwd\r\nContent-Type: message/rfc822\r\n\r\n${signed(mail(numbered(2)))}\r\n--fwd--\r\n`;
    const altered = signed(mail(numbered(3))).replace("This is a report", "This was a report");
    const root = folder({
      "1.mbox": `${line}${quoted(withText)}\r\n${line}${letter}\r\n`,
      "2.eml": forwarded,
      "3.eml": altered,
      "4.eml": mail(numbered(4)),
      "5.json.gz": gzip(numbered(5)),
      "6.eml": signed(mail(numbered(6))).replaceAll("\r\n", "\n"),
    });
    const { ready, notReports } = await intakeAll(root, { resolver: peer.server });
    const verdicts = ready.reports.map(({ text, arrival }) => [
      (JSON.parse(text) as Report).reportId,
      arrival.via,
      arrival.verification.verdict,
      arrival.verification.signer,
    ]);
    expect(verdicts).toEqual([
      ["r1", "mail", "verified", "sender.example"],
      ["r2", "mail", "verified", "sender.example"],
      ["r3", "mail", "failed", "sender.example"],
      ["r4", "mail", "unsigned", null],
      ["r5", "file", "unverifiable", null],
      ["r6", "mail", "verified", "sender.example"],
    ]);
    expect(notReports).toBe(1);
    expect(peer.queries.map(({ name }) => name)).not.toContain(
      "never-asked._domainkey.sender.example",
    );
    expect(await kept(ready)).toEqual(ready.reports.map(({ arrival }) => arrival));
  });

  test("are not looked at where nobody wants it", async () => {
    const { ready } = await intakeAll(folder({ "1.eml": signed(mail(report())) }), null);
    expect(ready.reports[0]?.arrival.verification).toEqual({
      verdict: "not-checked",
      signer: null,
      detail: "",
    });
  });
});

describe("what the journal keeps", () => {
  test.each<[string, Buffer]>([
    ["a mail", mail(report({ "contact-info": null }), { headers: { "TLS-Report-Domain": null } })],
    ["a file", Buffer.from(JSON.stringify(report()))],
    ["gzip", gzip(report({ "report-id": 7 }))],
    [
      "a mail whose domain only its head tells",
      mail(report({ policies: [{ policy: {}, summary: {} }] })),
    ],
  ])("gives the same row again: %s", async (_, bytes) => {
    const { ready } = await intakeSource(bytes, "x", intakeContext(now, null));
    expect(ready).toHaveLength(1);
    for (const { report: one, record } of ready) {
      const normalised = JSON.parse(one.text) as Report;
      expect(parseJournalRecord(record, now)).toEqual({ ok: true, report: one, normalised });
    }
  });

  test("and is refused with a reason where the disk or a later program will not have it", async () => {
    const { ready } = await intakeSource(gzip(report()), "x", intakeContext(now, null));
    const [one] = ready;
    if (one === undefined) throw new Error("no report");
    expect(parseJournalRecord({ ...one.record, gzip: Buffer.from("x") }, now)).toMatchObject({
      reason: "gzip-damaged",
    });
    expect(parseJournalRecord({ ...one.record, gzip: gzip({}) }, now)).toMatchObject({
      reason: "not-a-report",
    });
  });
});

test("the same report in any container has one key", async () => {
  const wrapped = [
    Buffer.from(JSON.stringify(report(), null, 2)),
    gzip(report()),
    mail(report()),
    mail(null, { body: Buffer.from(JSON.stringify(report())) }),
    Buffer.from(
      `\ufeff${JSON.stringify(report()).replace("2026-11-23T23:59:59Z", "2026-11-24T00:00:00Z")}`,
    ),
  ];
  const keys = await Promise.all(
    wrapped.map(async (bytes) => {
      const { ready } = await intakeSource(bytes, "x", intakeContext(now, null));
      return ready[0]?.report.key;
    }),
  );
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
});
