import { describe, expect, test } from "vitest";
import type { CloudflareSettings } from "../../../src/config/site-config.ts";
import { cloudflare } from "../../../src/site/targets/cloudflare.ts";
import { altering, publish, publishMany, renderAll } from "./rendering.ts";

const address = { ipv4: [], ipv6: [], host: "acme-sts.pages.dev" };
const free: CloudflareSettings = { address, plan: "free" };
const three = publish({ "one.example": "1", "three.example": "3", "two.example": "1" });
const workerPath = "cloudflare/_worker.js";

describe("the files of the project", () => {
  test("each distinct policy stands in the worker once, with its hosts", () => {
    const worker = renderAll(cloudflare.outputs(three, free)).get(workerPath) ?? "";
    expect(worker.match(/^ {2}\{"text".*$/gm)).toEqual([
      '  {"text":"version: STSv1\\r\\nmode: none\\r\\nmax_age: 1\\r\\n","hosts":"mta-sts.one.example mta-sts.two.example"},',
      '  {"text":"version: STSv1\\r\\nmode: none\\r\\nmax_age: 3\\r\\n","hosts":"mta-sts.three.example"}',
    ]);
  });

  test("the worker of a site without policies is still a worker", async () => {
    const worker = renderAll(cloudflare.outputs([], free)).get(workerPath) ?? "";
    const module = (await import(`data:text/javascript,${encodeURIComponent(worker)}`)) as {
      default: { fetch(request: Request): Response };
    };
    const url = "https://mta-sts.one.example/.well-known/mta-sts.txt";
    expect(module.default.fetch(new Request(url)).status).toBe(404);
  });

  test("only the policy's path wakes the worker, and other paths find a page of their own", () => {
    const files = renderAll(cloudflare.outputs(three, free));
    expect([...files.keys()]).toEqual([
      workerPath,
      "cloudflare/_routes.json",
      "cloudflare/404.html",
    ]);
    expect(JSON.parse(files.get("cloudflare/_routes.json") ?? "")).toEqual({
      version: 1,
      include: ["/.well-known/mta-sts.txt"],
      exclude: [],
    });
    expect(files.get("cloudflare/404.html")).toContain("<!doctype html>");
  });
});

describe("a template may not", () => {
  const worker = altering(cloudflare.outputs(three, free), workerPath);
  const differs = "the map from hosts to policies differs";

  test.each([
    ["move a host", "mta-sts.three.example", "mta-sts.two.example"],
    ["drop a host", "mta-sts.one.example ", ""],
    ["change a policy", "max_age: 3", "max_age: 4"],
    ["drop a policy", /,\n.*three.*$/m, ""],
    ["add a policy", /\n\]/, ',{"text":"","hosts":""}\n]'],
    ["forget the text", '"text"', '"txt"'],
  ])("%s", (_, from, to) => {
    expect(worker.verdict(from, to)).toBe(differs);
  });

  test.each([
    ["remove the marks", "/* stspress: policies */", ""],
    ["close them nowhere", "/* stspress: end of policies */", ""],
    ["have them twice", /$/, "/* stspress: policies */ [] /* stspress: end of policies */"],
    ["write something else than JSON", /\n\]/, ",\n]"],
    ["write something else than a list", /\[\n[^\]]*\n\]/, "7"],
  ])("%s", (_, from, to) => {
    expect(worker.verdict(from, to)).toContain("the policies are not readable");
  });

  test("change the routes", () => {
    const routes = altering(cloudflare.outputs(three, free), "cloudflare/_routes.json");
    expect(routes.verdict("mta-sts.txt", "*")).toContain("nothing else");
    expect(routes.verdict("}", "")).toContain("nothing else");
  });

  test("but change the look", () => {
    expect(worker.verdict("Not found", "No policy here")).toBeNull();
  });
});

describe("limits of the platform", () => {
  const found = (count: number, plan: CloudflareSettings["plan"]) =>
    cloudflare.check(publishMany(count), { address, plan });
  const codes = (count: number, plan: CloudflareSettings["plan"]): string[] =>
    found(count, plan).map(({ code }) => code);

  test.each([
    ["free", 100],
    ["pro", 250],
    ["business", 500],
  ] as const)("custom domains: %s has %i", (plan, limit) => {
    expect(codes(limit, plan)).toEqual([]);
    expect(found(limit + 1, plan)[0]).toEqual({
      code: "target/cloudflare-domains",
      args: { hosts: limit + 1, plan, limit },
    });
    expect(codes(limit + 1, "enterprise")).toEqual([]);
  });

  test("requests of the free plan", () => {
    expect(codes(333, "free")).toEqual(["target/cloudflare-domains"]);
    expect(codes(334, "free")).toEqual(["target/cloudflare-domains", "target/cloudflare-requests"]);
    expect(codes(334, "pro")).toEqual(["target/cloudflare-domains"]);
  });

  test("the worker's size is never underestimated", () => {
    const publications = publishMany(200_000);
    const worker = renderAll(cloudflare.outputs(publications, free)).get(workerPath) ?? "";
    const [size] = cloudflare
      .check(publications, free)
      .filter(({ code }) => code === "target/cloudflare-worker-size");
    const { bytes, limit } = size?.args as { bytes: number; limit: number };
    expect(limit).toBe(3 * 1024 * 1024);
    expect(bytes).toBeGreaterThanOrEqual(worker.length);
    expect(bytes).toBeLessThan(worker.length + 4096);
    expect(codes(200_000, "enterprise")).toEqual([]);
  });
});
