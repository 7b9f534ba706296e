import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import {
  domainFile,
  program,
  run,
  builtTwoDomains,
  twoDomains,
} from "../../support/site-folder.ts";

const policy = "version: STSv1\r\nmode: enforce\r\nmx: mx1.acme.de\r\nmax_age: 604800\r\n";

describe("live and history", () => {
  test("the first recording counts, and history shows what follows from it", () => {
    const site = twoDomains();
    site.build([], { env: { SOURCE_DATE_EPOCH: "1790000000" } });
    const at = ["--at", "2026-09-22T00:00:00Z"];
    const env = { SOURCE_DATE_EPOCH: "1790100000" };
    const first = site.run("live", ["acme.de", "--no-check", ...at], { env });
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toContain("you may set `mode: enforce` from 2026-10-06 00:00 UTC");
    expect(site.run("live", ["acme.de", "--no-check"], { env }).out).toContain(
      "already recorded as live",
    );
    expect(site.run("history", ["acme.de"], { env }).out).toContain(
      "served since 2026-09-22 00:00 UTC, announced since 2026-09-22 00:00 UTC (as said, not seen)",
    );
    expect(JSON.parse(site.run("history", ["acme.de", "--json"], { env }).out)).toMatchObject({
      domain: "acme.de",
      hold: null,
      current: { mode: "testing", live: "2026-09-22T00:00:00Z", max_age: 604_800 },
      earlier: [],
      diagnostics: [],
    });
    expect(site.run("history", ["acme.fr"], { env }).out).toContain("not seen served");
  });

  test("--all records every domain, and the next build leaves the lock alone", () => {
    const site = builtTwoDomains();
    const { out } = site.run("live", ["--all", "--no-check", "--json"]);
    expect((JSON.parse(out) as { live: object[] }).live).toHaveLength(2);
    const lock = site.read("stspress.lock");
    site.build(["--frozen"]);
    expect(site.read("stspress.lock")).toBe(lock);
  });

  test.each([
    ["live", [], "--all"],
    ["live", ["--all", "acme.de"], "--all"],
    ["live", ["acme.d"], "did you mean acme.de?"],
    ["live", ["--all", "--no-check", "--at", "2099-01-01"], "[lock/live-time]"],
    ["live", ["--all", "--no-check", "--at", "2001-01-01"], "[lock/live-time]"],
    ["live", ["--all", "--no-check", "--at", "noon"], "which is not a time [usage/value]"],
    ["history", ["acme.d"], "did you mean acme.de?"],
    ["history", [], "the operand <domain> is missing"],
    ["records", ["acme.d"], "did you mean acme.de?"],
    ["records", ["--format", "bind"], "not one of zone, json"],
    ["adopt", ["acme.de"], "--id"],
    ["adopt", ["acme.de", "--id", "a b"], "--id is"],
    ["adopt", ["acme.de", "--id", "1", "--ttl", "soon"], "--ttl is"],
    ["adopt", ["acme.de", "--id", "1", "--since", "2099-01-01"], "--since is"],
    ["adopt", ["acme.de", "--id", "1"], "[policy/"],
    ["build", ["everything"], "too many arguments"],
    ["build", ["--jsn"], "did you mean --json?"],
    ["build", ["--format", "xml"], "not one of text, json, github"],
  ])("%s %j is refused, and changes nothing", (verb, args, said) => {
    const site = builtTwoDomains();
    const before = site.snapshot();
    const ran = site.run(verb, args);
    expect(ran.err).toContain(said);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(site.snapshot()).toEqual(before);
  });
});

describe("records", () => {
  test.each([
    ["zone", '_mta-sts.acme.de. 3600 IN TXT "v=STSv1; id='],
    ["json", '"name": "_mta-sts.acme.de"'],
    ["nsupdate", "update add _mta-sts.acme.de. 3600 IN TXT"],
    ["dnscontrol", 'D_EXTEND("acme.de"'],
    ["octodns", "# acme.de.yaml"],
  ])("--format %s", (format, line) => {
    const site = builtTwoDomains();
    const one = site.run("records", ["acme.de", "--format", format]);
    expect(one).toMatchObject({ code: 0, err: "" });
    expect(one.out).toContain(line);
    expect(one.out).not.toContain("acme.fr");
    expect(site.run("records", ["--format", format]).out).toContain("acme.fr");
  });

  test("--changed prints what the last build changed; --since compares with any lock", () => {
    const site = builtTwoDomains();
    const before = site.read("stspress.lock");
    site.write("domains/acme.de.yaml", domainFile("acme.de", "*.mail.acme.de"));
    expect(site.run("records", ["acme.de"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("[site/not-built]") as unknown,
    });
    site.build();
    const changed = site.run("records", ["--changed"]).out;
    expect(changed).toContain("_mta-sts.acme.de.");
    expect(changed).not.toContain("_smtp._tls");
    expect(changed).not.toContain("acme.fr");
    expect(site.run("records", ["--since", "-"], { stdin: before }).out).toBe(changed);
    site.write("before.lock", before);
    expect(site.run("records", ["--since", site.at("before.lock")]).out).toBe(changed);
    expect(site.run("records", ["--since", "-"], { stdin: "no lock" })).toMatchObject({ code: 2 });
    site.remove(".stspress");
    expect(site.run("records", ["--changed"]).err).toContain("[site/no-earlier-build]");
  });
});

describe("adopt", () => {
  test("keeps the id and the history, so that enforce needs no testing again", () => {
    const site = twoDomains();
    const enforce = domainFile("acme.de").replace("testing", "enforce");
    site.write("domains/acme.de.yaml", enforce);
    expect(site.run("build").code).toBe(2);
    const since = ["--id", "legacy7", "--since", "2026-01-01"];
    const adopted = site.run("adopt", ["acme.de", ...since], { stdin: policy });
    expect(adopted).toMatchObject({ code: 0, err: "" });
    site.build();
    expect(site.read("dist/dns/acme.de.zone")).toContain("id=legacy7;");
    expect(site.read("dist/site/mta-sts.acme.de/.well-known/mta-sts.txt")).toBe(policy);
    const again = site.run("adopt", ["acme.de", ...since, "--json"], { stdin: policy });
    expect(again.code).toBe(2);
  });
});

describe("lint", () => {
  test.each([
    ["policy", policy, 0],
    ["policy", "version: STSv1\nmode: foo\n", 1],
    ["policy", "", 1],
    ["record", "v=STSv1; id=20240101;", 0],
    ["record", "v=STSv1; id=2024-01-01;", 1],
    ["tls-rpt-record", "v=TLSRPTv1; rua=mailto:reports@acme.de", 0],
    ["tls-rpt-record", "v=TLSRPTv1; rua=reports@acme.de", 1],
  ])("--kind %s of %j: exit code %d", (kind, stdin, code) => {
    const text = run(["lint", "--kind", kind], { stdin });
    expect(text.code).toBe(code);
    expect(text.out).toMatch(code === 0 ? /^valid: / : /^invalid: /);
    const json = run(["lint", "--kind", kind, "--json"], { stdin });
    expect(JSON.parse(json.out)).toMatchObject({ kind, valid: code === 0 });
    expect(json).toMatchObject({ code, err: "" });
  });

  test.each([["/does/not/exist"], ["/"]])("%s cannot be read: exit code 2", (file) => {
    const ran = run(["lint", "--kind", "policy", file]);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain("[site/unreadable]");
  });

  test.each([[[]], [["--kind", "zone"]]])("%j is refused", (args) => {
    expect(run(["lint", ...args])).toMatchObject({ code: 2, out: "" });
  });

  test("bytes of any kind get a verdict", () => {
    for (const kind of ["policy", "record", "tls-rpt-record"]) {
      const bytes = Uint8Array.from({ length: 4096 }, (_, n) => (n * 193) % 256);
      expect(run(["lint", "--kind", kind], { stdin: bytes }).code).toBe(1);
    }
  });
});

describe("the command line", () => {
  test("schema prints both schemas", () => {
    for (const kind of [[], ["domain"], ["site"]]) {
      expect(JSON.parse(run(["schema", ...kind]).out)).toHaveProperty("properties");
    }
    expect(run(["schema", "lock"])).toMatchObject({ code: 2, out: "" });
  });

  test("help is on stdout and exits with 0", () => {
    for (const args of [[], ["--help"], ["help"], ["help", "build"], ["build", "--help"]]) {
      const ran = run(args);
      expect(ran).toMatchObject({ code: 0, err: "" });
      expect(ran.out).toMatch(/^Usage: stspress/);
    }
  });

  test("--version is the package's", () => {
    const file = new URL("../../../package.json", import.meta.url);
    const { version } = JSON.parse(fs.readFileSync(file, "utf8")) as { version: string };
    for (const flag of ["--version", "-V"]) expect(run([flag]).out).toBe(`${version}\n`);
  });

  test("a verb that is not there: exit code 2, and the one that was meant", () => {
    const ran = run(["biuld"]);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain("did you mean build?");
  });

  test("no colour where nobody looks, nor with NO_COLOR", () => {
    const site = twoDomains();
    site.write("domains/acme.de.yaml", "domain: acme..de\n");
    for (const env of [{}, { NO_COLOR: "1", FORCE_COLOR: "1" }]) {
      const { out, err } = site.run("build", [], { env });
      expect(out + err).not.toContain("\u001b");
    }
  });

  const hostile = "\u001b[31m\u001b]0;title\u0007";
  test.each([
    [[hostile]],
    [["build", `--${hostile}`]],
    [["build", "--format", hostile]],
    [["build", "--site", hostile]],
    [["history", hostile]],
    [["live", hostile]],
    [["live", "--all", "--no-check", "--at", hostile]],
    [["records", hostile]],
    [["records", "--since", hostile]],
    [["adopt", hostile, "--id", "1"]],
    [["adopt", "acme.de", "--id", hostile]],
    [["adopt", "acme.de", "--id", "1", hostile]],
    [["lint", "--kind", hostile]],
    [["lint", "--kind", "policy", hostile]],
    [["schema", hostile]],
  ])("escapes are printed escaped: %j", (args) => {
    const site = builtTwoDomains();
    const [verb = "", ...rest] = args;
    const local = ["history", "live", "records", "adopt"].includes(verb);
    const { code, out, err } = local ? site.run(verb, rest) : run(args);
    expect(code).toBe(2);
    for (const char of ["\u0007", "\u001b"]) expect(out + err).not.toContain(char);
    expect(err).not.toBe("");
  });

  test("a reader that has seen enough is no error", () => {
    for (const pipe of ["| head -c 1", "2>&1 >/dev/null | true"]) {
      const command = `"$0" "$1" schema ${pipe}; echo "\${PIPESTATUS[0]}"`;
      const ran = spawnSync("bash", ["-c", command, process.execPath, program], {
        encoding: "utf8",
      });
      expect(ran.stderr).toBe("");
      expect(ran.stdout).toMatch(/0\n$/);
    }
    const ran = spawnSync(
      "bash",
      ["-c", '"$0" "$1" nonsense 2>&1 >/dev/null | true', process.execPath, program],
      { encoding: "utf8" },
    );
    expect(ran).toMatchObject({ stderr: "", stdout: "" });
  });

  test.skipIf(!fs.existsSync("/dev/full"))("output that cannot be written is said", () => {
    const command = '"$0" "$1" schema > /dev/full';
    const ran = spawnSync("bash", ["-c", command, process.execPath, program], { encoding: "utf8" });
    expect(ran).toMatchObject({
      status: 2,
      stderr: "stspress: the output cannot be written: ENOSPC\n",
    });
  });
});
