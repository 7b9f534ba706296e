/** `stspress audit` as its users call it, against a few domains of the zoo. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeSite } from "../../../src/runtime/site-mutex.ts";
import { auditOptions, runAudit } from "../../zoo/keeper.ts";
import { zooTable } from "../../zoo/table.ts";
import { startZoo, type Zoo } from "../../zoo/zoo.ts";
import { program, run, SiteFolder } from "../../support/site-folder.ts";

const names = [
  ...["healthy-enforce", "healthy-shared-mx", "healthy-shares-mx", "healthy-hostile-banner"],
  ...["expired-mx", "mx-refuses", "no-mx", "no-policy", "banner-never-comes", "no-tls-rpt"],
  ...["healthy-declared", "not-deployed", "never-deployed", "txt-old", "policy-old"],
];

// Vitest gives them the type any.
const someText = expect.any(String) as unknown;
const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown;
const saying = (text: string) => expect.stringContaining(text) as unknown;

let zoo: Zoo;
const audit = (args: readonly string[], site = "/nowhere-at-all") =>
  runAudit(program, [...auditOptions(zoo), ...(site === "" ? [] : ["--site", site]), ...args]);
const domain = (name: string) => `${name}.zoo.test`;
/** The codes of the diagnostics in a whole JSON text. */
const codesIn = (json: string): string[] =>
  (JSON.parse(json) as { diagnostics: { code: string }[] }).diagnostics.map(({ code }) => code);

beforeAll(async () => {
  const entries = zooTable.filter(({ name }) => names.includes(name));
  expect(entries).toHaveLength(names.length);
  zoo = await startZoo({ entries, program });
}, 60_000);
afterAll(() => zoo.close());

describe("exit codes", () => {
  const empty = () => new SiteFolder().root;
  test("0: safe", async () => {
    expect((await audit([domain("healthy-enforce")], empty())).exitCode).toBe(0);
  });
  test("0: warnings only", async () => {
    expect((await audit([domain("no-tls-rpt")], empty())).exitCode).toBe(0);
  });
  test("0: declared with TLS-RPT only, and no policy is there: the first step of a rollout", async () => {
    const site = new SiteFolder({
      "domains/a.yaml": `domain: ${domain("no-policy")}\nmta-sts: false\ntls-rpt: {rua: "mailto:tls-reports@zoo.test"}\n`,
    });
    const { exitCode, stdout } = await audit([], site.root);
    expect(stdout).toMatch(/^safe to enforce: no, /m);
    expect(exitCode).toBe(0);
  });
  test("1: the same, where nothing is declared", async () => {
    expect((await audit([domain("no-policy")], empty())).exitCode).toBe(1);
  });
  test("1: a finding", async () => {
    expect((await audit([domain("expired-mx")], empty())).exitCode).toBe(1);
  });
  test("1: not safe, though nothing worse than a warning was found", async () => {
    expect((await audit([domain("no-mx")], empty())).exitCode).toBe(1);
  });
  test("3: port 25 cannot be reached, which is neither a pass nor a failure", async () => {
    const { exitCode, stdout } = await audit([domain("mx-refuses")], empty());
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^safe to enforce: unknown, /m);
  });
  test("1 rather than 3 where both are so", async () => {
    const both = [domain("mx-refuses"), domain("expired-mx")];
    expect((await audit(both, empty())).exitCode).toBe(1);
  });
  test.each([
    ["--resolver", "nobody"],
    ["--resolver", "192.0.2.1:99999"],
    ["--timeout", "0"],
    ["--concurrency", "many"],
    ["--helo", "two words"],
  ])("2: %s %s", async (option, value) => {
    const { exitCode, stderr } = await audit([option, value, "example.com"], empty());
    expect(exitCode).toBe(2);
    expect(stderr).toContain("[usage/value]");
    expect(stderr).toContain(`\n  fix: write it like: stspress audit ${option} `);
  });
  test("2: two formats at once", async () => {
    const { exitCode, stdout } = await audit(["--json", "--jsonl", "a.example"], empty());
    expect(exitCode).toBe(2);
    expect(codesIn(stdout)).toEqual(["usage/combination"]);
  });
  test("2: everything that is wrong with a command line is told at once", async () => {
    const wrong = ["--timeout", "0", "--https-port", "0", "exa mple.com"];
    const { exitCode, stdout } = await audit([...wrong, "--jsonl"], empty());
    expect(exitCode).toBe(2);
    expect(codesIn(stdout).filter((code) => code === "usage/value")).toHaveLength(2);
    expect(codesIn(stdout)).toHaveLength(3);
    expect(stdout.trim()).not.toContain("\n");
  });
  test("2: no domain, and no site", async () => {
    const { exitCode, stderr } = await audit([], empty());
    expect(exitCode).toBe(2);
    expect(stderr).toContain("[site/no-domains]");
  });
  test("2: what is named is no domain", async () => {
    const { exitCode, stderr } = await audit(["-", "exa mple.com"], empty());
    expect(exitCode).toBe(2);
    expect(stderr).toContain("<argument>:1:");
  });
  test("2: a site with an error in it", async () => {
    const site = new SiteFolder({ "domains/a.yaml": "domain: a.example\nmta-sts: {mode: of}\n" });
    const { exitCode, stderr } = await audit([domain("healthy-enforce")], site.root);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("domains/a.yaml:2:");
  });
});

describe("several domains", () => {
  test("are told in the order in which they were named, and counted", async () => {
    const asked = ["expired-mx", "healthy-enforce", "mx-refuses"].map(domain);
    const { stdout } = await audit(asked, new SiteFolder().root);
    const heads = stdout.split("\n").filter((line) => asked.includes(line));
    expect(heads).toEqual(asked);
    expect(stdout).toContain("3 domains: 1 safe to enforce, 1 not, 1 unknown\n");
  });

  test("that share an MX host visit it once", async () => {
    const site = new SiteFolder();
    const file = site.at("seen.json");
    await audit(
      ["--save", file, domain("healthy-shared-mx"), domain("healthy-shares-mx")],
      site.root,
    );
    const { mxHosts } = JSON.parse(fs.readFileSync(file, "utf8")) as { mxHosts: object };
    expect(Object.keys(mxHosts)).toEqual(["mx.shared.zoo.test"]);
  });
});

describe("evidence", () => {
  test("is judged again offline, to the same letter", async () => {
    const site = new SiteFolder();
    const file = site.at("seen.json");
    const asked = ["healthy-enforce", "expired-mx", "healthy-hostile-banner", "banner-never-comes"];
    const live = await audit(
      ["--json", "--timeout", "2", "--save", file, ...asked.map(domain)],
      site.root,
    );
    const again = run(["audit", "--json", "--evidence", file, "--site", site.root]);
    expect(again.out).toBe(live.stdout);
    expect(again.code).toBe(live.exitCode);
    expect(fs.readdirSync(site.root)).toEqual(["seen.json"]);
    const one = run(["audit", "--evidence", file, "--site", site.root, domain("healthy-enforce")]);
    expect(one.code).toBe(0);
  });

  test.each([
    ["no JSON", "{", "audit/no-evidence"],
    ["another shape", '{"version":1,"domains":[{"domain":5}],"mxHosts":{}}', "audit/no-evidence"],
    ["from a newer program", '{"version":99}', "audit/newer-evidence"],
    ["nothing of the domain", '{"version":1,"domains":[],"mxHosts":{}}', "audit/not-observed"],
  ])("that is %s is refused", (_, text, code) => {
    const site = new SiteFolder({ "seen.json": text });
    const { code: exit, err } = run([
      ...["audit", "--evidence", site.at("seen.json"), "--site", site.root],
      "a.example",
    ]);
    expect(exit).toBe(2);
    expect(err).toContain(`[${code}]`);
  });

  test("that cannot be written is told before anything is looked at", async () => {
    const site = new SiteFolder();
    const { exitCode, stderr } = await audit(
      ["--save", site.at("no/such/folder.json"), domain("healthy-enforce")],
      site.root,
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("[site/cannot-write]");
  });

  describe("that cannot be put in its place", () => {
    // The file beside it can be written; what is there already cannot be replaced.
    const inTheWay = { "seen.json/file": "" };

    test("is told in the JSON, which is whole", async () => {
      const site = new SiteFolder(inTheWay);
      const { exitCode, stdout, stderr } = await audit(
        ["--json", "--save", site.at("seen.json"), domain("healthy-enforce")],
        site.root,
      );
      expect(exitCode).toBe(2);
      expect(codesIn(stdout)).toEqual(["site/cannot-write"]);
      const { domains, summary } = JSON.parse(stdout) as { domains: object[]; summary: object };
      expect(domains).toHaveLength(1);
      expect(summary).toEqual({ domains: 1, yes: 1, no: 0, unknown: 0 });
      expect(stderr).toBe("");
    });

    test("is the last line of --jsonl", async () => {
      const site = new SiteFolder(inTheWay);
      const { exitCode, stdout } = await audit(
        ["--jsonl", "--save", site.at("seen.json"), domain("healthy-enforce")],
        site.root,
      );
      expect(exitCode).toBe(2);
      const [seen = "", told = "", ...more] = stdout.trim().split("\n");
      expect(JSON.parse(seen)).toMatchObject({ domain: domain("healthy-enforce") });
      expect(codesIn(told)).toEqual(["site/cannot-write"]);
      expect(more).toEqual([]);
    });

    test("is told after what was seen", async () => {
      const site = new SiteFolder(inTheWay);
      const { exitCode, stdout, stderr } = await audit(
        ["--save", site.at("seen.json"), domain("healthy-enforce")],
        site.root,
      );
      expect(exitCode).toBe(2);
      expect(stdout).toMatch(/^safe to enforce: yes, /m);
      expect(stderr).toContain("[site/cannot-write]");
    });
  });

  test("roots that cannot be read are told", async () => {
    const site = new SiteFolder({ "ca.pem": "no certificate" });
    const { exitCode, stderr } = await audit(["--ca", site.at("ca.pem"), "a.example"], site.root);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("[audit/no-certificates]");
  });
});

describe("--record", () => {
  test("writes into the lock what was seen, once, and nothing else", async () => {
    const site = copyOfZooSite();
    const before = site.read("stspress.lock");
    const declared = ["healthy-declared", "never-deployed", "txt-old", "policy-old"].map(domain);
    await audit(declared, site.root);
    expect(site.read("stspress.lock")).toBe(before);
    // What healthy-declared published is recorded already: unrecord it.
    site.write("stspress.lock", unrecorded(before));
    const { stdout } = await audit(["--record", ...declared], site.root);
    const lines = stdout.split("\n").filter((line) => line.startsWith("stspress.lock: "));
    expect(lines.sort()).toEqual([
      expect.stringMatching(/healthy-declared\.zoo\.test has been live since 20/),
      expect.stringMatching(/never-deployed\.zoo\.test is not recorded as live: .* not served/),
      expect.stringMatching(/policy-old\.zoo\.test is not recorded as live: /),
      expect.stringMatching(/txt-old\.zoo\.test is not recorded as live: /),
    ]);
    const after = site.read("stspress.lock");
    expect(after).toMatch(
      /domain healthy-declared\.zoo\.test .* served=20\d{6}T\d{6}Z announced=20\d{6}T\d{6}Z/,
    );
    // Of the others it writes what it saw of them: one serves the new policy, one announces it too early.
    expect(after).toMatch(/^domain txt-old\.zoo\.test .* served=20\d{6}T\d{6}Z announced=- \|/m);
    expect(after).toMatch(/^domain policy-old\.zoo\.test .* served=- .* marks=spoiled \|/m);
    const others = (text: string) =>
      text.replace(/^domain (healthy-declared|txt-old|policy-old)\..*$/gm, "");
    expect(others(after)).toBe(others(before));
    const again = await audit(["--record", ...declared], site.root);
    expect(again.stdout).not.toContain("healthy-declared.zoo.test has been live");
    // Every MX host would pass, and yet a build refuses enforce: the 14 days have just begun.
    expect(stdout).toContain("; but the days of testing have not begun: stspress live healthy");
    expect(again.stdout).toMatch(
      /safe to enforce: yes, .*; but a build takes `mode: enforce` only from 20/,
    );
    expect(site.read("stspress.lock")).toBe(after);
  });

  test("writes what the audit said into the evidence, which a build reads", async () => {
    const site = copyOfZooSite();
    const declared = ["healthy-declared", "never-deployed", "policy-old"].map(domain);
    const { stdout } = await audit(["--record", ...declared, domain("expired-mx")], site.root);
    expect(stdout).toContain("\nstspress.evidence: 3 lines changed; commit it\n");
    const evidence = site.read("stspress.evidence");
    // What is not declared is of no use to a build.
    expect(evidence).not.toContain("expired-mx");
    expect(evidence).toMatch(/^domain healthy-declared\.zoo\.test \{"audit":\{"safe":"yes",/m);
    expect(evidence).toMatch(
      /^domain never-deployed\.zoo\.test .*"no":\{"at":"20\d{6}T\d{6}Z","reason":"/m,
    );
    expect(evidence).toMatch(/^mx [0-9a-f]{16} \["mx[^"]*\.zoo\.test"/m);
    const again = await audit(["--record", ...declared], site.root);
    expect(again.stdout).toContain("\nstspress.evidence: unchanged\n");
    expect(site.read("stspress.evidence")).toBe(evidence);
    // A domain that is no longer declared is forgotten; what a newer program wrote is left alone.
    site.write("stspress.evidence", evidence.replaceAll("policy-old.zoo.test", "gone.example"));
    const forgets = await audit(["--record", domain("healthy-declared")], site.root);
    expect(forgets.stdout).toContain("\nstspress.evidence: 1 line changed; commit it\n");
    // What both sides of a merge know is written anew.
    const conflict = evidence.replace(
      "\ndomain",
      "\n<<<<<<< ours\n=======\n>>>>>>> theirs\ndomain",
    );
    site.write("stspress.evidence", conflict);
    const merged = await audit(["--record", ...declared], site.root);
    expect(merged.stdout).toContain("\nstspress.evidence: 1 line changed; commit it\n");
    expect(site.read("stspress.evidence")).toBe(evidence);
    site.write("stspress.evidence", "stspress.evidence 2\n");
    const newer = await audit(["--record", domain("healthy-declared")], site.root);
    expect([newer.exitCode, newer.stderr]).toEqual([2, saying("[evidence/newer]")]);
    expect(site.read("stspress.evidence")).toBe("stspress.evidence 2\n");
  });

  test("that is refused is told in the JSON, which is whole", async () => {
    const site = copyOfZooSite();
    const lock = site.read("stspress.lock");
    site.write("stspress.lock", unrecorded(lock));
    const taken = takeSite(site.root);
    if (!taken.ok) throw new Error("nobody else writes this folder");
    try {
      const asked = ["--record", "--json", domain("healthy-declared")];
      const { exitCode, stdout } = await audit(asked, site.root);
      expect(exitCode).toBe(2);
      expect(codesIn(stdout)).toEqual(["site/busy"]);
      expect(JSON.parse(stdout)).toMatchObject({ summary: { domains: 1 }, recorded: [] });
    } finally {
      taken.release();
    }
  });

  test("looks itself, and so does not take saved evidence", async () => {
    const asked = ["--record", "--evidence", "evidence.json", domain("healthy-declared")];
    const { exitCode, stderr } = await audit(asked, copyOfZooSite().root);
    expect([exitCode, stderr]).toEqual([2, saying("--record looks itself")]);
  });

  /** The lock as if nobody had recorded what healthy-declared publishes. */
  function unrecorded(lock: string): string {
    const line = /^(domain healthy-declared\.zoo\.test .*) served=\S+ announced=\S+( marks=\S+)?$/m;
    expect(lock).toMatch(line);
    return lock.replace(line, "$1 served=- announced=-");
  }

  function copyOfZooSite(): SiteFolder {
    const site = new SiteFolder();
    fs.cpSync(zoo.siteFolder, site.root, { recursive: true });
    return site;
  }
});

describe("formats", () => {
  test("--jsonl: one line per domain", async () => {
    const asked = ["healthy-enforce", "expired-mx"].map(domain);
    const { stdout } = await audit(["--jsonl", ...asked], new SiteFolder().root);
    const told = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { domain: string });
    expect(told.map((one) => one.domain).sort()).toEqual([...asked].sort());
  });

  test("--json: the documented shape", async () => {
    const { stdout } = await audit(["--json", domain("expired-mx")], new SiteFolder().root);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(told)).toEqual([
      "version",
      "domains",
      "summary",
      "recorded",
      "evidenceLines",
      "diagnostics",
    ]);
    expect(told["summary"]).toEqual({ domains: 1, yes: 0, no: 1, unknown: 0 });
    expect(told["domains"]).toEqual([
      {
        domain: "expired-mx.zoo.test",
        observedAt: aTime,
        declared: false,
        safe: "no",
        reason: saying("expired"),
        findings: [
          {
            code: "mx-host/certificate-expired",
            severity: "error",
            effect: "no",
            message: saying("mx.expired-mx.zoo.test"),
            fix: someText,
            source: "RFC 8461 §4.2",
            where: { kind: "mx", host: "mx.expired-mx.zoo.test", address: someText },
          },
        ],
        live: {
          id: "20260101T000000Z",
          policy: { mode: "enforce", maxAge: 604_800, mx: ["mx.expired-mx.zoo.test"] },
          rua: ["mailto:tls-reports@zoo.test"],
          policyHost: [
            {
              address: someText,
              failure: null,
              tls: "TLSv1.3",
              certificateExpires: someText,
            },
          ],
          mx: [
            {
              preference: 10,
              host: "mx.expired-mx.zoo.test",
              addresses: [
                {
                  address: someText,
                  failure: null,
                  tls: "TLSv1.3",
                  certificateExpires: someText,
                },
              ],
            },
          ],
        },
      },
    ]);
  });

  test("--format github: annotations at the line that declares the domain", async () => {
    const { stdout } = await audit(
      ["--format", "github", domain("not-deployed"), domain("expired-mx")],
      zoo.siteFolder,
    );
    expect(stdout).toMatch(
      /^::warning file=domains\/not-deployed\.zoo\.test\.yaml,line=1,col=9,.*title=drift\/not-deployed::not-deployed\.zoo\.test: /m,
    );
    expect(stdout).toMatch(/^::error title=mx-host\/certificate-expired::expired-mx\.zoo\.test: /m);
    expect(stdout).toMatch(/^::notice title=audit::expired-mx\.zoo\.test: safe to enforce: no, /m);
  });
});

const terminal = spawnSync("script", ["--version"]).status === 0;

describe.skipIf(!terminal)("on a terminal", () => {
  test("a bar shows what is done, the rate and what remains, and is gone at the end", async () => {
    const asked = ["healthy-enforce", "banner-never-comes", "expired-mx"].map(domain);
    const words = [
      ...[process.execPath, program, "audit", ...auditOptions(zoo), "--concurrency", "2"],
      ...["--timeout", "3", "--site", new SiteFolder().root, ...asked],
    ];
    const child = spawn("script", ["-qec", words.join(" "), "/dev/null"], {
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(child, "close");
    expect(said).toMatch(/auditing .*[█░]+ \d\/3, [\d.]+ a second, \S+ to go/);
    expect(said.match(/safe to enforce: /g)).toHaveLength(3);
    expect(said).not.toContain("this should not have happened");
  });
});
