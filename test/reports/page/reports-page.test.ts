/** The reports page as text: all that is told is in it, and nothing that is told becomes markup. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DomainPage } from "../../../src/reports/analysis/page-data.ts";
import { ReportsPage } from "../../../src/reports/page/reports-page.ts";
import { pageFileName } from "../../../src/reports/page/file-name.ts";
import { clipped, foreign, html } from "../../../src/reports/page/html.ts";
import { sparkline } from "../../../src/reports/page/sparkline.ts";
import { dayWords, momentWords, thousands } from "../../../src/pages/wording.ts";
import { percent } from "../../../src/reports/page/wording.ts";
import {
  hostilePage,
  overviewOf,
  rateOf,
  sampleDomainPage,
  samplePages,
} from "./reports-page-data.ts";

const assets = { overviewScript: "overview();", domainScript: "domain();", style: "p{}" };
const page = new ReportsPage(assets, "0.1.0", "bm9uY2U");
const textOf = (markup: string): string => markup.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");

test("domains that are not in the site stand apart, and count nowhere", () => {
  const pages = samplePages(4);
  const [stranger, ...own] = pages;
  if (stranger === undefined) throw new Error("no page");
  const row = {
    ...stranger.row,
    domain: "stranger.example",
    inSite: false,
    health: "emergency",
  } as const;
  const plain = overviewOf(own);
  const { content } = page.overview({ ...plain, undeclared: [row], undeclaredCount: 5000 });
  const [above = "", below = ""] = content.split('<h2 id="undeclared">');
  expect(above).not.toContain("stranger.example");
  expect(textOf(above)).toContain(textOf(page.overview(plain).content).slice(0, 400));
  expect(textOf(below)).toContain("Reports came about 5,000 domains that are not in your site");
  expect(textOf(below)).toContain("4,999 more are not");
  expect(textOf(below)).toContain("stranger.example not in your site");
  expect(textOf(page.alone({ ...stranger, row }).content)).toContain("not in this site");
  expect(page.overview(plain).content).not.toContain("not in your site");
});

describe("templates", () => {
  test("escape what they are given, and only that", () => {
    expect(
      html`<b title="${`"'<&>`}"
        >${"<i>"}${html`<u>1 &lt; 2</u>`}${null}${["a", html`<br />`, 1]}</b
      >`.markup.replaceAll("\n", ""),
    ).toBe(`<b title="&#34;&#39;&#60;&#38;&#62;">&#60;i&#62;<u>1 &lt; 2</u>a<br />1</b>`);
  });

  test("spell out what would be invisible or reorder its neighbours", () => {
    expect(html`${"a\u202eb\u0000\u001b[31m\nc"}`.markup).toBe(
      String.raw`a\u{202e}b\u{0}\u{1b}[31m\u{a}c`,
    );
    expect(foreign("شبكة").markup).toBe("<bdi>شبكة</bdi>");
  });

  test("let no text out of its element or attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`;
        const found = /^<p title="([^"]*)">([^<]*)<\/p>$/u.exec(markup);
        expect(found?.[1]).toBe(found?.[2]);
        expect(found?.[1]).not.toMatch(/[<>"'`]|[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  test("a long text is cut between characters", () => {
    expect(clipped("😀😀😀", 2)).toBe("😀😀…");
    expect(clipped("😀😀", 2)).toBe("😀😀");
  });
});

describe("words", () => {
  test.each([
    [0, "0 %"],
    [1, "100 %"],
    [0.000_000_000_1, "under 0.0001 %"],
    [0.000_031, "0.0031 %"],
    [0.0042, "0.42 %"],
    [0.01, "1 %"],
    [0.0999, "10 %"],
    [0.126, "13 %"],
    [0.901, "90.1 %"],
    [0.9995, "over 99.9 %"],
  ])("%f is %s", (share, words) => {
    expect(percent(share).replace("\u00a0", " ")).toBe(words);
  });

  test("numbers of any size", () => {
    expect([0, 999, 1000, 1_234_567].map(thousands)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect(thousands(1e21)).toBe("1e+21");
    expect(thousands(Number.MAX_SAFE_INTEGER)).toBe("9,007,199,254,740,991");
  });

  test("days and moments", () => {
    expect(dayWords("2026-09-03")).toBe("3 Sep 2026");
    expect(dayWords("whenever")).toBe("whenever");
    expect(momentWords(1_797_067_800)).toBe("12 Dec 2026, 09:30 UTC");
    expect(momentWords(1e15)).toBe("second 1000000000000000");
  });
});

describe("a domain’s file name", () => {
  test.each([
    ["example.com", "example.com.html"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example.html"],
    ["_x.example", "_x.example.html"],
  ])("%s: %s", (domain, name) => {
    expect(pageFileName(domain)).toBe(name);
  });

  test("never leaves the folder, and no two domains share one", () => {
    const odd = [
      "..",
      ".",
      "",
      "a/b",
      "a\\b",
      "a..b",
      "A.example",
      "a b",
      `${"a".repeat(240)}.example`,
    ];
    const names = odd.map(pageFileName);
    expect(new Set(names).size).toBe(odd.length);
    for (const name of names) expect(name).toMatch(/^=[0-9a-f]{40}\.html$/);
  });
});

describe("a sparkline", () => {
  test("leaves out days without reports and has a bar for each day with failures", () => {
    const { markup } = sparkline([0, 3, null, null, 0, 6]);
    expect(markup).toContain('class="base" d="M0 23.25H2M4 23.25H6"');
    expect(markup.match(/M\d\.5 22\.5v-/g)).toHaveLength(2);
    expect(markup).toContain("Failures per day: at most 6; 4 of 6 days with reports");
  });

  test("says that there is nothing to show, which is not a line at zero", () => {
    expect(sparkline([null, null]).markup).toContain("No reports in 2 days");
    expect(sparkline([null, null]).markup).not.toContain('class="base"');
    expect(sparkline([0, 0]).markup).toContain("No failures on 2 days with reports");
  });
});

describe("a domain’s page", () => {
  const failing = sampleDomainPage("example.com", 0, 1);

  test("begins with what is wrong, since when, and what to do", () => {
    const text = textOf(page.domain(failing).content);
    const order = [
      "emergency",
      "certificate-expired: new since 18 Nov 2026",
      "What to do",
      "Renew the certificate, and automate",
      "Day by day",
      "What fails, why, and what to do",
    ].map((words) => text.indexOf(words));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
  });

  test("has every number of its charts in a table", () => {
    const { content } = page.domain(failing);
    const rows = [
      ...content.matchAll(/<th scope="row">(\d{4}-\d\d-\d\d)<\/th>\s*((?:<td>[^<]*<\/td>)*)/g),
    ];
    expect(rows).toHaveLength(2 * failing.days.length);
    const cells = rows
      .slice(failing.days.length)
      .map(([, , tds = ""]) => tds.match(/[^<>]+(?=<\/td>)/g));
    for (const [position, one] of [...failing.byReporter]
      .sort((a, b) => sessions(b) - sessions(a))
      .entries()) {
      failing.days.forEach((_, at) => {
        const [good, bad] = [one.successes[at] ?? null, one.failures[at] ?? null];
        const told =
          good === null || bad === null ? "–" : `${thousands(bad)} / ${thousands(good + bad)}`;
        expect(cells[at]?.[position]).toBe(told);
      });
    }
  });

  test("tells cause, fix, hosts, addresses, reasons and how many are left out", () => {
    const text = textOf(page.domain(failing).content);
    for (const row of failing.failures) {
      for (const words of [
        row.cause.slice(1),
        row.fix.slice(1).replaceAll("`", ""),
        row.mxHost ?? "",
        ...row.receivingIps,
        ...row.reasons,
      ]) {
        expect(text).toContain(words);
      }
      expect(text).toContain(thousands(row.count));
    }
    expect(text).toContain("and 210 more");
    expect(text).toContain("still used 22 days after it was replaced");
  });

  test("without reports it is unknown, and nothing in it says good or zero", () => {
    const text = textOf(page.domain(sampleDomainPage("quiet.example", 4, 1)).content);
    expect(text).toContain("No reports");
    expect(text).toContain("no sessions");
    expect(text.slice(0, text.indexOf("What the words mean"))).not.toMatch(/0\s%|\bgood\b/);
  });

  test("with old reports only it is as unknown, and says since when", () => {
    const failing = sampleDomainPage("quiet.example", 0, 1);
    const row = { ...failing.row, health: "unknown", lastDay: "2026-10-02" } as const;
    const text = textOf(page.domain({ ...failing, row }).content);
    expect(text).toContain("No sender has reported about this domain since 2 Oct 2026.");
    expect(text).not.toContain("What to do ");
  });

  test("failures without details are not taken for none", () => {
    const bare = { ...sampleDomainPage("bare.example", 0, 1), byResultType: [], failures: [] };
    const text = textOf(page.domain(bare).content);
    expect(text).toContain("sessions failed, but no report says why.");
    expect(text).not.toContain("No failure was reported");
    expect(textOf(page.domain(sampleDomainPage("calm.example", 6, 1)).content)).toContain(
      "No failures were reported in 90 days.",
    );
  });

  test("what is good needs nobody, whatever noise there is", () => {
    const text = textOf(page.domain(sampleDomainPage("fine.example", 5, 3)).content);
    expect(text).toContain("Nothing to do");
    expect(text).not.toContain("What to do");
  });

  test("alone, it names no other domain and leads nowhere", () => {
    const [first, ...others] = samplePages(30);
    if (first === undefined) throw new Error("there are pages");
    const { path, content } = page.alone(first);
    expect(path).toBe("alone/example.com.html");
    for (const { row } of others) expect(content).not.toContain(row.domain);
    expect(content).not.toMatch(/href="(?!data:|#)/);
    expect(content).not.toMatch(/src=/);
  });

  test("stays readable however many names a forger invents", () => {
    const many = Array.from({ length: 5000 }, (_, at) => `forged-${String(at)}.example`);
    const [series] = failing.byReporter;
    const [reporter] = failing.reporters;
    const [failure] = failing.failures;
    if (series === undefined || reporter === undefined || failure === undefined) throw new Error();
    const flooded: DomainPage = {
      ...failing,
      byReporter: many.map((name) => ({ ...series, name })),
      reporters: many.map((organization) => ({ ...reporter, organization })),
      failures: many.map((mxHost) => ({ ...failure, mxHost })),
    };
    const { content } = page.domain(flooded);
    expect(content.length).toBeLessThan(250_000);
    const text = textOf(content);
    expect(text).toContain("4,993 others");
    expect(text).toContain("And 4,800 more");
    expect(text).toContain("4,900 more rows");
  });
});

const sessions = (one: DomainPage["byReporter"][number]): number => {
  return [...one.successes, ...one.failures].reduce<number>(
    (total, value) => total + (value ?? 0),
    0,
  );
};

describe("the overview", () => {
  test("says how many need somebody, and lists all in the order given", () => {
    const pages = samplePages(30);
    const { path, content } = page.overview(overviewOf(pages, 1));
    expect(path).toBe("index.html");
    expect(textOf(content)).toContain("2 of 30 domains need attention");
    expect(textOf(content)).toContain(
      "1 report could not be read. It is not counted on this page.",
    );
    const links = [...content.matchAll(/href="domains\/([^"]+)\.html"/g)].map(([, name]) => name);
    expect(links).toEqual(pages.map(({ row }) => row.domain));
  });

  test.each([
    [[0], "example.com needs attention"],
    [[5], "example.com has no problems"],
    [[3], "example.com needs no attention now"],
    [[4], "No recent reports for 1 domain"],
    [[5, 6], "No problems in 2 domains"],
    [[5, 4], "None of 2 domains needs attention now"],
    [[4, 4], "No recent reports for 2 domains"],
    [[1, 5], "1 of 2 domains needs attention"],
    [[], "No reports yet"],
  ] as const)("of stories %j it says: %s", (stories, words) => {
    const pages = stories.map((story, at) => {
      return sampleDomainPage(at === 0 ? "example.com" : "example.org", story, at);
    });
    expect(textOf(page.overview(overviewOf(pages)).content)).toContain(
      `<h1>${words}</h1>`.replace(/<[^>]*>/g, ""),
    );
  });

  test("shows an international name as people know it, too", () => {
    const { content } = page.overview(
      overviewOf([sampleDomainPage("xn--bcher-kva.example", 5, 1)]),
    );
    expect(content).toContain("<bdi>bücher.example</bdi>");
  });
});

describe("the frame", () => {
  const policyOf = (content: string): string => {
    return /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(content)?.[1] ?? "";
  };
  const hash = (text: string): string => {
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  };
  const [first] = samplePages(1);
  if (first === undefined) throw new Error("there is a page");

  test("admits its own script and style, as they stand in it, and nothing else", () => {
    for (const [{ content }, script] of [
      [page.overview(overviewOf([first])), assets.overviewScript],
      [page.alone(first), assets.domainScript],
    ] as const) {
      expect(content).toContain(`<script>${script}</script>`);
      expect(policyOf(content)).toBe(
        `default-src 'none'; script-src ${hash(script)}; style-src ${hash(assets.style)}; img-src data:; base-uri 'none'; form-action 'none'`,
      );
    }
  });

  test("knows the files beside it by a nonce", () => {
    const { content } = page.domain(first);
    expect(policyOf(content)).toContain("script-src 'nonce-bm9uY2U'; style-src 'nonce-bm9uY2U';");
    expect(content).toContain('<script nonce="bm9uY2U" src="../assets/domain.js"></script>');
    expect(page.assets().map(({ path }) => path)).toEqual([
      "assets/domain.js",
      "assets/reports.css",
    ]);
  });

  test("has no handler and no style in an attribute", () => {
    for (const { content } of [page.overview(overviewOf([first])), page.domain(first)]) {
      expect(content).not.toMatch(/<[^>]*\s(?:on[a-z]+|style)=/);
    }
  });
});

test("whatever a report holds is text", () => {
  const evil = `"><img src=x onerror=alert(1)></script><!--\u202e\u001b[2J`;
  for (const { content } of [
    page.domain(hostilePage(evil)),
    page.alone(hostilePage(evil)),
    page.overview(overviewOf([hostilePage(evil)])),
  ]) {
    expect(content).not.toContain("<img");
    expect(content).not.toContain("<!--");
    // eslint-disable-next-line no-control-regex -- what a terminal or a reader would obey
    expect(content).not.toMatch(/[\u202a-\u202e\u0000-\u0009\u000b-\u001f]/);
    expect(content.match(/<script/g)).toHaveLength(1);
    expect(content).toContain("&#34;&#62;&#60;img src=x onerror=alert(1)&#62;");
  }
});

test("rates of the sample are as the page expects them", () => {
  const { low, rate, high } = rateOf(128, 30_412);
  expect(low).toBeLessThan(rate ?? 0);
  expect(high).toBeGreaterThan(rate ?? 1);
});
