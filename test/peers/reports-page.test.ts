/** The reports page in a real browser, opened from disk, as its readers do. */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bundleReportsPage } from "../../scripts/lib/reports-page.mjs";
import { ReportsPage, type PageFile } from "../../src/reports/page/reports-page.ts";
import type { DomainPage } from "../../src/reports/analysis/page-data.ts";
import { days, hostilePage, overviewOf, samplePages } from "../reports/page/reports-page-data.ts";
import { chromiumFlags, faintTexts, workOf } from "./support/chromium.ts";
import { Cleanup } from "./support/cleanup.ts";
import { distances } from "./support/colour-blindness.ts";
import { describePeers, programPath } from "./support/programs.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const nonce = "dGVzdHM";
const evil = `${"x".repeat(253)}"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>\u202e`;

describePeers("the reports page in chromium", ["chromium"], () => {
  const cleanup = new Cleanup();
  const written = new Set<string>();
  let folder = "";
  let browser: Browser;
  let pages: ReportsPage;

  beforeAll(async () => {
    folder = makeTempFolder("reports-page", cleanup);
    pages = new ReportsPage(await bundleReportsPage(), "0.1.0", nonce);
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: chromiumFlags,
    });
    cleanup.add(() => browser.close());
  });

  afterAll(() => cleanup.run());

  /** Writes a page of so many domains, once; gives its folder. */
  function onDisk(name: string, make: () => readonly DomainPage[]): string {
    const below = path.join(folder, name);
    if (written.has(name)) return below;
    written.add(name);
    const domains = make();
    const put = ({ path: file, content }: PageFile): void => {
      fs.mkdirSync(path.dirname(path.join(below, file)), { recursive: true });
      fs.writeFileSync(path.join(below, file), content);
    };
    put(pages.overview(overviewOf(domains, 3)));
    for (const one of pages.assets()) put(one);
    for (const one of domains.slice(0, 40)) {
      put(pages.domain(one));
      put(pages.alone(one));
    }
    return below;
  }

  const sample = (count: number): string => {
    return onDisk(`sample-${String(count)}`, () => samplePages(count));
  };
  const hostile = (): string => onDisk("hostile", () => [hostilePage(evil), ...samplePages(2)]);

  /** Opens a file; the test fails for whatever the page complains of or asks for outside the disk. */
  async function open(file: string, options: BrowserContextOptions = {}): Promise<Page> {
    const opened = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
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
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  const index = (count: number): string => path.join(sample(count), "index.html");
  const domain = (name = "example.com"): string => path.join(sample(30), `domains/${name}.html`);
  const alone = (): string => path.join(sample(30), "alone/example.com.html");
  const focused = (page: Page): Promise<string> => {
    return page.evaluate<string>(
      "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()",
    );
  };
  const shownRows = (page: Page) => page.locator("#list tbody tr:visible");

  describe("the overview", () => {
    test("leads from a domain in trouble to its page and back", async () => {
      const page = await open(index(30));
      expect(await page.locator("h1").textContent()).toBe("2 of 30 domains need attention");
      await page.getByRole("link", { name: "example.com", exact: true }).click();
      await page.waitForURL(/domains\/example\.com\.html$/);
      expect(await page.locator("h1").textContent()).toBe("example.com");
      expect(await page.locator("canvas").count()).toBe(3);
      await page.getByRole("link", { name: "All domains" }).click();
      await page.waitForURL(/index\.html$/);
    });

    test("is narrowed by a search and by health, and says how many are left", async () => {
      const page = await open(index(30));
      const status = page.locator("#status");
      expect(await status.textContent()).toBe("30 domains");
      await page.getByRole("radio", { name: /^good/ }).check();
      expect(await status.textContent()).toBe("26 of 30 domains");
      expect(await shownRows(page).count()).toBe(26);
      for (const health of await shownRows(page).locator(".badge").allTextContents()) {
        expect(health).toContain("good");
      }
      await page.getByLabel("Find a domain").fill("bücher");
      expect(await shownRows(page).count()).toBe(1);
      await page.getByLabel("Find a domain").fill("zzz");
      expect(await page.getByText("No domain matches.").isVisible()).toBe(true);
    });

    test("is as it was for whoever comes back from a domain", async () => {
      const page = await open(index(30));
      await page.getByRole("radio", { name: /^good/ }).check();
      await page.getByLabel("Find a domain").fill("bücher");
      await page.getByRole("link", { name: /^xn--/ }).click();
      await page.waitForURL(/domains/);
      await page.goBack();
      expect(await page.locator("#status").textContent()).toBe("1 of 30 domains");
      expect(await page.getByLabel("Find a domain").inputValue()).toBe("bücher");
      expect(await page.getByRole("radio", { name: /^good/ }).isChecked()).toBe(true);
    });

    test("of one domain has nothing to search", async () => {
      const page = await open(index(1));
      expect(await page.locator("h1").textContent()).toBe("example.com needs attention");
      expect(await page.locator(".controls").isVisible()).toBe(false);
      expect(await shownRows(page).count()).toBe(1);
    });

    test("can be used by keyboard alone", async () => {
      const page = await open(index(30));
      await page.keyboard.press("Tab");
      expect(await focused(page)).toBe("Skip to the domains");
      await page.keyboard.press("Tab");
      await page.keyboard.type("example");
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowRight");
      expect(await page.getByRole("radio", { name: /^emergency/ }).isChecked()).toBe(true);
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Tab");
      expect(await focused(page)).toBe("example.com");
      await page.keyboard.press("End");
      expect(await focused(page)).not.toBe("example.com");
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowDown");
      expect(await focused(page)).toBe("alpennord-1.de.example");
      const ring = "getComputedStyle(document.activeElement).outlineStyle";
      expect(await page.evaluate(ring)).toBe("solid");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      await page.waitForURL(/example\.com\.html$/);
    });

    test("of 2,000 domains is a second of work to open, and little for every keystroke", async () => {
      const page = await open(index(2000));
      const work = await workOf(page, ["a", "al", "alpen", "alpennord", "-1999."]);
      expect(await page.locator("#status").textContent()).toBe("1 of 2,000 domains");
      console.log(
        `2,000 domains: ${(fs.statSync(index(2000)).size / 1e6).toFixed(1)} MB, ready after ${work.load.toFixed(0)} ms of work, ` +
          `keystroke to next frame at most ${work.keystroke.toFixed(0)} ms`,
      );
      expect(work.load).toBeGreaterThan(0);
      expect(work.load).toBeLessThan(1000);
      expect(work.keystroke).toBeLessThan(150);
    });
  });

  describe("the charts", () => {
    test("draw, and tell the day that is pointed at", async () => {
      const page = await open(domain());
      const chart = page.getByRole("slider", { name: "Sessions, by day", exact: true });
      // Something other than the ground was drawn.
      const colours = await chart.locator("canvas").evaluate((canvas: unknown) => {
        const surface = canvas as {
          width: number;
          height: number;
          getContext(kind: "2d"): {
            getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
          };
        };
        const { data } = surface.getContext("2d").getImageData(0, 0, surface.width, surface.height);
        const seen = new Map<string, number>();
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3] !== 255) continue;
          const key = `${String(data[at])},${String(data[at + 1])},${String(data[at + 2])}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
        return [...seen.values()].filter((count) => count > 300).length;
      });
      expect(colours).toBeGreaterThanOrEqual(5);
      await chart.hover({ position: { x: 600, y: 100 } });
      await expect
        .poll(() => page.locator(".when").first().textContent())
        .toMatch(/day, \d+ .* 2026$/);
      await page.mouse.move(2, 2);
      await expect.poll(() => page.locator(".when").first().textContent()).toBe("All 90 days");
    });

    test("are read day by day with the keyboard, and say what the table says", async () => {
      const page = await open(domain());
      const chart = page.getByRole("slider", { name: "Sessions, by day", exact: true });
      await chart.focus();
      await page.keyboard.press("End");
      expect(await chart.getAttribute("aria-valuenow")).toBe("89");
      await page.keyboard.press("PageDown");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowRight");
      expect(await chart.getAttribute("aria-valuenow")).toBe("81");
      // The other charts go along.
      const others = await page.getByRole("slider").evaluateAll((all) => {
        return all.map((one) => (one as unknown as { ariaValueNow: string }).ariaValueNow);
      });
      expect(others).toEqual(["81", "81", "81"]);
      expect(await page.locator(".u-cursor-x:not(.u-off)").count()).toBe(3);
      const row = page
        .getByRole("row", { includeHidden: true })
        .filter({ hasText: days[81] ?? "" });
      const cells = await row.last().locator("td").allTextContents();
      const told = await chart.getAttribute("aria-valuetext");
      expect(cells.length).toBeGreaterThan(3);
      for (const cell of cells.filter((one) => one !== "–")) {
        expect(told).toContain(cell.replace(" / ", " of "));
      }
      await page.keyboard.press("Escape");
      expect(await chart.getAttribute("aria-valuetext")).toContain("All 90 days");
    });

    test("leave a series out when its name is pressed", async () => {
      const page = await open(domain());
      const name = page.getByRole("button", { name: /^Mail\.ru/ });
      const picture = () =>
        page.getByRole("slider", { name: "Sessions, by day", exact: true }).screenshot();
      const before = await picture();
      await name.press("Enter");
      expect(await name.getAttribute("aria-pressed")).toBe("false");
      expect((await picture()).equals(before)).toBe(false);
      await name.press("Enter");
      expect(await name.getAttribute("aria-pressed")).toBe("true");
    });

    test("follow the theme", async () => {
      const page = await open(domain(), { colorScheme: "light" });
      const picture = () => {
        return page
          .getByRole("slider")
          .last()
          .evaluate((host: unknown) => {
            const { firstChild } = host as {
              firstChild: { querySelector(name: string): { toDataURL(): string } };
            };
            return firstChild.querySelector("canvas").toDataURL();
          });
      };
      const before = await picture();
      await page.emulateMedia({ colorScheme: "dark" });
      await expect.poll(picture).not.toBe(before);
    });

    test.each(["light", "dark"] as const)(
      "have colours that everybody can tell apart in %s",
      async (colorScheme) => {
        const page = await open(domain(), { colorScheme });
        const { series, ground } = await page.evaluate<{
          series: string[];
          ground: string;
        }>(`(() => {
          const of = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
          return {
            series: [1, 2, 3, 4, 5, 6, 7, 8].map((at) => of("--series-" + at)),
            ground: of("--sheet"),
          };
        })()`);
        const found = distances(series, ground);
        expect(Math.min(...found.contrasts)).toBeGreaterThanOrEqual(3);
        // Neighbours in a stack touch; the rest is told apart by place, dashes and the legend.
        expect(found.neighbours.normal).toBeGreaterThan(25);
        expect(found.neighbours.protanopia).toBeGreaterThan(11);
        expect(found.neighbours.deuteranopia).toBeGreaterThan(11);
        expect(found.neighbours.tritanopia).toBeGreaterThan(11);
      },
    );
  });

  test("without scripts every number is there, and nothing that would not work", async () => {
    const page = await open(domain(), { javaScriptEnabled: false });
    expect(await page.locator("canvas").count()).toBe(0);
    expect(await page.getByText("What to do", { exact: true }).isVisible()).toBe(true);
    await page.getByText("Failures by kind, as a table").click();
    expect(await page.locator("table.days").first().isVisible()).toBe(true);
    const overview = await open(index(30), { javaScriptEnabled: false });
    expect(await overview.locator(".controls").isVisible()).toBe(false);
    expect(await overview.locator("#tally").textContent()).toMatch(/1\s+emergency/);
    expect(await shownRows(overview).count()).toBe(30);
  });

  test("a page alone needs no file beside it, and leads nowhere", async () => {
    const moved = path.join(makeTempFolder("handed-out", cleanup), "mail.html");
    fs.copyFileSync(alone(), moved);
    const page = await open(moved);
    expect(await page.locator("canvas").count()).toBe(3);
    const links = await page.locator("a").evaluateAll((all) => {
      return all.map((one) => (one as unknown as { hash: string; href: string }).href);
    });
    for (const link of links) expect(link).toMatch(/mail\.html#[a-z]+$/);
  });

  describe("for a screen reader", () => {
    test.each([
      ["the overview", () => index(30)],
      ["a domain", () => domain()],
    ])(
      "%s has landmarks, headings in order, and names for all that can be used",
      async (_, file) => {
        const page = await open(file());
        const levels = await page.locator("h1, h2, h3").evaluateAll((all) => {
          return all.map((one) => Number((one as unknown as { tagName: string }).tagName.slice(1)));
        });
        expect(levels[0]).toBe(1);
        expect(levels.filter((level) => level === 1)).toHaveLength(1);
        levels.forEach((level, at) => {
          expect(level - (levels[at - 1] ?? 1)).toBeLessThanOrEqual(1);
        });
        const session = await page.context().newCDPSession(page);
        const { nodes } = await session.send("Accessibility.getFullAXTree");
        const seen = nodes.filter((node) => !node.ignored);
        const roles = seen.map((node) => String(node.role?.value));
        for (const role of ["banner", "main", "table", "columnheader", "rowheader", "cell"]) {
          expect(roles).toContain(role);
        }
        const named = new Set([
          "button",
          "link",
          "searchbox",
          "radio",
          "heading",
          "slider",
          "image",
        ]);
        const used = seen.filter((node) => named.has(String(node.role?.value)));
        expect(used.length).toBeGreaterThan(15);
        const nameless = used.filter((node) => String(node.name?.value ?? "").trim() === "");
        expect(nameless.map((node) => String(node.role?.value))).toEqual([]);
      },
    );

    test("every domain of the list is in its tree, also below the fold", async () => {
      const page = await open(index(30));
      const session = await page.context().newCDPSession(page);
      const { nodes } = await session.send("Accessibility.getFullAXTree");
      const links = nodes.filter((node) => !node.ignored && node.role?.value === "link");
      const names = links.map((node) => String(node.name?.value));
      for (const { row } of samplePages(30)) expect(names).toContain(row.domain);
    });

    test("no id is there twice, and every reference leads somewhere", async () => {
      for (const file of [index(30), domain()]) {
        const page = await open(file);
        const wrong = await page.evaluate<string[]>(`(() => {
          const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
          const wanted = [...document.querySelectorAll("[aria-labelledby], label[for]")]
            .map((one) => one.getAttribute("aria-labelledby") ?? one.htmlFor);
          return [...ids.filter((id, at) => ids.indexOf(id) !== at), ...wanted.filter((id) => !ids.includes(id))];
        })()`);
        expect(wrong).toEqual([]);
      }
    });
  });

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    test.each([
      ["index.html"],
      ["domains/example.com.html"],
      ["domains/alpennord-1.de.example.html"],
      ["domains/hafennord-2.example.org.html"],
      ["domains/lindennord-3.shop.example.html"],
      ["domains/velonord-5.example.html"],
    ])("every text stands out from its ground 4.5 to 1: %s", async (file) => {
      const page = await open(path.join(sample(30), file), { colorScheme });
      await page.evaluate(
        "document.querySelectorAll('details').forEach((one) => (one.open = true))",
      );
      const faint = await page.evaluate<{ seen: number; faint: string[] }>(faintTexts);
      expect(faint.seen).toBeGreaterThan(40);
      expect(faint.faint).toEqual([]);
    });
  });

  describe("in little room", () => {
    test.each([
      ["a phone", 360, 740],
      ["a window at 200 %", 640, 430],
      ["a window at 400 %", 320, 256],
    ])("%s shows everything without scrolling sideways", async (_name, width, height) => {
      const odd = fs.readdirSync(path.join(hostile(), "alone")).map((name) => `alone/${name}`);
      for (const file of [
        index(30),
        domain(),
        domain("lindennord-3.shop.example"),
        ...["index.html", ...odd].map((name) => path.join(hostile(), name)),
      ]) {
        const page = await open(file, { viewport: { width, height } });
        const beyond = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(beyond, file).toBeLessThanOrEqual(0);
      }
    });

    test("charts follow the width of the window", async () => {
      const page = await open(domain());
      const width = async (): Promise<number> => {
        return (await page.locator(".uplot").first().boundingBox())?.width ?? 0;
      };
      expect(await width()).toBeGreaterThan(800);
      await page.setViewportSize({ width: 390, height: 800 });
      await expect.poll(width).toBeLessThan(360);
    });
  });

  test("paper gets ink, charts and every row, without the controls", async () => {
    const page = await open(domain(), { colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.locator(".banner").isVisible()).toBe(false);
    expect(await page.locator("canvas").first().isVisible()).toBe(true);
    const colours = await page.evaluate(
      "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
    );
    expect(colours).toEqual(["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
  });

  test("with forced colours the chosen health and the notice are still marked", async () => {
    const page = await open(index(30), { forcedColors: "active" });
    const outline =
      "getComputedStyle(document.querySelector('.filter:has(:checked)')).outlineWidth";
    expect(await page.evaluate(outline)).toBe("3px");
    const edge = "getComputedStyle(document.querySelector('.notice')).borderInlineStartWidth";
    expect(await page.evaluate(edge)).toBe("6px");
  });

  test("nothing moves by itself", async () => {
    for (const file of [index(30), domain()]) {
      const page = await open(file);
      const moving = await page.evaluate<number>("document.getAnimations().length");
      expect(moving).toBe(0);
    }
  });

  test("hostile texts are shown as text", async () => {
    const files = fs.readdirSync(path.join(hostile(), "domains"));
    const odd = files.find((name) => name.startsWith("="));
    if (odd === undefined) throw new Error("the hostile domain has a page");
    for (const file of ["index.html", `domains/${odd}`, `alone/${odd}`]) {
      const page = await open(path.join(hostile(), file));
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).not.toBe("owned");
      const text = (await page.locator("main").textContent()) ?? "";
      expect(text).toContain(`<img src=x onerror="document.title='owned'">`);
      expect(text).toContain(String.raw`\u{202e}`);
      expect(text).not.toContain("\u202e");
    }
    const page = await open(path.join(hostile(), "index.html"));
    await page.getByRole("link", { name: /img src/ }).click();
    await page.waitForURL(/domains/);
    expect(await page.locator("canvas").count()).toBe(3);
    expect(await page.locator(".legend bdi").first().textContent()).toContain("<img");
  });

  test("its policy refuses whatever else would run", async () => {
    const html = fs.readFileSync(domain(), "utf8");
    const injected = html.replace(
      "<main",
      `<p id="x"></p><script>document.title = "inline"</script><script src="../assets/other.js"></script><style>h1{display:none}</style><main onclick="1" style="color:red"`,
    );
    const file = path.join(sample(30), "domains", "injected.html");
    fs.writeFileSync(file, injected);
    fs.writeFileSync(path.join(sample(30), "assets", "other.js"), "document.title = 'file'");
    const opened = await browser.newContext();
    onTestFinished(() => opened.close());
    const page = await opened.newPage();
    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    expect(await page.title()).toBe("example.com · Mail TLS reports");
    expect(await page.locator("h1").isVisible()).toBe(true);
    expect(await page.locator("canvas").count()).toBe(3);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    await page.evaluate(`setTimeout("document.title = 'text'")`);
    await expect.poll(() => refused.join()).toContain("unsafe-eval");
    expect(await page.title()).toBe("example.com · Mail TLS reports");
  });
});
