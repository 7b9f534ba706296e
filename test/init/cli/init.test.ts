/** `stspress init` as its users call it, against a few domains of the zoo. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyText } from "../../zoo/entry.ts";
import { zooTable } from "../../zoo/table.ts";
import { startZoo, type Zoo } from "../../zoo/zoo.ts";
import { program, SiteFolder, type Ran } from "../../support/site-folder.ts";
import { runProgramIn } from "../../support/run-program.ts";

const names = [
  ...["healthy-enforce", "healthy-lf-only", "healthy-testing", "no-policy", "no-tls-rpt"],
  ...["never-registered", "null-mx", "no-mx", "sts-servfail", "policy-host-refuses"],
  ...["status-404", "expired-policy-host", "self-signed-policy-host", "uncovered-mx"],
];

let zoo: Zoo;
const domain = (name: string) => `${name}.zoo.test`;
const file = (name: string) => `domains/${domain(name)}.yaml`;
const init = (site: SiteFolder, args: readonly string[], stdin = ""): Promise<Ran> =>
  runProgramIn(
    site.root,
    [
      ...["init", "--resolver", zoo.resolver, "--ca", zoo.caFile, "--allow-private"],
      ...["--https-port", String(zoo.httpsPort), "--timeout", "3", ...args],
    ],
    stdin,
  );

beforeAll(async () => {
  const entries = zooTable.filter(({ name }) => names.includes(name));
  expect(entries).toHaveLength(names.length);
  zoo = await startZoo({ entries, program });
}, 60_000);
afterAll(() => zoo.close());

describe("a domain with a policy in enforce", () => {
  test("is declared as it is live, adopted with its id, and builds without a new one", async () => {
    const site = new SiteFolder();
    const { code, out } = await init(site, [domain("healthy-enforce")]);
    expect(code).toBe(0);
    expect(out).toContain("(adopted with its id 20260101T000000Z)");
    const text = site.read(file("healthy-enforce"));
    expect(text).toMatch(
      /^# Found 20\d\d-\d\d-\d\d \d\d:\d\d UTC: MX mx\.healthy-enforce\.zoo\.test; /,
    );
    expect(text).toContain("mode: enforce");
    expect(text).toContain("rua: mailto:tls-reports@zoo.test");
    expect(site.read("stspress.lock")).toContain(" id=20260101T000000Z ");
    const built = site.build(["--no-frozen"]);
    expect(built.err).not.toContain("error");
    expect(site.read("stspress.lock")).toContain(" id=20260101T000000Z ");
    expect(site.read("stspress.lock")).not.toContain("|");
  });

  test("whose bytes differ from ours keeps its mode and history under a new id", async () => {
    const site = new SiteFolder();
    await init(site, [domain("healthy-lf-only")]);
    site.build(["--no-frozen"]);
    expect(site.read("stspress.lock")).toMatch(
      / id=2\d{7}T\d{6}Z .* \| id=20260101T000000Z .*\.\.- announced=/m,
    );
  });
});

test("TLS-RPT comes first: without it and without a policy, the policy is a comment", async () => {
  const site = new SiteFolder();
  const { code } = await init(site, [domain("no-tls-rpt"), domain("status-404")]);
  expect(code).toBe(0);
  expect(site.read(file("no-tls-rpt"))).toContain("rua: mailto:tls-reports@no-tls-rpt.zoo.test");
  const announced = site.read(file("status-404"));
  expect(announced).toContain("no valid policy could be fetched");
});

test("with TLS-RPT and without a policy, testing begins", async () => {
  const site = new SiteFolder();
  await init(site, [domain("no-policy")]);
  expect(site.read(file("no-policy"))).toContain(
    "  mode: testing\n  mx:\n    - mx.no-policy.zoo.test\n",
  );
  expect(site.has("stspress.lock")).toBe(false);
  site.build(["--no-frozen"]);
});

test("a policy is adopted where senders may hold it, though its host's certificate has expired since", async () => {
  const site = new SiteFolder();
  const { out } = await init(site, [domain("expired-policy-host")]);
  expect(out).toContain("adopted");
});

test("a policy that no sender ever trusted is not adopted", async () => {
  const site = new SiteFolder();
  const { out } = await init(site, [domain("self-signed-policy-host")]);
  expect(out).not.toContain("adopted");
  expect(site.has("stspress.lock")).toBe(false);
  expect(site.read(file("self-signed-policy-host"))).toContain("no valid policy could be fetched");
});

test("an MX host that the live policy misses is named", async () => {
  const site = new SiteFolder();
  await init(site, [domain("uncovered-mx")]);
  expect(site.read(file("uncovered-mx"))).toContain(
    "# The live policy does not cover mx.uncovered-mx.zoo.test: add it below.",
  );
});

test("a policy that no domain file can say keeps no other domain from being declared", async () => {
  const odd = {
    ...zooTable.find(({ name }) => name === "healthy-enforce"),
    name: "odd-pattern",
    what: "a pattern that stspress refuses",
    codes: [],
    safe: "no",
    policy: () => policyText(["*.com"]),
  } as const;
  const other = await startZoo({ entries: [odd, ...zoo.entries], program });
  try {
    const site = new SiteFolder();
    const { code, out, err } = await runProgramIn(site.root, [
      ...["init", "--resolver", other.resolver, "--ca", other.caFile, "--allow-private"],
      ...[
        "--https-port",
        String(other.httpsPort),
        domain("odd-pattern"),
        domain("healthy-enforce"),
      ],
    ]);
    expect(code, err).toBe(2);
    expect(out).toContain("odd-pattern.zoo.test: not written, its live policy has mx patterns");
    expect(out).toContain("healthy-enforce.zoo.test → ");
    expect(site.has(file("healthy-enforce"))).toBe(true);
  } finally {
    await other.close();
  }
});

test("what takes no mail is not declared; what does not answer is unknown, and exits with 3", async () => {
  const site = new SiteFolder();
  const asked = ["never-registered", "null-mx", "no-mx"].map(domain);
  const without = await init(site, asked);
  expect(without.code).toBe(1);
  for (const one of asked) expect(without.out).toContain(`${one}: not written, `);
  const unknown = await init(site, ["sts-servfail", "policy-host-refuses"].map(domain));
  expect(unknown.code).toBe(3);
  expect(site.has("domains")).toBe(false);
});

describe("what is there", () => {
  test("is never overwritten, wherever it stands", async () => {
    const site = new SiteFolder({
      "domains/customers.yaml": `domains: [${domain("healthy-enforce")}]\nmta-sts: false\n`,
      [file("healthy-testing")]: `domain: other.example\nmta-sts: false\n`,
    });
    const before = site.snapshot();
    const { code, out } = await init(site, ["healthy-enforce", "healthy-testing"].map(domain));
    expect(code).toBe(0);
    expect(out).toContain("skipped, it is already declared in domains/customers.yaml");
    expect(out).toContain(`skipped, ${file("healthy-testing")} already exists`);
    const { "stspress.lock": _lock, ".stspress/.gitignore": _kept, ...after } = site.snapshot();
    expect(after).toEqual(before);
    expect(site.read(".stspress/.gitignore")).toBe("*\n");
  });

  test("keeps what the defaults say", async () => {
    const site = new SiteFolder({
      "stspress.yaml": `defaults:
  tls-rpt: {rua: "mailto:tls-reports@zoo.test"}
  mta-sts: {profile: google-workspace, mode: testing}
`,
    });
    await init(site, [domain("healthy-enforce")]);
    const text = site.read(file("healthy-enforce"));
    expect(text).toContain("as stspress.yaml says");
    expect(text).not.toContain("rua:");
    expect(text).toContain("  profile: false\n");
    site.build(["--no-frozen"]);
    expect(site.read("stspress.lock")).toContain(" id=20260101T000000Z ");
  });

  test("with an error in it is told, and nothing is written", async () => {
    const site = new SiteFolder({ "domains/a.yaml": "domain: [\n" });
    const { code, err } = await init(site, [domain("healthy-enforce")]);
    expect(code).toBe(2);
    expect(err).toContain("domains/a.yaml:");
    expect(site.has("stspress.lock")).toBe(false);
  });
});

describe("--from", () => {
  test("reads one domain per line", async () => {
    const site = new SiteFolder({
      list: `# customers\n${domain("healthy-enforce")}\n\n  ${domain("no-policy")}  # new\r\n`,
    });
    const { code, out } = await init(site, ["--json", "--from", site.at("list")]);
    expect(code).toBe(0);
    const told = JSON.parse(out) as { domains: { domain: string; kind: string }[] };
    expect(told.domains.map((one) => [one.domain, one.kind])).toEqual([
      [domain("healthy-enforce"), "written"],
      [domain("no-policy"), "written"],
    ]);
  });

  test("says where a line is no domain", async () => {
    const site = new SiteFolder();
    const { code, err } = await init(site, ["--from", "-"], "a.example\nnot a domain\n");
    expect(code).toBe(2);
    expect(err).toContain("<stdin>:2:1: error: ");
  });

  test("or operands, not both and not neither", async () => {
    const site = new SiteFolder();
    for (const operands of [[], ["--from", "x", "a.example"]]) {
      const { code, err } = await init(site, operands);
      expect(code).toBe(2);
      expect(err).toContain("name the domains, or a file of them with --from, not both");
      expect(err).toContain("fix: write for example: stspress init example.com");
    }
    const { code, out } = await init(site, ["--json", "--concurrency", "0"]);
    expect(code).toBe(2);
    const { diagnostics } = JSON.parse(out) as { diagnostics: { code: string }[] };
    expect(diagnostics.map((one) => one.code)).toEqual(["usage/combination", "usage/value"]);
  });
});
