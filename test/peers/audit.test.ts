/**
 * The audit's verdict beside what real senders do with the same hosts: Postfix with
 * postfix-mta-sts-resolver, and sendmail with FEATURE(sts), the strict judge.
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cleanup } from "./support/cleanup.ts";
import { MailLab, sendmailFolder, type LabDomain } from "./support/mail-lab.ts";
import { canMakeNamespaces } from "./support/network-namespace.ts";
import { describePeers } from "./support/programs.ts";
import { repository } from "./support/site.ts";

interface Expected extends LabDomain {
  /** The findings that speak against enforcing. */
  readonly against: readonly string[];
  /** Postfix delivers all the same, through its resolver's known laxness. */
  readonly lax?: boolean;
}

const domains: readonly Expected[] = [
  lab("good", "mx.good.test", "mx.good.test", "good"),
  lab("wild", "*.wild.test", "mx.wild.test", "good"),
  lab("wrong", "mx.wrong.test", "mx.wrong.test", "wrong", ["mx-host/certificate-name"]),
  lab("expired", "mx.expired.test", "mx.expired.test", "expired", ["mx-host/certificate-expired"]),
  lab("self", "mx.self.test", "mx.self.test", "self", ["mx-host/certificate-self-signed"]),
  lab("plain", "mx.plain.test", "mx.plain.test", "plain", ["mx-host/starttls-missing"]),
  // The certificate carries the MX host's name, and the policy another.
  lab("uncovered", "mx.other.test", "mx.uncovered.test", "good", ["mx-pattern/uncovered"]),
  // The certificate carries the name that the policy allows, but not the MX host's.
  {
    ...lab("evil", "mx.good.test", "mx.evil.test", "good", [
      "mx-host/certificate-name",
      "mx-pattern/uncovered",
    ]),
    lax: true,
  },
  {
    ...lab("deep", "*.deep.test", "a.b.deep.test", "deep", ["mx-pattern/too-deep"]),
    lax: true,
  },
];

function lab(
  name: string,
  pattern: string,
  mx: string,
  server: LabDomain["server"],
  against: readonly string[] = [],
): Expected {
  return { name, mode: "enforce", pattern, mx, server, against };
}

interface Audited {
  readonly domain: string;
  readonly safe: string;
  readonly findings: readonly { readonly code: string; readonly effect: string }[];
}

const needs = [
  ...["knotd", "unbound", "caddy", "postfix", "mta-sts-daemon", "swaks", "openssl"],
  ...["curl", "dig", "ip", "nsenter", "m4"],
];

describePeers(
  "the audit agrees with real senders",
  needs,
  () => {
    const cleanup = new Cleanup();
    let mail: MailLab;
    let audited: ReadonlyMap<string, Audited>;

    beforeAll(async () => {
      mail = await MailLab.start(domains, cleanup);
      const { code, stdout, stderr } = await mail.run(process.execPath, [
        ...[path.join(repository, "build", "cli.js"), "audit", "--jsonl", "--allow-private"],
        ...["--resolver", mail.resolver, "--ca", mail.caFile, "--site", path.dirname(mail.caFile)],
        ...domains.map((one) => `${one.name}.test`),
      ]);
      expect(code, stderr).toBe(1);
      const lines = stdout.toString("utf8").trim().split("\n");
      const all = lines.map((line) => JSON.parse(line) as Audited);
      audited = new Map(all.map((one) => [one.domain, one]));
    }, 90_000);

    afterAll(() => cleanup.run());

    describe.each(domains)("$name", ({ name, against, lax }) => {
      test("the audit says why, and only that", () => {
        const found = audited.get(`${name}.test`);
        const codes = found?.findings.filter((one) => one.effect !== "none").map((one) => one.code);
        expect([...new Set(codes)].sort()).toEqual(against);
        expect(found?.safe).toBe(against.length === 0 ? "yes" : "no");
      });

      test("Postfix with its resolver takes the policy, and sends or defers", async () => {
        expect(await mail.policySeenByPostfix(name)).toContain("secure");
        const { sent, said } = await mail.sendByPostfix(name);
        expect(sent, said).toBe(against.length === 0 || lax === true);
      });

      test("sendmail with FEATURE(sts) sends or defers", async () => {
        const { sent, said } = await mail.sendBySendmail(name);
        expect(sent, said).toBe(against.length === 0);
      });
    });
  },
  {
    "network namespaces": canMakeNamespaces,
    "mount as root": process.getuid?.() === 0,
    "sendmail, unpacked where STSPRESS_SENDMAIL says": sendmailFolder() !== null,
  },
);
