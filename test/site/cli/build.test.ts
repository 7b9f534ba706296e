import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  differing,
  domainFile,
  filesBelow,
  policyOf,
  settings,
  SiteFolder,
  builtTwoDomains,
  twoDomains,
} from "../../support/site-folder.ts";

describe("one build after another", () => {
  test("the first writes the site, the lock and what the operator reads", () => {
    const site = twoDomains();
    const { out } = site.build();
    expect(site.read(`dist/${policyOf("acme.de")}`)).toBe(
      "version: STSv1\r\nmode: testing\r\nmx: mx1.acme.de\r\nmax_age: 604800\r\n",
    );
    for (const name of ["dns/acme.de.zone", "dns/acme.fr.zone", "index.html", ".manifest"]) {
      expect(filesBelow(site.at("dist"))).toContain(name);
    }
    expect(site.read("stspress.lock")).toMatch(/^domain acme\.de /m);
    expect(out).toContain("_mta-sts.acme.de");
    expect(filesBelow(site.at(".stspress"))).not.toContain("writing");
  });

  test("the second writes nothing at all", () => {
    const site = builtTwoDomains();
    const before = site.snapshot();
    site.build();
    expect(differing(before, site.snapshot())).toEqual([]);
  });

  test("an edit changes what it touches, and the id of that domain only", () => {
    const site = builtTwoDomains();
    const before = site.snapshot("dist/site");
    const idOf = (domain: string) => /id=(\w+)/.exec(site.read(`dist/dns/${domain}.zone`))?.[1];
    const ids = [idOf("acme.de"), idOf("acme.fr")];
    site.write("domains/acme.de.yaml", domainFile("acme.de", "*.mail.acme.de"));
    const { out } = site.build();
    expect(differing(before, site.snapshot("dist/site"))).toEqual([
      "mta-sts.acme.de/.well-known/mta-sts.txt",
    ]);
    expect(idOf("acme.de")).not.toBe(ids[0]);
    expect(idOf("acme.fr")).toBe(ids[1]);
    expect(out).toMatch(/^ {2}acme\.de {2}id /m);
    expect(out).not.toMatch(/^ {2}acme\.fr {2}id /m);
  });

  test("a domain that is deleted takes its own files along, and nothing else", () => {
    const site = builtTwoDomains();
    site.write("dist/site/mta-sts.acme.fr/own.html", "mine");
    site.write("dist/notes.txt", "mine");
    site.remove("domains/acme.fr.yaml");
    site.write("stspress.yaml", `${settings}gone: {acme.fr: sold}\n`);
    site.build();
    expect(site.has(`dist/${policyOf("acme.fr")}`)).toBe(false);
    expect(site.has("dist/dns/acme.fr.zone")).toBe(false);
    expect(site.read("dist/site/mta-sts.acme.fr/own.html")).toBe("mine");
    expect(site.read("dist/notes.txt")).toBe("mine");
    expect(site.has(`dist/${policyOf("acme.de")}`)).toBe(true);
  });

  test("dist/ deleted: the same bytes again, under the same ids", () => {
    const site = twoDomains();
    site.build([], { env: { SOURCE_DATE_EPOCH: "1790000000" } });
    const copy = textsBelow(site.at("dist"));
    const lock = site.read("stspress.lock");
    site.remove("dist");
    site.build([], { env: { SOURCE_DATE_EPOCH: "1790000000" } });
    expect(textsBelow(site.at("dist"))).toEqual(copy);
    expect(site.read("stspress.lock")).toBe(lock);
  });

  test("the manifest deleted: no policy is written again, nothing is lost", () => {
    const site = builtTwoDomains();
    const before = site.snapshot("dist");
    site.remove("dist/.manifest");
    site.build();
    expect(differing(before, site.snapshot("dist")).filter((name) => name !== ".manifest")).toEqual(
      [],
    );
  });

  test("a file of dist/ that was edited is put right", () => {
    const site = builtTwoDomains();
    const policy = site.read(`dist/${policyOf("acme.de")}`);
    site.write(`dist/${policyOf("acme.de")}`, "version: STSv1\n");
    site.build();
    expect(site.read(`dist/${policyOf("acme.de")}`)).toBe(policy);
  });

  test("the same inputs, lock and clock give the same bytes, wherever they lie", () => {
    const texts = [twoDomains(), twoDomains()].map((site) => {
      site.build([], { env: { SOURCE_DATE_EPOCH: "1790000000" } });
      return { ...textsBelow(site.at("dist")), lock: site.read("stspress.lock") };
    });
    expect(texts[0]).toEqual(texts[1]);
    expect(texts[0]?.lock).toContain("20260921T141320Z");
  });

  test.each(["tomorrow", "-1", "1e9", "999999999999999999999"])(
    "SOURCE_DATE_EPOCH=%s is refused",
    (value) => {
      const site = twoDomains();
      const ran = site.run("build", [], { env: { SOURCE_DATE_EPOCH: value } });
      expect(ran.code).toBe(2);
      expect(ran.err).toContain("[site/clock]");
      expect(site.has("dist")).toBe(false);
    },
  );
});

describe("what only looks writes nothing, not even a folder of its own", () => {
  test.each([
    ["check", []],
    ["build", ["--dry-run"]],
    ["records", []],
    ["history", ["acme.de"]],
  ])("%s %j in a site that was never built", (verb, args) => {
    const site = twoDomains();
    const before = site.snapshot();
    site.run(verb, args);
    expect(differing(before, site.snapshot())).toEqual([]);
    expect(fs.readdirSync(site.root).sort()).toEqual(["domains", "stspress.yaml"]);
  });

  test("--dry-run names the files and the ids", () => {
    const site = builtTwoDomains();
    site.write("domains/acme.de.yaml", domainFile("acme.de", "*.mail.acme.de"));
    const before = site.snapshot();
    const { out } = site.build(["--dry-run"]);
    expect(out).toContain(policyOf("acme.de"));
    expect(out).not.toContain(policyOf("acme.fr"));
    expect(out).toMatch(/acme\.de.*\d{8}T\d{6}Z/);
    expect(differing(before, site.snapshot())).toEqual([]);
  });
});

describe("--frozen", () => {
  test.each([
    [["--frozen"], {}],
    [[], { CI: "true" }],
    [[], { CI: "1" }],
  ])("%j with %j refuses to change the lock", (args, env) => {
    const site = twoDomains();
    const ran = site.run("build", args, { env });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("[lock/frozen]");
    expect(site.has("dist")).toBe(false);
    expect(site.has("stspress.lock")).toBe(false);
  });

  test.each([
    [["--no-frozen"], { CI: "true" }],
    [[], { CI: "" }],
    [[], { CI: "false" }],
  ])("%j with %j does not", (args, env) => {
    const site = twoDomains();
    site.build(args, { env });
    expect(site.has("stspress.lock")).toBe(true);
  });

  test("builds where the lock is right, dist/ there or not", () => {
    const site = builtTwoDomains();
    const lock = site.read("stspress.lock");
    site.remove("dist");
    site.build(["--frozen"]);
    expect(site.has(`dist/${policyOf("acme.de")}`)).toBe(true);
    expect(site.read("stspress.lock")).toBe(lock);
  });
});

describe("results for programs", () => {
  test("--json: what was done", () => {
    const site = twoDomains();
    const { out, err } = site.build(["--json"]);
    const result = JSON.parse(out) as { ids: unknown[]; files: { added: string[] } };
    expect(result).toMatchObject({
      domains: 2,
      lock: "changed",
      files: { changed: [], deleted: [], unchanged: 0 },
      records: { changed: [], removed: [] },
    });
    expect(result.files.added).toContain(policyOf("acme.de"));
    expect(result.ids).toHaveLength(2);
    expect(err).toBe("");
    expect(JSON.parse(site.build(["--json"]).out)).toMatchObject({
      lock: "unchanged",
      ids: [],
      files: { added: [], changed: [], deleted: [] },
      records: { added: [], changed: [], removed: [] },
    });
  });

  test("--json: what is wrong, with its place", () => {
    const site = twoDomains();
    site.write("domains/acme.de.yaml", domainFile("acme.de", "mx..acme.de"));
    const { code, out } = site.run("build", ["--json"]);
    expect(code).toBe(2);
    const { diagnostics } = JSON.parse(out) as { diagnostics: object[] };
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      severity: "error",
      place: { file: "domains/acme.de.yaml", line: 3 },
    });
  });

  test("--format github: one annotation a line, on stdout", () => {
    const site = twoDomains();
    site.write("domains/acme.de.yaml", domainFile("acme.de", "mx..acme.de"));
    const { code, out } = site.run("check", ["--format", "github"]);
    expect(code).toBe(2);
    const lines = out.trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^::error file=domains\/acme\.de\.yaml,line=3,/);
  });
});

describe("what cannot be built is one clear error, and nothing is written", () => {
  const good = domainFile("acme.de");
  const cases: readonly (readonly [string, string, (site: SiteFolder) => void])[] = [
    ["a pipe", "site/not-a-file", (site) => execFileSync("mkfifo", [site.at("domains/x.yaml")])],
    [
      "an enormous file",
      "site/unreadable",
      (site) => {
        site.write("domains/x.yaml", "");
        fs.truncateSync(site.at("domains/x.yaml"), 3_000_000_000);
      },
    ],
    [
      "a large file",
      "file/too-large",
      (site) => {
        site.write("domains/x.yaml", "#".repeat(9e6));
      },
    ],
    [
      "a NUL",
      "file/control-character",
      (site) => {
        site.write("domains/x.yaml", "domain: a\0b.de\n");
      },
    ],
    [
      "bytes that are no UTF-8",
      "file/not-utf8",
      (site) => {
        site.write("domains/x.yaml", Buffer.from("domain: a\xff.de\n", "latin1"));
      },
    ],
    [
      "UTF-16",
      "file/not-utf8",
      (site) => {
        site.write("domains/x.yaml", Buffer.from(`\ufeff${good}`, "utf16le"));
      },
    ],
    [
      "a byte order mark",
      "file/bom",
      (site) => {
        site.write("domains/x.yaml", `\ufeff${good}`);
      },
    ],
    [
      "two documents",
      "file/several-documents",
      (site) => {
        site.write("domains/x.yaml", `${good}---\n${good}`);
      },
    ],
    [
      "a link out of the tree",
      "site/link",
      (site) => {
        fs.symlinkSync("/etc/hostname", site.at("domains/x.yaml"));
      },
    ],
    [
      "domains/ that is a link out of the tree",
      "site/link",
      (site) => {
        site.remove("domains");
        fs.symlinkSync("/etc", site.at("domains"));
      },
    ],
    [
      "templates/ that is a link out of the tree",
      "site/link",
      (site) => {
        fs.symlinkSync(path.join(import.meta.dirname, "../../../templates"), site.at("templates"));
      },
    ],
    [
      "a link to nothing",
      "site/unreadable",
      (site) => {
        fs.symlinkSync("nothing", site.at("domains/x.yaml"));
      },
    ],
    [
      "a link to itself",
      "site/unreadable",
      (site) => {
        fs.symlinkSync("x.yaml", site.at("domains/x.yaml"));
      },
    ],
    [
      "a linked folder",
      "site/linked-folder",
      (site) => {
        fs.symlinkSync(".", site.at("domains/x.yaml"));
      },
    ],
    [
      "settings that are a folder",
      "site/not-a-file",
      (site) => {
        site.remove("stspress.yaml");
        fs.mkdirSync(site.at("stspress.yaml"));
      },
    ],
    [
      "a lock that is none",
      "lock/not-a-lock",
      (site) => {
        site.write("stspress.lock", "hello\n");
      },
    ],
    [
      "a lock that is a link out of the tree",
      "site/link",
      (site) => {
        fs.symlinkSync("/etc/hostname", site.at("stspress.lock"));
      },
    ],
  ];

  test.each(cases)("%s", (_, code, spoil) => {
    const site = twoDomains();
    spoil(site);
    const { code: exit, out, err } = site.run("build");
    expect(err.match(/\[[a-z0-9-]+\/[a-z0-9-]+\]/g)).toEqual([`[${code}]`]);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(site.has("dist")).toBe(false);
  });

  test.skipIf(process.getuid?.() === 0)("an unreadable file", () => {
    const site = twoDomains();
    fs.chmodSync(site.at("domains/acme.de.yaml"), 0);
    const ran = site.run("build");
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("permission denied");
    expect(site.has("dist")).toBe(false);
  });

  test("a link within the tree is followed", () => {
    const site = twoDomains();
    site.write("drafts/x.yaml", domainFile("acme.nl"));
    fs.symlinkSync("../drafts/x.yaml", site.at("domains/x.yaml"));
    site.build();
    expect(site.has(`dist/${policyOf("acme.nl")}`)).toBe(true);
  });

  test("a site folder that is not there is not made", () => {
    const site = twoDomains();
    for (const verb of [
      ["build"],
      ["build", "--dry-run"],
      ["check"],
      ["records"],
      ["live", "--all", "--no-check"],
      ["history", "acme.de"],
    ]) {
      const [name = "", ...args] = verb;
      const missing = new SiteFolder({}, site.at("missing/deep"));
      const ran = missing.run(name, args);
      expect(ran.code, verb.join(" ")).toBe(2);
      expect(ran.err).toContain("[site/no-folder]");
      expect(site.has("missing")).toBe(false);
    }
    expect(new SiteFolder({}, site.at("stspress.yaml")).run("build").err).toContain(
      "[site/no-folder]",
    );
  });

  test("every problem of every file is said in one run", () => {
    const site = twoDomains();
    site.write("domains/acme.de.yaml", `${domainFile("acme.de", "mx..acme.de")}mode: testing\n`);
    site.write("domains/acme.fr.yaml", domainFile("acme.fr").replace("mailto:reports@", "http://"));
    const { err } = site.run("build");
    expect(err.match(/\[[a-z0-9-]+\/[a-z0-9-]+\]/g)).toEqual([
      "[name/empty-label]",
      "[config/unknown-key]",
      "[rua/http]",
    ]);
  });
});

describe("dist/ that is not as the build left it", () => {
  test.each(["dist", "dist/site", "dist/site/mta-sts.acme.de", "dist/dns"])(
    "a link in place of %s is refused, and nothing is written through it",
    (name) => {
      const site = twoDomains();
      site.build();
      const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-elsewhere-"));
      onTestFinished(() => {
        fs.rmSync(elsewhere, { recursive: true });
      });
      site.remove(name);
      fs.symlinkSync(elsewhere, site.at(name));
      site.write("domains/acme.de.yaml", domainFile("acme.de", "*.mail.acme.de"));
      const ran = site.run("build");
      expect(ran.err).toContain("[site/dist-link]");
      expect(ran.code).toBe(2);
      expect(filesBelow(elsewhere)).toEqual([]);
    },
  );

  test("a link in place of a file is replaced, not written through", () => {
    const site = builtTwoDomains();
    const victim = site.at("victim");
    site.write("victim", "precious");
    site.remove(`dist/${policyOf("acme.de")}`);
    fs.symlinkSync(victim, site.at(`dist/${policyOf("acme.de")}`));
    site.build();
    expect(site.read("victim")).toBe("precious");
    expect(fs.lstatSync(site.at(`dist/${policyOf("acme.de")}`)).isFile()).toBe(true);
  });

  test.each([
    ["dist/.writing", "victim"],
    ["stspress.lock.tmp", "victim"],
    [".stspress/previous.lock.tmp", "victim"],
    [".stspress/previous.lock", "victim"],
  ])("a link named %s is not written through", (name, victim) => {
    const site = builtTwoDomains();
    site.write(victim, "precious");
    fs.rmSync(site.at(name), { force: true });
    fs.symlinkSync(site.at(victim), site.at(name));
    site.write("domains/acme.de.yaml", domainFile("acme.de", "*.mail.acme.de"));
    site.build();
    expect(site.read(victim)).toBe("precious");
  });

  test("a link in place of .stspress/ is refused", () => {
    const site = twoDomains();
    fs.mkdirSync(site.at("elsewhere"));
    fs.symlinkSync("elsewhere", site.at(".stspress"));
    const ran = site.run("build");
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("[site/cannot-write]");
    expect(filesBelow(site.at("elsewhere"))).toEqual([]);
    expect(site.has("dist")).toBe(false);
  });

  test("a manifest cannot have files outside of dist/ deleted", () => {
    const site = builtTwoDomains();
    site.write("victim", "precious");
    const manifest = site.read("dist/.manifest");
    site.write("dist/.manifest", `${manifest}- 0 0 ../victim\n- 0 0 ${site.at("victim")}\n`);
    site.build();
    expect(site.read("victim")).toBe("precious");
  });
});

describe("a template of the site's own", () => {
  test("is taken in place of the program's", () => {
    const site = twoDomains();
    const theirs = fs.readFileSync(
      path.join(import.meta.dirname, "../../../templates/dns/domain.zone.hbs"),
      "utf8",
    );
    site.write("templates/dns/domain.zone.hbs", `; asked for by the operations team\n${theirs}`);
    site.build();
    expect(site.read("dist/dns/acme.de.zone")).toMatch(/^; asked for by the operations team\n/);
  });

  test.each([
    ["one that is broken", "version: STSv1\n{{#each mx}\n", "template/"],
    ["one that names what is not there", "version: STSv1\nmode: {{moode}}\n", "template/"],
    [
      "one that changes the meaning",
      "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n",
      "template/changed-meaning",
    ],
  ])("%s is refused", (_, text, code) => {
    const site = twoDomains();
    site.write("templates/mta-sts.txt.hbs", text);
    const ran = site.run("build");
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(`[${code}`);
    expect(site.has("dist")).toBe(false);
    expect(site.has("stspress.lock")).toBe(false);
  });
});

function textsBelow(folder: string): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of filesBelow(folder)) {
    // The manifest knows times of the disk.
    if (name !== ".manifest") texts[name] = fs.readFileSync(path.join(folder, name), "utf8");
  }
  return texts;
}
