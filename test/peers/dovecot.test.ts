/** `stspress reports fetch` and a real IMAP server, whose mailbox has reports and other mail. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startZooDns } from "../zoo/dns.ts";
import { Zone } from "../zoo/zone.ts";
import { makeKey, sign } from "../mail/support/dkim-signer.ts";
import { Cleanup } from "./support/cleanup.ts";
import { startDovecot, type Dovecot } from "./support/dovecot.ts";
import { countInStore, journalOf } from "./support/kept-reports.ts";
import { describePeers } from "./support/programs.ts";
import { FileTrace, type Kill } from "../support/file-trace.ts";
import { waitFor } from "../support/wait-for.ts";
import { otherMail, reporter, reportMail } from "./support/report-mail.ts";
import { repository } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const cli = path.join(repository, "build", "cli.js");
const key = makeKey("ed25519");
const keyName = `key._domainkey.${reporter}`;

function signed(id: string): string {
  return sign(reportMail(id), { key, domain: reporter, selector: "key" });
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describePeers("reports fetch from dovecot", ["dovecot", "doveadm", "openssl"], () => {
  let cleanup: Cleanup;
  let dovecot: Dovecot;
  let site = "";
  let normal: string[] = [];

  beforeEach(async () => {
    cleanup = new Cleanup();
    const folder = makeTempFolder("dovecot", cleanup);
    dovecot = cleanup.stopping(await startDovecot(folder));
    const dns = await startZooDns(new Zone().txt(keyName, key.record));
    cleanup.add(() => dns.close());
    site = path.join(folder, "site");
    fs.mkdirSync(site);
    const passwordFile = path.join(folder, "password");
    fs.writeFileSync(passwordFile, `${dovecot.password}\n`, { mode: 0o600 });
    normal = [
      ...["--host", "127.0.0.1", "--port", String(dovecot.tlsPort), "--user", dovecot.user],
      ...["--ca", dovecot.rootFile, "--resolver", dns.resolver, "--site", site, "--json"],
      ...["--password-file", passwordFile],
    ];
  });

  afterEach(() => cleanup.run());

  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [cli, "reports", "fetch", ...args], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    const ended = new Promise<Ran>((resolve) => {
      child.on("close", (code) => {
        resolve({ code, out, err });
      });
    });
    return { child, ended };
  }

  function fetchReports(more: readonly string[] = []): Promise<Ran> {
    return start([...normal, ...more]).ended;
  }

  function counts(ran: Ran): unknown {
    expect(ran.err).toBe("");
    return JSON.parse(ran.out);
  }

  /** Flags by Subject; `\Recent` is the server's own. */
  async function flagsOf(folder = "INBOX"): Promise<Readonly<Record<string, string>>> {
    const mails = await dovecot.mails("hdr.subject flags", folder);
    return Object.fromEntries(
      mails.map((mail) => {
        const id = /Report-ID: <(.*)>/.exec(mail["hdr.subject"] ?? "")?.[1];
        const flags = (mail["flags"] ?? "").split(" ").filter((flag) => flag !== "\\Recent");
        return [id ?? mail["hdr.subject"] ?? "", flags.join(" ").trim()];
      }),
    );
  }

  function deliverMixed(): void {
    dovecot.deliver(otherMail("lunch"));
    dovecot.deliver(signed("one"));
    dovecot.deliver(reportMail("two"));
    dovecot.deliver(signed("three").replace(/^H4sI/m, "H4sJ"));
    dovecot.deliver(reportMail("broken", '{"organization-name": "Reporter'));
    dovecot.deliver(otherMail("dinner"));
    dovecot.deliver(signed("one"));
  }

  test("takes the reports of a mixed mailbox, once, and leaves other mail as it is", async () => {
    deliverMixed();
    const first = await fetchReports();
    expect(first.code).toBe(1);
    expect(counts(first)).toEqual({
      version: 1,
      diagnostics: [],
      added: 2,
      duplicates: 1,
      quarantined: 2,
      notReports: 2,
    });
    expect(await flagsOf()).toEqual({
      lunch: "",
      one: "$StspressTaken",
      two: "$StspressTaken",
      three: "$StspressTaken",
      broken: "$StspressTaken",
      dinner: "",
    });
    const verdicts = (await journalOf(site)).map(({ id, verification }) => [
      id,
      verification.verdict,
      verification.signer,
    ]);
    expect(new Set(verdicts.map(String))).toEqual(
      new Set([`one,verified,${reporter}`, "two,unsigned,"]),
    );
    expect(await countInStore(site)).toBe(2);
    expect(
      fs
        .readdirSync(path.join(site, ".stspress/reports/quarantine"))
        .filter((name) => name.endsWith(".eml")),
    ).toHaveLength(2);

    const second = await fetchReports();
    expect(second.code).toBe(0);
    expect(counts(second)).toEqual({
      version: 1,
      diagnostics: [],
      added: 0,
      duplicates: 0,
      quarantined: 0,
      notReports: 0,
    });
    dovecot.deliver(signed("four"));
    expect(counts(await fetchReports())).toMatchObject({ added: 1, duplicates: 0 });
    expect(await countInStore(site)).toBe(3);
  });

  test("--mark seen, flag and none", async () => {
    for (const [mark, flags] of [
      ["seen", "\\Seen"],
      ["flag", "\\Flagged"],
      ["none", ""],
    ] as const) {
      dovecot.deliver(signed(mark));
      dovecot.deliver(otherMail(`beside ${mark}`));
      const ran = await fetchReports(["--mark", mark]);
      expect(counts(ran)).toMatchObject({ added: 1, notReports: 1 });
      expect(await flagsOf()).toMatchObject({ [mark]: flags, [`beside ${mark}`]: "" });
    }
  });

  test("--mark move: the reports go, the rest stays", async () => {
    dovecot.deliver(otherMail("lunch"));
    dovecot.deliver(signed("one"));
    const missing = await fetchReports(["--mark", "move:Taken reports"]);
    expect(missing).toMatchObject({ code: 3, err: "" });
    expect(missing.out).toContain("the folder Taken reports does not exist");
    await dovecot.makeFolder("Taken reports");
    expect(counts(await fetchReports(["--mark", "move:Taken reports"]))).toMatchObject({
      added: 1,
      notReports: 1,
    });
    expect(await flagsOf()).toEqual({ lunch: "" });
    expect(await flagsOf("Taken reports")).toEqual({ one: "" });
  });

  test("a signature that could not be checked is tried again by the next run", async () => {
    dovecot.deliver(signed("one"));
    const sick = await startZooDns(new Zone().fault(keyName, "TXT", "servfail"));
    cleanup.add(() => sick.close());
    const first = await fetchReports(["--resolver", sick.resolver]);
    expect(JSON.parse(first.out)).toMatchObject({ added: 1 });
    expect(first.err).toContain("1 signature could not be checked");
    expect((await journalOf(site)).map(({ verification }) => verification.verdict)).toEqual([
      "not-checked",
    ]);
    expect(await flagsOf()).toEqual({ one: "" });
    expect(counts(await fetchReports())).toMatchObject({ duplicates: 1, added: 0 });
    expect((await journalOf(site)).map(({ verification }) => verification.verdict)).toEqual([
      "not-checked",
      "verified",
    ]);
    expect(await flagsOf()).toEqual({ one: "$StspressTaken" });
    expect(await countInStore(site)).toBe(1);
    expect(counts(await fetchReports())).toMatchObject({ duplicates: 0, added: 0 });
  });

  test("a mailbox that forgot its UIDs is read again, and doubles nothing", async () => {
    deliverMixed();
    await fetchReports();
    // A mailbox is told from the one before by the second of its making.
    const second = (): number => Math.floor(Date.now() / 1000);
    const made = second();
    await waitFor(() => second() > made, "the next second");
    dovecot.forgetUids();
    dovecot.deliver(signed("four"));
    const again = await fetchReports();
    expect(counts(again)).toMatchObject({ added: 1, duplicates: 3, quarantined: 2 });
    expect(await countInStore(site)).toBe(3);
  });

  test("STARTTLS, and no TLS at all on this machine", async () => {
    dovecot.deliver(signed("one"));
    const port = ["--port", String(dovecot.plainPort)];
    expect(counts(await fetchReports([...port, "--starttls"]))).toMatchObject({ added: 1 });
    dovecot.deliver(signed("two"));
    const env = { STSPRESS_IMAP_PASSWORD: dovecot.password };
    const without = normal.slice(0, normal.indexOf("--password-file"));
    const ran = await start([...without, ...port, "--insecure-plain"], env).ended;
    expect(counts(ran)).toMatchObject({ added: 1 });
  });

  test("nothing is said to a server that is not who it should be", async () => {
    dovecot.deliver(signed("one"));
    const without = normal.filter((one) => one !== "--ca" && one !== dovecot.rootFile);
    const ran = await start(without).ended;
    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/certificate/i);
    // TLS where none is spoken, and no TLS where it is demanded.
    const wrongPort = await fetchReports(["--port", String(dovecot.plainPort)]);
    expect(wrongPort.code).toBe(3);
    expect(fs.existsSync(path.join(site, ".stspress/reports/imap-state.json"))).toBe(false);
  });

  test("a wrong password, a folder that is not there, a password that others may read", async () => {
    const wrong = path.join(site, "wrong");
    fs.writeFileSync(wrong, "wrong", { mode: 0o600 });
    const refused = await fetchReports(["--password-file", wrong]);
    expect(refused.code).toBe(3);
    expect(refused.out).toContain("the server refused the login");
    expect(refused.out + refused.err).not.toContain(dovecot.password);
    const noFolder = await fetchReports(["--folder", "Nowhere"]);
    expect(noFolder.code).toBe(3);
    expect(noFolder.out).toContain("the folder does not exist");
    fs.chmodSync(wrong, 0o644);
    const open = await fetchReports(["--password-file", wrong]);
    expect(open.code).toBe(2);
    expect(open.out).toContain("other users can read it");
  });

  test("killed at any moment: nothing is lost and nothing doubled", async () => {
    // More than one group, and most of the kills while they are worked on.
    const ids = Array.from({ length: 450 }, (_, n) => `report-${String(n)}`);
    for (const id of ids) {
      dovecot.deliver(signed(id));
      if (id.endsWith("00")) dovecot.deliver(otherMail(`beside ${id}`));
    }
    const trace = new FileTrace({ root: site });
    await start([...normal, "--mark", "none"], trace.env()).ended;
    const operations = trace.take().length;
    const kept = path.join(site, ".stspress/reports");
    const expectAll = async (): Promise<void> => {
      const found = new Set((await journalOf(site)).map(({ id }) => id));
      expect([...found].sort()).toEqual([...ids].sort());
      expect(await countInStore(site)).toBe(ids.length);
    };
    fs.rmSync(kept, { recursive: true });
    // Spread over all that it does to files, and around the steps that must come in their order.
    const rounds = Number(process.env["STSPRESS_ROUNDS"] ?? 3);
    const moments: Kill[] = Array.from({ length: rounds }, (_, round) => {
      return { nth: Math.ceil(((round + 1) * operations) / (rounds + 1)), text: " " };
    });
    moments.push({ nth: 2, text: "fsync .stspress/reports/journal/" });
    moments.push({ nth: 1, text: "imap-state.json" }, { nth: 2, text: "imap-state.json" });
    let killed = 0;
    for (const kill of moments) {
      const { code } = await start(normal, trace.env(kill)).ended;
      if (code === null) killed += 1;
      else {
        // What earlier rounds did left less to do: once more from the beginning.
        await expectAll();
        fs.rmSync(kept, { recursive: true });
      }
    }
    expect(killed).toBeGreaterThan(2);
    const last = await fetchReports();
    expect(last.code).toBe(0);
    await expectAll();
    const flags = await flagsOf();
    expect(ids.filter((id) => flags[id] !== "$StspressTaken")).toEqual([]);
    expect(flags["beside report-100"]).toBe("");
  }, 600_000);
});
