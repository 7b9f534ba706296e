/** The records page in a real browser, opened from disk, as its readers do. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bundleRecordsPage } from "../../scripts/lib/records-page.mjs";
import {
  recordsPageFile,
  type RecordsPageAssets,
} from "../../src/site/records-page/records-page.ts";
import { compileTemplates } from "../../src/site/templates.ts";
import type { PageData } from "../../src/site/page-data.ts";
import { policy, sampleDomain, sampleSite } from "../site/records-page/records-page-data.ts";
import { chromiumFlags, faintTexts, workOf } from "./support/chromium.ts";
import { Cleanup } from "./support/cleanup.ts";
import { describePeers, programPath } from "./support/programs.ts";
import { readTemplates, repository } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const override = "\u202e";
const markup = `</script><img src=x onerror="document.title='owned'">`;

/** Every text of it wants to be something else. */
const hostileSite: PageData = {
  version: markup,
  policies: [policy("enforce", [markup, `a${override}b`, "x".repeat(253)], 604_800)],
  domains: [
    sampleDomain({ domain: markup, unicode: `evil${override}elpmaxe.\u0000`, id: `"><b>` }),
    sampleDomain({ domain: "constructor", zoneText: `${markup}\n; ${override}` }),
    sampleDomain({ domain: "__proto__", target: markup, delegation: markup }),
  ],
};

describePeers("the records page in chromium", ["chromium"], () => {
  const cleanup = new Cleanup();
  const files = new Map<string, string>();
  let folder = "";
  let browser: Browser;
  let assets: RecordsPageAssets;

  beforeAll(async () => {
    folder = makeTempFolder("chromium", cleanup);
    assets = await bundleRecordsPage();
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: chromiumFlags,
    });
    cleanup.add(() => browser.close());
  });

  afterAll(() => cleanup.run());

  /** The address of a page on disk, rendered by the project's own template. */
  function pageOnDisk(name: string, data: PageData): string {
    let file = files.get(name);
    if (file === undefined) {
      const output = recordsPageFile(data, assets);
      const templates = readTemplates(path.join(repository, "templates"));
      const html = compileTemplates(templates).render(output.template, output.data);
      expect(output.verify(html)).toBeNull();
      file = path.join(folder, `${name}.html`);
      fs.writeFileSync(file, html);
      files.set(name, file);
    }
    return pathToFileURL(file).href;
  }

  /** Opens a page; the test fails for whatever the page complains of or asks for. */
  async function open(
    name: string,
    data: PageData,
    options: BrowserContextOptions & { hash?: string; before?: string } = {},
  ): Promise<Page> {
    const { hash = "", before, ...context } = options;
    const opened = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...context });
    const page = await opened.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(?:file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    onTestFinished(async () => {
      await opened.close();
      expect(complaints).toEqual([]);
    });
    if (before !== undefined) await page.addInitScript(before);
    const file = pageOnDisk(name, data);
    await page.goto(file + hash);
    return page;
  }

  const clipboard = (page: Page): Promise<string> => {
    return page.evaluate<string>("navigator.clipboard.readText()");
  };
  const allowCopying = { permissions: ["clipboard-read", "clipboard-write"] };
  const focused = (page: Page): Promise<string> => {
    return page.evaluate<string>(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
    );
  };
  const listRows = (page: Page) => page.locator("#list li");

  describe("one domain", () => {
    test("is shown at once, without a list", async () => {
      const page = await open("one", sampleSite(1));
      expect(await page.locator("#domain h2").textContent()).toBe("example.com");
      expect(await page.locator("#rail").isVisible()).toBe(false);
      expect(await page.title()).toBe("example.com · Mail policy records");
    });

    test("gives its records in order: policy host, reports, announcement", async () => {
      const page = await open("one", sampleSite(1));
      const names = await page.locator(".record .name code").allTextContents();
      expect(names).toEqual(["mta-sts", "mta-sts", "_smtp._tls", "_mta-sts"]);
      expect(await page.locator(".full-name code").last().textContent()).toBe(
        "_mta-sts.example.com.",
      );
      expect(await page.locator(".value code").last().textContent()).toBe(
        "v=STSv1; id=20261115T091502Z;",
      );
      expect(await page.locator(".when").allTextContents()).toEqual([
        "first",
        "at any time",
        "last",
      ]);
      expect(await page.locator("a.outward").getAttribute("href")).toBe(
        "https://mta-sts.example.com/.well-known/mta-sts.txt",
      );
    });

    test("tells by the reader's clock whether the hold has passed", async () => {
      for (const [day, words] of [
        ["2026-12-11", "Until 12 Dec 2026, 09:00 UTC some senders may still hold"],
        ["2026-12-13", "No sender holds the earlier policy any more"],
      ] as const) {
        const clock = `Date.now = () => ${String(Date.parse(day))}`;
        const page = await open("one", sampleSite(1), { before: clock });
        expect(await page.locator(".notice").textContent()).toContain(words);
      }
    });
  });

  describe("copying", () => {
    test.each([
      ["name of TXT _mta-sts", "_mta-sts"],
      ["full name of TXT _mta-sts", "_mta-sts.example.com."],
      ["value of TXT _mta-sts", "v=STSv1; id=20261115T091502Z;"],
      ["TTL of TXT _mta-sts", "3600"],
    ])("%s", async (button, text) => {
      const page = await open("one", sampleSite(1), allowCopying);
      await page.getByRole("button", { name: `Copy ${button}`, exact: true }).click();
      await page.getByText(`Copied ${button}`, { exact: true }).waitFor();
      expect(await clipboard(page)).toBe(text);
    });

    test("the zone text whole, with its line ends", async () => {
      const page = await open("one", sampleSite(1), allowCopying);
      await page.getByRole("button", { name: "Copy zone text" }).click();
      await page.getByText("Copied zone text").waitFor();
      const [domain] = sampleSite(1).domains;
      expect(await clipboard(page)).toBe(domain?.zoneText);
    });

    test("works where the browser has no clipboard for pages from disk", async () => {
      const before = "Object.defineProperty(Navigator.prototype, 'clipboard', { get() {} })";
      const page = await open("one", sampleSite(1), { before });
      const button = page.getByRole("button", { name: "Copy value of TXT _mta-sts" });
      await button.click();
      await page.getByText("Copied value of TXT _mta-sts").waitFor();
      expect(await focused(page)).toBe("Copy value of TXT _mta-sts");
      // The name of a one-domain page has no field to paste into, so the test brings one.
      await page.evaluate(
        "document.body.append(Object.assign(document.createElement('input'), { id: 'pasted' }))",
      );
      await page.locator("#pasted").focus();
      await page.keyboard.press("Control+V");
      expect(await page.locator("#pasted").inputValue()).toBe("v=STSv1; id=20261115T091502Z;");
    });

    test("says so when it is refused, and selects the text", async () => {
      const before =
        "Object.defineProperty(Navigator.prototype, 'clipboard', { get() {} }); Document.prototype.execCommand = () => false";
      const page = await open("one", sampleSite(1), { before });
      await page.getByRole("button", { name: "Copy value of TXT _mta-sts" }).click();
      await page.getByRole("alert").getByText("did not allow copying").waitFor();
      expect(await page.evaluate("String(getSelection())")).toBe("v=STSv1; id=20261115T091502Z;");
    });
  });

  describe("the list", () => {
    test("is narrowed by a search and by mode, and says how many are left", async () => {
      const page = await open("forty", sampleSite(40));
      const status = page.locator("#status");
      expect(await status.textContent()).toBe("40 domains");
      await page.getByLabel("Find a domain").fill("bücher");
      expect(await status.textContent()).toBe("1 of 40 domains");
      expect(await listRows(page).count()).toBe(1);
      await page.getByLabel("Find a domain").fill("zzz");
      expect(await page.getByText("No domain matches.").isVisible()).toBe(true);
      await page.getByLabel("Find a domain").fill("");
      await page.getByRole("radio", { name: /^testing/ }).check();
      expect(await status.textContent()).toMatch(/^\d+ of 40 domains$/);
      for (const words of await page.locator(".row-kind").allTextContents()) {
        expect(words).toContain("testing");
      }
    });

    test("leads to a domain, and the address says which", async () => {
      const page = await open("forty", sampleSite(40));
      await page.getByRole("link", { name: "left.example" }).click();
      await expect.poll(() => page.locator("#domain h2").textContent()).toBe("left.example");
      expect(page.url()).toMatch(/#left\.example$/);
      expect(await page.getByRole("link", { name: /^left/ }).getAttribute("aria-current")).toBe(
        "page",
      );
      await page.goBack();
      expect(await page.locator("#overview").isVisible()).toBe(true);
    });

    test("opens at the domain that the address names", async () => {
      const page = await open("forty", sampleSite(40), { hash: "#customer.example" });
      expect(await page.locator("#domain h2").textContent()).toBe("customer.example");
      expect(await page.locator(".steps .record-type").allTextContents()).toEqual([
        "Type CNAME",
        "Type CNAME",
        "Type CNAME",
      ]);
      expect(await page.locator(".elsewhere .record-type").allTextContents()).toEqual([
        "Type TXT",
        "Type TXT",
      ]);
    });

    test("says when the address names nothing that is there", async () => {
      const page = await open("forty", sampleSite(40), { hash: `#${encodeURIComponent(markup)}` });
      expect(await page.locator("#unknown").textContent()).toContain(markup);
    });
  });

  test("everything can be done by keyboard", async () => {
    const page = await open("forty", sampleSite(40), allowCopying);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Skip to the records");
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("Choose a domain");
    await page.getByLabel("Find a domain").focus();
    await page.keyboard.type("example");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("");
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("radio", { name: /^enforce/ }).isChecked()).toBe(true);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toContain("example.com");
    await page.keyboard.press("End");
    expect(await focused(page)).not.toContain("example.com");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    expect(await focused(page)).toContain("example.com");
    await page.keyboard.press("Enter");
    await page.locator("#domain h2:focus").waitFor();
    expect(await focused(page)).toBe("example.com");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Copy TTL of A mta-sts");
    const ring = await page.evaluate<string>(
      "getComputedStyle(document.activeElement).outlineStyle",
    );
    expect(ring).toBe("solid");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Copied name of A mta-sts").waitFor();
    expect(await clipboard(page)).toBe("mta-sts");
  });

  describe("for a screen reader", () => {
    test("has landmarks, headings and names for everything that can be used", async () => {
      const page = await open("forty", sampleSite(40), { hash: "#example.com" });
      const heard = await page.locator("body").ariaSnapshot();
      for (const part of [
        '- complementary "Domains"',
        "- search",
        '- searchbox "Find a domain"',
        '- group "Mode"',
        '- navigation "List of domains"',
        "- main",
        '- heading "example.com" [level=2]',
        '- article "TXT record _mta-sts"',
        '- button "Copy value of TXT _mta-sts"',
      ]) {
        expect(heard).toContain(part);
      }
      const session = await page.context().newCDPSession(page);
      const { nodes } = await session.send("Accessibility.getFullAXTree");
      const roles = new Set(["button", "link", "searchbox", "radio", "heading", "article"]);
      const used = nodes.filter((node) => !node.ignored && roles.has(String(node.role?.value)));
      expect(used.length).toBeGreaterThan(50);
      const nameless = used.filter((node) => String(node.name?.value ?? "").trim() === "");
      expect(nameless.map((node) => String(node.role?.value))).toEqual([]);
    });

    test("a row tells its place in the whole list", async () => {
      const page = await open("forty", sampleSite(40));
      const row = page.getByRole("listitem").filter({ hasText: "left.example" });
      expect(await row.getAttribute("aria-posinset")).toBe("4");
      expect(await row.getAttribute("aria-setsize")).toBe("40");
    });
  });

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    test.each(["", "#example.com", "#left.example", "#many.example", "#xn--bcher-kva.example"])(
      "every text stands out from its ground 4.5 to 1: %s",
      async (hash) => {
        const page = await open("forty", sampleSite(40), { colorScheme, hash });
        const faint = await page.evaluate<{ seen: number; faint: string[] }>(faintTexts);
        expect(faint.seen).toBeGreaterThan(20);
        expect(faint.faint).toEqual([]);
      },
    );
  });

  describe("in little room", () => {
    test.each([
      ["a phone", 360, 740],
      ["a window at 200 %", 640, 430],
      ["a window at 400 %", 320, 256],
    ])("%s shows everything without scrolling sideways", async (_name, width, height) => {
      const page = await open("forty", sampleSite(40), { viewport: { width, height } });
      const names = await page.locator(".row-name").allTextContents();
      for (const hash of ["", ...names.slice(0, 8).map((name) => `#${name}`)]) {
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
        const beyond = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(beyond, hash).toBeLessThanOrEqual(0);
      }
    });

    test("a phone goes from the list to a domain and back to the same place", async () => {
      const viewport = { width: 360, height: 740 };
      const page = await open("forty", sampleSite(40), { viewport });
      await page.evaluate("scrollTo(0, 900)");
      // The page changes on `hashchange`, which comes after the click.
      const scrolled = () => expect.poll(() => page.evaluate("scrollY"));
      await page.getByRole("link", { name: /-20\./ }).click();
      await page.locator("#rail").waitFor({ state: "hidden" });
      await scrolled().toBe(0);
      await page.getByRole("link", { name: "All domains" }).click();
      await scrolled().toBe(900);
      expect(await page.getByRole("link", { name: /-20\./ }).isVisible()).toBe(true);
    });

    test("paper gets the records without the controls", async () => {
      const page = await open("forty", sampleSite(40), { hash: "#example.com" });
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("#rail").isVisible()).toBe(false);
      expect(await page.locator(".copy").first().isVisible()).toBe(false);
      expect(await page.locator(".value").last().isVisible()).toBe(true);
    });
  });

  test("without scripts it says where the records are", async () => {
    const page = await open("forty", sampleSite(40), { javaScriptEnabled: false });
    expect(await page.locator("noscript").textContent()).toContain("dns/");
    expect(await page.locator("noscript").isVisible()).toBe(true);
    expect(await page.locator("#rail").isVisible()).toBe(false);
  });

  test("with forced colours the chosen mode and row are still marked", async () => {
    const page = await open("forty", sampleSite(40), {
      hash: "#example.com",
      forcedColors: "active",
    });
    const outline =
      "getComputedStyle(document.querySelector('.filter:has(:checked)')).outlineWidth";
    expect(await page.evaluate(outline)).toBe("3px");
    const edge =
      "getComputedStyle(document.querySelector('[aria-current]')).borderInlineStartWidth";
    expect(await page.evaluate(edge)).toBe("6px");
  });

  describe("hostile texts", () => {
    test("are shown as text", async () => {
      const page = await open("hostile", hostileSite, {
        ...allowCopying,
        hash: `#${encodeURIComponent(markup)}`,
      });
      expect(await page.locator("#domain h2").textContent()).toBe("evilU+202Eelpmaxe.U+0000");
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator("body").textContent()).toContain(`mta-sts.${markup}.`);
      expect(await page.title()).not.toBe("owned");
      expect(await page.locator(".patterns").textContent()).toContain("aU+202Eb");
      // An address made of it would lead elsewhere.
      expect(await page.locator("a.outward").count()).toBe(0);
    });

    test("are copied as they are, not as they are shown", async () => {
      const page = await open("hostile", hostileSite, { ...allowCopying, hash: "#constructor" });
      await page.getByRole("button", { name: "Copy zone text" }).click();
      await page.getByText("Copied zone text").waitFor();
      expect(await clipboard(page)).toBe(`${markup}\n; ${override}`);
    });

    test("are names like any other", async () => {
      const page = await open("hostile", hostileSite, { hash: "#__proto__" });
      expect(await page.locator("#domain h2").textContent()).toBe("__proto__");
      await page.evaluate("location.hash = '#toString'");
      await page.locator("#unknown").waitFor();
    });
  });

  test.each([
    [10_000, 1500, 100],
    [100_000, 6000, 400],
  ])(
    "%i domains: found while one types, in a document that stays small",
    async (count, load, keystroke) => {
      const page = await open(`site-${String(count)}`, sampleSite(count));
      const search = page.getByLabel("Find a domain");
      const queries = ["w", "wa", "wald", "waldverlag", `-${String(count - 1)}.`];
      const work = await workOf(page, queries);
      expect(work.load).toBeGreaterThan(0);
      expect(work.load).toBeLessThan(load);
      expect(await page.locator("#status").textContent()).toMatch(/^1 of /);
      expect(work.keystroke).toBeLessThan(keystroke);
      await search.fill("");
      const link = page.getByRole("link", { name: "example.com" }).first();
      await link.focus();
      await page.keyboard.press("End");
      expect(await focused(page)).toContain(`-${String(count - 1)}.`);
      expect(await page.evaluate<number>("document.querySelectorAll('*').length")).toBeLessThan(
        900,
      );
      const session = await page.context().newCDPSession(page);
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      const size = fs.statSync(files.get(`site-${String(count)}`) ?? "").size;
      console.log(
        `${String(count)} domains: ${(size / 1e6).toFixed(1)} MB file, ready after ${work.load.toFixed(0)} ms of work, ` +
          `keystroke to next frame at most ${work.keystroke.toFixed(0)} ms, heap ${(usedSize / 1e6).toFixed(0)} MB`,
      );
    },
  );
});
