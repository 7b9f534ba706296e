/** From mails to the verdict: what another signs in Google's name counts for nothing, and hides nothing. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { formatLock } from "../../../src/site/lock/lock-text.ts";
import { reply, soa, startPeer } from "../../net/support/dns-peer.ts";
import { makeKey, sign } from "../../mail/support/dkim-signer.ts";
import { mail, report } from "../support/report-mail.ts";
import { day, Ledger, policy, start } from "../../site/lock/ledger.ts";
import { hasDuckDb, withDuckDb } from "../support/has-duckdb.ts";
import { runVerb, type Ran } from "../support/run-verb.ts";

const keys = { "google.com": makeKey("rsa"), "evil.example": makeKey("ed25519") };

/** A mail of a day's report that calls itself Google's, signed by who sends it. */
function signedMail(signer: keyof typeof keys, nth: number, good: number, bad: number): string {
  const date = new Date((start + nth * day) * 1000).toISOString().slice(0, 10);
  const json = report({
    "organization-name": "Google Inc.",
    "date-range": {
      "start-datetime": `${date}T00:00:00Z`,
      "end-datetime": `${date}T23:59:59Z`,
    },
    "report-id": `${date}_acme.de`,
    policies: [
      {
        policy: { "policy-type": "sts", "policy-domain": "acme.de" },
        summary: { "total-successful-session-count": good, "total-failure-session-count": bad },
      },
    ],
  });
  const headers = { From: `noreply@${signer}`, "TLS-Report-Submitter": signer };
  const message = mail(json, { headers }).toString("latin1");
  return sign(message, { key: keys[signer], domain: signer, selector: "s1" });
}

describe.skipIf(!hasDuckDb)(withDuckDb("a forged name"), () => {
  let root: string;
  let resolver: string;
  beforeEach(async () => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-forged-"));
    onTestFinished(() => {
      fs.rmSync(root, { recursive: true });
    });
    const peer = await startPeer((query) => {
      const { name } = query;
      const signer = Object.entries(keys).find(([one]) => name === `s1._domainkey.${one}`);
      const data = signer?.[1].record.match(/.{1,255}/g) ?? [];
      const answer =
        data.length > 0
          ? { answers: [{ type: "TXT" as const, name, ttl: 60, data }] }
          : { rcode: 3, authorities: [soa("example")] };
      query.send(reply(query, answer));
    });
    resolver = `${peer.server.address}:${String(peer.server.port)}`;
    // In testing since the day before the first report.
    const ledger = new Ledger().build(policy("testing"), start).live(start + 60);
    const lock = { ...ledger.lock, domains: new Map([["acme.de", ledger.domain]]) };
    fs.writeFileSync(path.join(root, "stspress.lock"), formatLock(lock));
    fs.mkdirSync(path.join(root, "domains"));
    fs.writeFileSync(
      path.join(root, "domains", "all.yaml"),
      "domain: acme.de\nmta-sts: {mode: testing, mx: mx1.acme.de, max_age: 1w}\ntls-rpt: {rua: mailto:r@example.net}\n",
    );
    fs.writeFileSync(path.join(root, "stspress.yaml"), "targets: {caddy: {address: 192.0.2.1}}\n");
  });

  const say = async (
    verb: string,
    options: Readonly<Record<string, string | boolean>>,
    operands: readonly string[] = [],
  ): Promise<Ran> =>
    runVerb(verb, { operands, options: { site: root, ...options } }, start + 27 * day);
  const take = async (mails: readonly string[]): Promise<object> => {
    const inbox = path.join(root, "inbox");
    fs.rmSync(inbox, { recursive: true, force: true });
    fs.mkdirSync(inbox);
    mails.forEach((text, at) => {
      fs.writeFileSync(path.join(inbox, `${String(at)}.eml`), text, "latin1");
    });
    const { out } = await say("reports add", { json: true, resolver }, [inbox]);
    const { added, duplicates } = JSON.parse(out) as { added: number; duplicates: number };
    return { added, duplicates };
  };
  const rollout = async (): Promise<unknown> => {
    const { out } = await say("reports status", { json: true, all: true });
    const { domains } = JSON.parse(out) as { domains: { domain: string; rollout: unknown }[] };
    return domains.find(({ domain }) => domain === "acme.de")?.rollout;
  };
  const counted = async (): Promise<unknown[]> => {
    const { out } = await say("reports senders", { json: true });
    const json = JSON.parse(out) as {
      senders: {
        organization: string;
        signer: string;
        reports: number;
        countsForRollout: boolean;
      }[];
    };
    return json.senders
      .map((one) => [one.organization, one.signer, one.reports, one.countsForRollout])
      .sort();
  };
  const google = Array.from({ length: 10 }, (_, at) => signedMail("google.com", at + 1, 20, 1));
  const copies = Array.from({ length: 10 }, (_, at) => signedMail("evil.example", at + 1, 20, 1));
  const million = Array.from({ length: 20 }, (_, at) =>
    signedMail("evil.example", at + 1, 1_000_000, 0),
  );

  test("counts for nothing, and stands apart; until the user trusts who signs it", async () => {
    expect(await take([...million, ...google])).toEqual({ added: 30, duplicates: 0 });
    const honest = { days: 10, verdict: "failing", rate: { sessions: 210, failures: 10 } };
    expect(await rollout()).toMatchObject(honest);
    expect(await counted()).toEqual([
      ["Google Inc.", "evil.example", 20, false],
      ["Google Inc.", "google.com", 10, true],
    ]);
    const { out } = await say("reports senders", {});
    expect(out).toContain(
      "proven to be from evil.example, which is not a trusted signer: does not count for a rollout",
    );
    fs.appendFileSync(path.join(root, "stspress.yaml"), "reports: {signers: [evil.example]}\n");
    expect(await rollout()).toMatchObject({
      days: 20,
      verdict: "enough",
      rate: { sessions: 20_000_210, failures: 10 },
    });
  });

  test("who guesses what Google will say, and signs it first, takes nothing away", async () => {
    expect(await take(copies)).toEqual({ added: 10, duplicates: 0 });
    expect(await rollout()).toMatchObject({ days: 0, verdict: "not-enough" });
    const journal = path.join(root, ".stspress/reports/journal");
    const size = () =>
      fs
        .readdirSync(journal)
        .reduce((sum, name) => sum + fs.statSync(path.join(journal, name)).size, 0);
    for (const round of [1, 2]) {
      expect(await take(google)).toEqual({ added: 0, duplicates: 10 });
      expect(await rollout(), `round ${String(round)}`).toMatchObject({
        days: 10,
        verdict: "failing",
        rate: { sessions: 210, failures: 10 },
      });
    }
    const before = size();
    await take([...google, ...copies]);
    expect(size()).toBe(before);
    expect((await say("reports rebuild", {})).code).toBe(0);
    expect(await rollout()).toMatchObject({ days: 10, rate: { sessions: 210 } });
    expect(await counted()).toEqual([
      ["Google Inc.", "evil.example", 10, false],
      ["Google Inc.", "google.com", 10, true],
    ]);
  });
});
