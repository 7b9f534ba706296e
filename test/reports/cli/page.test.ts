/** The verb `reports page`: what it writes, prints and refuses. The store's answers are made here. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { success } from "../../../src/diagnostics/result.ts";
import type { DomainPage } from "../../../src/reports/analysis/page-data.ts";
import { overviewOf, samplePages } from "../page/reports-page-data.ts";
import { runVerb, type Ran } from "../support/run-verb.ts";

const world = vi.hoisted(() => ({
  pages: [] as DomainPage[],
  asked: [] as unknown[],
  closed: 0,
  failing: false,
}));

vi.mock("../../../src/runtime/page-assets.ts", () => ({
  readReportsPageAssets: () => ({ overviewScript: "1;", domainScript: "2;", style: "p{}" }),
}));

vi.mock("../../../src/reports/page/page-source.ts", () => ({
  openPageSource: (options: unknown) => {
    world.asked.push(options);
    const source = {
      diagnostics: [],
      overview: () => Promise.resolve(overviewOf(world.pages)),
      async *domainPages(domains: readonly string[]) {
        await Promise.resolve();
        if (world.failing) throw new Error("the store broke");
        yield* world.pages.filter(({ row }) => domains.includes(row.domain));
      },
      domainPage: (domain: string) => {
        if (world.failing) return Promise.reject(new Error("the store broke"));
        return Promise.resolve(world.pages.find(({ row }) => row.domain === domain) ?? null);
      },
      close: () => {
        world.closed += 1;
        return Promise.resolve();
      },
    };
    return Promise.resolve(success(source));
  },
}));

let root = "";
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-page-"));
  Object.assign(world, { pages: samplePages(8), asked: [], closed: 0, failing: false });
});
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

const page = (): string => path.join(root, ".stspress", "reports", "page");

const reportsPage = (options: Readonly<Record<string, string | boolean>> = {}): Promise<Ran> =>
  runVerb("reports page", { operands: [], options: { site: root, ...options } }, 1_795_500_000);

describe("all domains", () => {
  test("have a page each, and the overview's path is printed", async () => {
    expect(await reportsPage()).toEqual({ code: 0, out: `${page()}/index.html\n`, err: "" });
    expect(fs.readdirSync(page()).sort()).toEqual(["assets", "domains", "index.html"]);
    expect(fs.readdirSync(path.join(page(), "domains")).sort()).toEqual(
      world.pages.map(({ row }) => `${row.domain}.html`).sort(),
    );
    expect(world.asked).toMatchObject([{ root, now: 1_795_500_000, days: 90 }]);
    expect(world.closed).toBe(1);
  });

  test("are told as JSON when asked", async () => {
    const { out } = await reportsPage({ json: true, days: "30" });
    expect(JSON.parse(out)).toEqual({
      version: 1,
      page: `${page()}/index.html`,
      domains: 8,
      diagnostics: [],
    });
    expect(world.asked).toMatchObject([{ days: 30 }]);
  });

  test("each new page has a nonce of its own, the same in every file", async () => {
    const nonces = async (): Promise<Set<string>> => {
      await reportsPage();
      const folder = path.join(page(), "domains");
      return new Set(
        fs.readdirSync(folder).map((name) => {
          const text = fs.readFileSync(path.join(folder, name), "utf8");
          return /<script nonce="([\w-]{22})"/.exec(text)?.[1] ?? "";
        }),
      );
    };
    const [first, second] = [await nonces(), await nonces()];
    expect([first.size, second.size]).toEqual([1, 1]);
    expect(first).not.toEqual(second);
  });

  test("a page that cannot be finished leaves the one before as it was", async () => {
    await reportsPage();
    const before = fs.readFileSync(path.join(page(), "index.html"), "utf8");
    world.failing = true;
    world.pages = samplePages(9);
    await expect(reportsPage()).rejects.toThrow("the store broke");
    expect(fs.readFileSync(path.join(page(), "index.html"), "utf8")).toBe(before);
    expect(fs.readdirSync(path.dirname(page()))).toEqual(["page"]);
    expect(world.closed).toBe(2);
  });
});

describe("one domain", () => {
  test("is one file that names no other", async () => {
    const { code, out } = await reportsPage({ domain: "EXAMPLE.com" });
    expect([code, out]).toEqual([0, `${page()}/alone/example.com.html\n`]);
    const text = fs.readFileSync(out.trim(), "utf8");
    for (const { row } of world.pages.slice(1)) expect(text).not.toContain(row.domain);
    expect(fs.readdirSync(page())).toEqual(["alone"]);
  });

  test("that nobody knows is refused, with a name that is near", async () => {
    const { code, err } = await reportsPage({ domain: "exampel.com" });
    expect(code).toBe(2);
    expect(err).toContain("[site/unknown-domain]");
    expect(err).toContain("did you mean example.com?");
    expect(fs.existsSync(page())).toBe(false);
  });

  test("that is no domain is refused before the store is opened", async () => {
    const { code, err } = await reportsPage({ domain: "../x\u001b[31m" });
    expect(code).toBe(2);
    expect(err).toContain("[name/");
    expect(err).not.toContain("\u001b");
    expect(world.asked).toEqual([]);
  });
});

describe("what it refuses", () => {
  test.each(["0", "-1", "1.5", "10000", "ninety", ""])("--days %j", async (days) => {
    const { code, err } = await reportsPage({ days });
    expect(code).toBe(2);
    expect(err).toContain("which is not a whole number from 1 to 9999 [usage/value]");
    expect(err).toContain("stspress reports page --days 90");
  });

  test("a site folder that is not there", async () => {
    const { code, err } = await reportsPage({ site: path.join(root, "none") });
    expect(code).toBe(2);
    expect(err).toContain("[site/no-folder]");
  });

  test.each([{}, { domain: "example.com" }])("to write where it cannot: %j", async (options) => {
    fs.writeFileSync(path.join(root, ".stspress"), "");
    const { code, err } = await reportsPage(options);
    expect(code).toBe(2);
    expect(err).toContain("[reports/store-unusable]");
    expect(world.closed).toBe(1);
  });
});
