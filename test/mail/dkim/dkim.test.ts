/** DKIM of reports: keys made on the spot, asked for at a real DNS server. */
import { beforeAll, describe, expect, test } from "vitest";
import { DnsClient } from "../../../src/net/dns/client.ts";
import { resolveWith } from "../../../src/mail/dkim/dkim-resolver.ts";
import { verifyReporter } from "../../../src/mail/dkim/dkim.ts";
import { reply, soa, startPeer } from "../../net/support/dns-peer.ts";
import { makeKey, sign, type SigningKey, type SigningOptions } from "../support/dkim-signer.ts";
import type { Verification } from "../../../src/mail/dkim/verification.ts";
import { processorMs } from "../../support/processor-time.ts";

const message = [
  "From: TLS reports <tlsrpt@mail.reporter.example>",
  "To: reports@receiver.example",
  "Subject: Report Domain: receiver.example",
  "TLS-Report-Domain: receiver.example",
  "TLS-Report-Submitter: reporter.example",
  'Content-Type: multipart/report; report-type="tlsrpt"; boundary="b"',
  "",
  "--b",
  "Content-Type: application/tlsrpt+json",
  "",
  '{"organization-name": "Reporter", "report-id": "1"}  ',
  "--b--",
  "",
  "",
].join("\r\n");

const received = 1_780_000_000;
let rsa: SigningKey;
let ed25519: SigningKey;
let other: SigningKey;
let weak: SigningKey;
beforeAll(() => {
  [rsa, other] = [makeKey("rsa"), makeKey("rsa")];
  ed25519 = makeKey("ed25519");
  weak = makeKey("rsa", 768);
});

/** What the DNS has: a record; `silent` or `servfail` where it does not say. */
type Zone = Readonly<Record<string, string>>;

async function verify(
  mail: string | Buffer,
  zone: Zone,
  {
    submitter = "reporter.example",
    at = received,
  }: { submitter?: string | null; at?: number } = {},
): Promise<Verification & { readonly asked: readonly string[] }> {
  const peer = await startPeer((query) => {
    const record = zone[query.name];
    if (record === "silent") return;
    if (record === "servfail") {
      query.send(reply(query, { rcode: 2 }));
    } else if (record === undefined) {
      query.send(reply(query, { rcode: 3, authorities: [soa("example")] }));
    } else {
      const data = record.match(/.{1,255}/g) ?? [];
      const { name } = query;
      // Of UDP's size there is no need to care on loopback.
      query.send(reply(query, { answers: [{ type: "TXT", name, ttl: 60, data }] }));
    }
  });
  const dns = new DnsClient({ servers: [peer.server], timeoutMs: 600, tries: 1 });
  const bytes = typeof mail === "string" ? Buffer.from(mail, "latin1") : mail;
  const verification = await verifyReporter(bytes, submitter, resolveWith(dns), at);
  dns.close();
  return { ...verification, asked: peer.queries.map(({ name }) => name) };
}

const name = "key._domainkey.reporter.example";

function signed(options: Partial<SigningOptions> = {}, text = message): string {
  return sign(text, { key: rsa, domain: "reporter.example", selector: "key", ...options });
}

describe("verified", () => {
  test("by an RSA key of 2048 bits, in two strings", async () => {
    expect(rsa.record.length).toBeGreaterThan(255);
    const { asked, ...verification } = await verify(signed(), { [name]: rsa.record });
    expect(verification).toEqual({
      verdict: "verified",
      signer: "reporter.example",
      detail: "key key",
    });
    expect(asked).toEqual([name]);
  });

  test("by an Ed25519 key", async () => {
    const mail = signed({ key: ed25519 });
    expect(await verify(mail, { [name]: ed25519.record })).toMatchObject({ verdict: "verified" });
  });

  test.each([
    ["sub.reporter.example", "reporter.example"],
    ["reporter.example", "mail.reporter.example"],
    ["mail.reporter.co.uk", "reports.reporter.co.uk"],
    ["REPORTER.example", "reporter.EXAMPLE"],
  ])("where %s signs for %s: one organisation", async (domain, submitter) => {
    const zone = { [`key._domainkey.${domain.toLowerCase()}`]: rsa.record };
    const verification = await verify(signed({ domain }), zone, { submitter });
    expect(verification).toMatchObject({ verdict: "verified", signer: domain.toLowerCase() });
  });

  test("with bare line feeds, as mail lies in files", async () => {
    const mail = signed().replaceAll("\r\n", "\n");
    expect(await verify(mail, { [name]: rsa.record })).toMatchObject({ verdict: "verified" });
  });

  test("with other white space, which relaxed canonicalization forgives", async () => {
    const mail = signed().replace("Report Domain:", "Report \t Domain:");
    expect(await verify(mail, { [name]: rsa.record })).toMatchObject({ verdict: "verified" });
  });

  test.each([["subject"], ["content-type"], ["tls-report-domain"], ["tls-report-submitter"]])(
    "with %s as the only header that says what it is",
    async (header) => {
      const mail = signed({ headers: ["from", header] });
      expect(await verify(mail, { [name]: rsa.record })).toMatchObject({ verdict: "verified" });
    },
  );

  test("by one of several signatures", async () => {
    const broken = signed({ key: other });
    const mail = sign(broken, { key: rsa, domain: "esp.example", selector: "esp" });
    const both = signed({}, mail);
    expect(await verify(both, { [name]: rsa.record })).toMatchObject({ verdict: "verified" });
  });

  test.each(["s=tlsrpt", "s=email", "s=*", "t=s"])("by a key with %s", async (tag) => {
    const zone = { [name]: `${rsa.record}; ${tag}` };
    expect(await verify(signed(), zone)).toMatchObject({ verdict: "verified" });
  });

  test("before it expires, by the time at which it was received", async () => {
    const mail = signed({ tags: [`t=${String(received - 10)}`, `x=${String(received + 10)}`] });
    expect(await verify(mail, { [name]: rsa.record })).toMatchObject({ verdict: "verified" });
    const late = await verify(mail, { [name]: rsa.record }, { at: received + 20 });
    expect(late).toMatchObject({ verdict: "failed", detail: "expired" });
  });
});

describe("failed", () => {
  test.each([
    ["another domain", "attacker.example", "signed by attacker.example, not by the reporter"],
    ["a neighbour below a public suffix", "other.co.uk", "signed by other.co.uk, not by"],
    ["a name that only ends alike", "evilreporter.example", "signed by evilreporter.example, not"],
  ])("%s signed, and is not even asked", async (_, domain, detail) => {
    const zone = { [`key._domainkey.${domain}`]: rsa.record };
    const verification = await verify(signed({ domain }), zone);
    expect(verification).toMatchObject({ verdict: "failed", signer: domain, asked: [] });
    expect(verification.detail).toContain(detail);
  });

  test("the reporter that the mail names is another than the one that signed", async () => {
    const mail = signed({}, message.replace("Submitter: reporter", "Submitter: google"));
    const verification = await verify(
      mail,
      { [name]: rsa.record },
      { submitter: "google.example" },
    );
    expect(verification).toMatchObject({ verdict: "failed", signer: "reporter.example" });
  });

  test.each([
    ["body", '"report-id": "1"', '"report-id": "2"', "body hash did not verify"],
    ["subject", "Subject: Report", "Subject: report", "bad signature"],
    ["end of the body", "--b--\r\n", "--b--\r\nmore\r\n", "body hash did not verify"],
  ])("altered %s", async (_, before, after, detail) => {
    const mail = signed();
    expect(mail).toContain(before);
    const verification = await verify(mail.replace(before, after), { [name]: rsa.record });
    expect(verification).toMatchObject({
      verdict: "failed",
      signer: "reporter.example",
      detail,
    });
  });

  test.each([
    ["nothing appended", ""],
    ["something appended", "--b\r\nContent-Type: application/tlsrpt+json\r\n\r\n{}\r\n"],
  ])("l=, %s", async (_, more) => {
    const mail = signed({ bodyLength: 40, tags: ["l=40"] });
    const verification = await verify(mail + more, { [name]: rsa.record });
    expect(verification).toMatchObject({
      verdict: "failed",
      detail: "it covers only part of the body (l=)",
    });
  });

  test.each(["L=0", "l = 0", "l=abc", "l=", "L=0;l=0"])("%s is l= too", async (tag) => {
    const verification = await verify(signed({ tags: [tag] }), { [name]: rsa.record });
    expect(verification.detail).toBe("it covers only part of the body (l=)");
  });

  test("From is not covered", async () => {
    const mail = signed({ headers: ["subject", "to"] });
    expect(await verify(mail, { [name]: rsa.record })).toMatchObject({
      verdict: "failed",
      detail: "it does not cover the From header",
    });
  });

  test("a second From was put above", async () => {
    const mail = `From: a@google.example\r\n${signed()}`;
    expect(await verify(mail, { [name]: rsa.record })).toMatchObject({
      verdict: "failed",
      detail: "the mail does not have exactly one From header",
    });
  });

  const note = "From: n@reporter.example\r\nTo: a@rcpt.example\r\nSubject: Your note\r\n\r\n{}\r\n";
  test.each([
    ["TLS-Report-Domain: rcpt.example\r\nTLS-Report-Submitter: reporter.example", note],
    ["MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=tlsrpt; boundary=b", note],
    ["Subject: Report Domain: rcpt.example Submitter: reporter.example Report-ID: <1>", note],
    ["X-Nothing: at all", note],
  ])("a signed mail about something else, with %j put above it", async (above, text) => {
    const mail = `${above}\r\n${signed({ headers: ["from", "to", "subject"] }, text)}`;
    expect(await verify(mail, { [name]: rsa.record })).toMatchObject({
      verdict: "failed",
      detail: "it does not cover a header that marks the mail as a report",
    });
  });

  test("an RSA key of 768 bits", async () => {
    expect(await verify(signed({ key: weak }), { [name]: weak.record })).toMatchObject({
      verdict: "failed",
      detail: "the key is shorter than 1024 bits",
    });
  });

  test("SHA-1", async () => {
    const verification = await verify(signed({ hash: "sha1" }), { [name]: rsa.record });
    expect(verification).toMatchObject({ verdict: "failed", detail: "its algorithm is rsa-sha1" });
  });

  test.each([
    ["another key", () => other.record, "bad signature"],
    ["a key that was withdrawn", () => "v=DKIM1; k=rsa; p=", "invalid public key"],
    ["no key at all", () => "v=spf1 -all", "invalid public key"],
    ["a key that is a test", () => `${rsa.record}; t=y`, "the key is marked as a test"],
    ["a key for something else", () => `${rsa.record}; s=other`, "the key is not for mail"],
  ])("the DNS has %s", async (_, record, detail) => {
    const verification = await verify(signed(), { [name]: record() });
    expect(verification).toMatchObject({ verdict: "failed", detail });
  });

  test("the DNS has no record", async () => {
    expect(await verify(signed(), {})).toMatchObject({ verdict: "failed", detail: "no key" });
  });

  test("an identity outside of the domain", async () => {
    const mail = signed({ tags: ["i=@google.example"] });
    const verification = await verify(mail, { [name]: rsa.record });
    expect(verification.detail).toBe("its identity is in google.example, not in reporter.example");
  });

  test("nobody says who reports", async () => {
    const verification = await verify(signed(), { [name]: rsa.record }, { submitter: null });
    expect(verification).toMatchObject({ verdict: "failed", asked: [] });
  });

  test.each([
    ["no domain", "DKIM-Signature: v=1; a=rsa-sha256; s=key; h=from; bh=; b=\r\n"],
    ["nothing", "DKIM-Signature:\r\n"],
    [
      "hostile tags",
      "DKIM-Signature: __proto__=1; constructor=2; d=__proto__; s=../..; h=from\r\n",
    ],
    [
      "an unknown canonicalization",
      "DKIM-Signature: v=1; a=rsa-sha256; c=x/y; d=reporter.example; s=key; h=from; bh=aa; b=aa\r\n",
    ],
  ])("a signature with %s", async (_, line) => {
    expect(await verify(line + message, {})).toMatchObject({ verdict: "failed", asked: [] });
  });
});

describe("unsigned", () => {
  test("no signature", async () => {
    expect(await verify(message, {})).toMatchObject({ verdict: "unsigned", signer: null });
  });

  test("a signature in the body is none", async () => {
    const mail = message.replace("--b--", `--b--\r\n\r\n${signed()}`);
    expect(await verify(mail, { [name]: rsa.record })).toMatchObject({ verdict: "unsigned" });
  });
});

describe("not-checked: the DNS did not say", () => {
  test.each([
    ["silent", "DNS failure: timeout"],
    ["servfail", "DNS failure: servfail"],
  ] as const)("%s", async (state, detail) => {
    expect(await verify(signed(), { [name]: state })).toMatchObject({
      verdict: "not-checked",
      signer: "reporter.example",
      detail,
    });
  });

  test("but an altered body fails without asking", async () => {
    const mail = signed().replace('"report-id": "1"', '"report-id": "2"');
    expect(await verify(mail, { [name]: "silent" })).toMatchObject({
      verdict: "failed",
      asked: [],
    });
  });
});

describe("hostile mail is bounded work", () => {
  test("a thousand signatures ask four times at most", async () => {
    const line = signed().split("\r\nFrom:")[0] ?? "";
    const lines = Array.from({ length: 60 }, (_, n) => line.replace("s=key", `s=key${String(n)}`));
    const verification = await verify(`${lines.join("\r\n")}\r\n${message}`, {});
    expect(verification.asked.length).toBeLessThanOrEqual(4);
    expect(verification.verdict).toBe("failed");
  });

  test("a header of nothing but continued lines", async () => {
    const mail = `DKIM-Signature: v=1;\r\n${" \r\n".repeat(500_000)}${message}`;
    expect(await verify(mail, {})).toMatchObject({
      verdict: "failed",
      detail: "the mail has too many lines to be checked",
    });
  });

  test.each([
    ["line feeds", "\n"],
    ["spaces", " "],
    ["carriage returns", "\r"],
    ["lines of one letter", "a\n"],
    ["lines", `${"a".repeat(76)}\n`],
  ])("10 MB of %s", async (_, filler) => {
    const body = filler.repeat((10 * 1024 * 1024) / filler.length);
    const spent = await processorMs(async () => {
      const verification = await verify(signed().replace("--b--", body), { [name]: rsa.record });
      expect(verification.verdict).toBe("failed");
    });
    expect(spent).toBeLessThan(5000);
  });

  test("any bytes are judged, none throws", async () => {
    const whole = Buffer.from(signed(), "latin1");
    for (let seed = 1; seed <= 40; seed += 1) {
      const bytes = Buffer.from(whole);
      for (let n = 0; n < 12; n += 1) {
        bytes[(seed * 7919 + n * 104_729) % bytes.length] = (seed * 31 + n * 17) % 256;
      }
      const { verdict } = await verify(bytes, { [name]: rsa.record });
      expect(["failed", "unsigned", "not-checked"]).toContain(verdict);
    }
  });
});
