import { describe, expect, test } from "vitest";
import type { CaddySettings } from "../../../src/config/site-config.ts";
import { caddy } from "../../../src/site/targets/caddy.ts";
import { altering, publish, publishMany, renderAll } from "./rendering.ts";

const address = { ipv4: ["192.0.2.10"], ipv6: [], host: null };
const perHost: CaddySettings = {
  address,
  layout: "per-host",
  askPort: 9123,
  email: null,
  reports: null,
};
const onDemand: CaddySettings = { ...perHost, layout: "on-demand", email: "a+b@one.example" };
const two = publish({ "one.example": "1", "two.example": "2" });

describe("layout: per-host", () => {
  test("one site per host, each with a root of its own", () => {
    const sites = renderAll(caddy.outputs(two, perHost)).get("caddy/sites.caddy") ?? "";
    expect(sites.match(/^mta-sts.* \{$/gm)).toEqual([
      "mta-sts.one.example {",
      "mta-sts.two.example {",
    ]);
    expect(sites).toContain('root * "{$STSPRESS_ROOT:dist}/site/mta-sts.two.example"');
    expect(sites).not.toContain("on_demand");
  });

  test("no option that nobody asked for", () => {
    const options = renderAll(caddy.outputs(two, perHost)).get("caddy/stspress.options") ?? "";
    expect(options.split("\n").filter((line) => !line.startsWith("#"))).toEqual([""]);
  });

  test("a site without policies still refuses everybody", () => {
    const sites = renderAll(caddy.outputs([], perHost)).get("caddy/sites.caddy") ?? "";
    expect(sites).toContain("https:// {\n\trespond 404\n}");
  });

  test("a template may not add, drop or misdirect a host", () => {
    const { verdict } = altering(caddy.outputs(two, perHost), "caddy/sites.caddy");
    expect(verdict("mta-sts.two.example {", "mta-sts.evil.example {")).toBe(
      "the policy hosts differ: mta-sts.evil.example instead of mta-sts.two.example",
    );
    expect(verdict("mta-sts.two.example {", "# {")).toBe(
      "the policy hosts differ: nothing instead of mta-sts.two.example",
    );
    expect(verdict("site/mta-sts.two.example", "site/mta-sts.one.example")).toBe(
      "mta-sts.two.example is not served from its own folder",
    );
    expect(verdict("https:// {", "mta-sts.more.example {\n}\n\nhttps:// {")).toBe(
      "the policy hosts differ: mta-sts.more.example instead of nothing",
    );
    expect(verdict("https:// {", "www.one.example {\n\trespond 204\n}\n\nhttps:// {")).toBeNull();
  });
});

describe("layout: on-demand", () => {
  test("the same size for 1 and for 100,000 hosts", () => {
    const sizes = [publishMany(1), publishMany(100_000)].map((publications) =>
      [...renderAll(caddy.outputs(publications, onDemand)).values()].map((text) => text.length),
    );
    expect(sizes[0]).toEqual(sizes[1]);
  });

  test("Caddy asks itself, at the port of the settings", () => {
    const files = renderAll(caddy.outputs(two, { ...onDemand, askPort: 9999 }));
    expect(files.get("caddy/stspress.options")).toContain("\task http://127.0.0.1:9999/ask\n");
    expect(files.get("caddy/sites.caddy")).toContain("http://127.0.0.1:9999 {\n\tbind 127.0.0.1\n");
  });

  test("a template may not ask elsewhere or change the account", () => {
    const { text, verdict } = altering(caddy.outputs(two, onDemand), "caddy/stspress.options");
    expect(text).toContain("email a+b@one.example\n");
    expect(verdict("127.0.0.1", "198.51.100.1")).toContain("the ask URL differ");
    expect(verdict("a+b@", "b@")).toContain("the account address differ");
    expect(verdict(/email.*\n/, "")).toContain("nothing instead of a+b@one.example");
    const sites = altering(caddy.outputs(two, onDemand), "caddy/sites.caddy");
    expect(sites.verdict("http://127.0.0.1:9123 {", "http://127.0.0.1:9124 {")).toBe(
      "there is no site block for http://127.0.0.1:9123",
    );
    expect(sites.verdict("https:// {", "mta-sts.one.example {\n}\n\nhttps:// {")).toContain(
      "served by name",
    );
  });
});

describe.each([perHost, onDemand])("reports, in layout $layout", (settings) => {
  const reports = { host: "reports.example.com", port: 8999 };
  const receiving = caddy.outputs(two, { ...settings, reports });

  test("a site of its own, which the others import", () => {
    const files = renderAll(caddy.outputs(two, { ...settings, reports }));
    expect(files.get("caddy/sites.caddy")).toContain("\nimport reports.caddy\n");
    const site = files.get("caddy/reports.caddy");
    expect(site).toContain("\nreports.example.com {\n\t@report method POST\n");
    expect(site).toContain("\t\treverse_proxy 127.0.0.1:8999 {\n");
  });

  test("nothing of it where nobody asked for it", () => {
    const files = renderAll(caddy.outputs(two, settings));
    expect([...files.keys()].sort()).toEqual(["caddy/sites.caddy", "caddy/stspress.options"]);
    expect(files.get("caddy/sites.caddy")).not.toContain("import reports");
  });

  test("a template may not leave it out or hand reports to somebody else", () => {
    const site = altering(caddy.outputs(two, { ...settings, reports }), "caddy/reports.caddy");
    expect(site.verdict("reports.example.com {", "reports.evil.example {")).toBe(
      "the site of reports differ: reports.evil.example instead of reports.example.com",
    );
    expect(site.verdict("127.0.0.1:8999", "192.0.2.9:8999")).toBe(
      "the receiver differ: 192.0.2.9:8999 instead of 127.0.0.1:8999",
    );
    const sites = altering(receiving, "caddy/sites.caddy");
    expect(sites.verdict("import reports.caddy", "")).toBe("reports.caddy is not imported");
    const without = altering(caddy.outputs(two, settings), "caddy/sites.caddy");
    expect(without.verdict("https:// {", "import reports.caddy\n\nhttps:// {")).toBe(
      "reports.caddy is imported, and there is none",
    );
  });
});

describe("hints", () => {
  const codes = (count: number, settings: CaddySettings): string[] =>
    caddy.check(publishMany(count), settings).map(({ code }) => code);

  test("per host, from 500 on, another layout", () => {
    expect(codes(300, perHost)).toEqual([]);
    expect(codes(301, perHost)).toEqual(["target/certificate-orders"]);
    expect(codes(499, perHost)).toEqual(["target/certificate-orders"]);
    expect(codes(500, perHost)).toEqual([
      "target/caddy-per-host-many",
      "target/certificate-orders",
    ]);
  });

  test("on demand, what the first fetches run into", () => {
    expect(codes(1, onDemand)).toEqual([]);
    expect(codes(300, onDemand)).toEqual([]);
    expect(codes(301, onDemand)).toEqual(["target/caddy-first-fetch", "target/certificate-orders"]);
  });

  test("how long the authority takes", () => {
    const hours = (count: number) =>
      caddy.check(publishMany(count), onDemand).find((one) => one.code.endsWith("orders"))?.args;
    expect(hours(301)).toEqual({ hosts: 301, hours: 3 });
    expect(hours(100_000)).toEqual({ hosts: 100_000, hours: 999 });
  });
});
