/** `stspress simulate` as its users call it. */
import { expect, test } from "vitest";
import { SiteFolder } from "../../support/site-folder.ts";

const day = 86_400;
const start = 1_793_523_600;

function site(): SiteFolder {
  const folder = new SiteFolder();
  folder.write("stspress.yaml", "target: caddy\ntargets: {caddy: {address: policy.acme.de}}\n");
  return folder;
}

function declare(folder: SiteFolder, mode: string, mx: string): void {
  folder.write(
    "domains/acme.de.yaml",
    `domain: acme.de\nmta-sts: {mode: ${mode}, mx: [${mx}], max_age: 4w}\n`,
  );
}

function at(seconds: number) {
  return { env: { SOURCE_DATE_EPOCH: String(start + seconds) } };
}

/** Tested for two weeks. */
function tested(): SiteFolder {
  const folder = site();
  declare(folder, "testing", "mxa.acme.de");
  folder.build([], at(0));
  folder.run("live", ["--all", "--no-check"], at(3600));
  return folder;
}

test("an edit that every sender would refuse mail for exits with 1, and says who and from when", () => {
  const folder = tested();
  declare(folder, "enforce", "mxb.acme.de");
  const { code, out, err } = folder.run("simulate", [], at(15 * day));
  expect(code).toBe(1);
  expect(err).toContain("[lock/enforce-untested-patterns]");
  expect(out).toContain("refuses from 2026-11-16 09:01 on (holds enforce mxb.acme.de)");
  expect(out).toContain("mail is lost for 1 of 1 domain");
});

test("what the build accepts loses none, until the MX hosts move too early", () => {
  const folder = tested();
  declare(folder, "enforce", "mxa.acme.de");
  expect(folder.run("simulate", [], at(15 * day))).toMatchObject({ code: 0, err: "" });
  folder.build([], at(15 * day));
  folder.run("live", ["--all", "--no-check"], at(15 * day + 60));
  expect(folder.run("simulate", [], at(16 * day)).out).toContain("there is nothing to simulate");
  const move = ["acme.de", "--mx", "add mx9.acme.de at +0d; remove mxa.acme.de at +3d", "--json"];
  const { code, out } = folder.run("simulate", move, at(16 * day));
  expect(code).toBe(1);
  const told = JSON.parse(out) as {
    domains: { senders: { sender: string; timeline: { outcome: string; from: string }[] }[] }[];
  };
  expect(told).toMatchObject({ version: 1, loss: true, domains: [{ domain: "acme.de" }] });
  const [strict] = told.domains[0]?.senders ?? [];
  expect([...new Set(strict?.timeline.map(({ outcome }) => outcome))]).toEqual([
    "delivers",
    "refuses",
  ]);
  expect(strict?.timeline[1]?.from).toMatch(/^2026-11-20T0[89]:/);
});

test("the old pattern may go only after its hold, and a late announcement makes that later", () => {
  const folder = tested();
  declare(folder, "enforce", "mxa.acme.de");
  folder.build([], at(15 * day));
  folder.run("live", ["--all", "--no-check"], at(15 * day + 60));
  declare(folder, "enforce", "mxa.acme.de, mx9.acme.de");
  const plan = (when: string, ...more: string[]) =>
    folder.run(
      "simulate",
      ["--mx", `add mx9.acme.de at ${when}; remove mxa.acme.de at ${when}`, ...more],
      at(60 * day),
    ).code;
  expect(plan("+7d")).toBe(1);
  expect(plan("+29d")).toBe(0);
  expect(plan("+29d", "--announce", "+20d")).toBe(1);
});

test("who renews on an equal id does so as long as a resolver may give it", () => {
  const folder = tested();
  folder.write("stspress.yaml", `${folder.read("stspress.yaml")}dns: {ttl: 1d}\n`);
  declare(folder, "enforce", "mxa.acme.de");
  folder.build([], at(15 * day));
  folder.run("live", ["--all", "--no-check"], at(15 * day + 60));
  declare(folder, "enforce", "mxa.acme.de, mx9.acme.de");
  folder.build([], at(60 * day));
  folder.run("live", ["--all", "--no-check"], at(60 * day + 60));
  const move = (when: string) =>
    folder.run(
      "simulate",
      ["acme.de", "--mx", `add mx9.acme.de at ${when}; remove mxa.acme.de at ${when}`],
      at(60 * day + 120),
    ).code;
  // 28 days and half of the TTL, then all of it.
  expect([move("+684h"), move("+697h")]).toEqual([1, 0]);
});

test.each([
  [["--mx", "move mx9"], "--mx"],
  [["--announce", "5d"], "--announce"],
  [["--outage", "+2d"], "--outage"],
  [["nobody.de"], "nobody.de"],
])("%j is refused", (args, named) => {
  const { code, err } = tested().run("simulate", args, at(day));
  expect(code).toBe(2);
  expect(err).toContain(named);
});
