/** The records page as a text: what is embedded, that it stays inert, and that it is whole. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bundleRecordsPage } from "../../../scripts/lib/records-page.mjs";
import { packPage, unpackDomain, type PackedPage } from "../../../src/site/records-page/codec.ts";
import {
  recordsPage,
  recordsPageDifference,
  recordsPageFile,
} from "../../../src/site/records-page/records-page.ts";
import { compileTemplates } from "../../../src/site/templates.ts";
import type { PageDomain } from "../../../src/site/page-data.ts";
import { sampleDomain, sampleSite } from "./records-page-data.ts";

const template = fs.readFileSync(
  new URL("../../../templates/index.html.hbs", import.meta.url),
  "utf8",
);
const assets = { script: `"use strict";alert("<")`, style: "p>a{color:red}" };

function render(source: string, data: unknown): string {
  const file = "templates/index.html.hbs";
  return compileTemplates(new Map([["index.html", { file, text: source }]])).render(
    "index.html",
    data,
  );
}

const open = '<script type="application/json" id="data">';

function embedded(html: string): PackedPage {
  const start = html.indexOf(open) + open.length;
  return JSON.parse(html.slice(start, html.indexOf("</script>", start))) as PackedPage;
}

/** Texts that look like blanks, names and markup. */
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "b", ".", "\u0001", "\u0002", "\u0003", "1", "2", "3") }),
  fc.constantFrom("", "</script>", "<!--", "\u2028", "$&", "__proto__", "\ud800"),
);

const anyDomain: fc.Arbitrary<PageDomain> = fc
  .record({
    domain: hostile,
    unicode: fc.option(hostile, { nil: undefined }),
    id: fc.option(hostile),
    policy: fc.option(fc.nat(5)),
    target: hostile,
    live: fc.option(fc.nat()),
    hold: fc.option(fc.oneof(fc.nat(), fc.constant("open" as const))),
    held: fc.array(fc.nat(5)),
    zone: hostile,
    delegation: fc.option(hostile),
    records: fc.array(
      fc.record({
        name: hostile,
        type: fc.constantFrom("A", "AAAA", "CNAME", "TXT"),
        ttl: fc.nat(),
        value: hostile,
        purpose: fc.constantFrom("policy-host", "mta-sts", "tls-rpt"),
        zone: hostile,
        once: fc.boolean(),
      }),
    ),
    zoneText: hostile,
  })
  .map(({ unicode, ...rest }) => (unicode === undefined ? rest : { ...rest, unicode }));

describe("the data", () => {
  test("what is embedded is what was given, whatever it is", () => {
    fc.assert(
      fc.property(fc.array(anyDomain, { maxLength: 6 }), hostile, (domains, version) => {
        const seen = recordsPage({ version, policies: [], domains }, assets);
        const page = embedded(render(template, seen));
        expect(page.version).toBe(version);
        expect(page.domains.map((packed) => unpackDomain(page, packed))).toEqual(domains);
      }),
      { numRuns: 300 },
    );
  });

  test("no text leaves its script element", () => {
    fc.assert(
      fc.property(anyDomain, (domain) => {
        const { data } = recordsPage({ version: "1", policies: [], domains: [domain] }, assets);
        expect(data).not.toMatch(/[<\u2028\u2029]/);
      }),
    );
  });

  test("domains that differ by name and id only share everything else", () => {
    const domains = ["a.example", "b.example", "c.example"].map((domain, n) => {
      return sampleDomain({ domain, id: `2026110${String(n)}T000000Z` });
    });
    const packed = packPage({ version: "1", policies: [], domains });
    expect(packed.records).toHaveLength(1);
    expect(packed.patterns).toHaveLength(3);
  });

  test("a domain of a provider takes less than 130 bytes", () => {
    const { data } = recordsPage(sampleSite(10_000), assets);
    expect(data.length / 10_000).toBeLessThan(130);
  });

  test("the same data gives the same bytes", () => {
    const one = render(template, recordsPage(sampleSite(40), assets));
    expect(render(template, recordsPage(sampleSite(40), assets))).toBe(one);
  });
});

describe("the page", () => {
  const file = recordsPageFile(sampleSite(3), assets);
  const seen = recordsPage(sampleSite(3), assets);

  test("is a record file of dist/, from a template that a site may override", () => {
    expect(file).toMatchObject({ path: "index.html", phase: "record", template: "index.html" });
    expect(file.verify(render(template, file.data))).toBeNull();
  });

  test("admits its own script and style by hash, and nothing else", () => {
    const html = render(template, seen);
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "";
    const hash = (text: string) => createHash("sha256").update(text).digest("base64");
    expect(policy).toBe(
      `default-src 'none'; script-src 'sha256-${hash(assets.script)}'; style-src 'sha256-${hash(assets.style)}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(html).toContain(`<script>${assets.script}</script>`);
    expect(html).toContain(`<style>${assets.style}</style>`);
  });

  test("refers to nothing outside itself", async () => {
    const html = render(template, recordsPage(sampleSite(3), await bundleRecordsPage()));
    const [markup = ""] = html.split(open);
    expect(markup.match(/(?:src|href|action)="(?!#|data:image)[^"]*"/g)).toBeNull();
    expect(markup).not.toMatch(/@import|url\(/);
  });

  test("keeps the client small", async () => {
    const { script, style } = await bundleRecordsPage();
    expect(script.length).toBeLessThan(20_000);
    expect(style.length).toBeLessThan(16_000);
    expect(`${script}${style}`).not.toMatch(/<\/(?:script|style)|<!--/i);
  });
});

describe("a template of the site's own", () => {
  const seen = recordsPage(sampleSite(3), assets);
  const difference = (change: (source: string) => string): string | null => {
    return recordsPageDifference(render(change(template), seen), seen);
  };

  test("may reword the page", () => {
    expect(difference((text) => text.replaceAll("Mail policy records", "DNS-Einträge"))).toBeNull();
  });

  test("may do without the script", () => {
    const own = "<!doctype html><title>{{count}} domains</title>";
    expect(recordsPageDifference(render(own, seen), seen)).toBeNull();
  });

  test("may not lose the data", () => {
    expect(difference((text) => text.replace("{{{data}}}", "{}"))).toMatch(/differs/);
    expect(difference((text) => text.replace('id="data"', 'id="other"'))).toMatch(/lacks/);
  });

  test("may not escape the data", () => {
    expect(difference((text) => text.replace("{{{data}}}", "{{data}}"))).toMatch(/differs/);
  });

  test("may not add to what the policy admits by hash", () => {
    expect(difference((text) => text.replace("{{{script}}}", "{{{script}}}//"))).toMatch(
      /refuse its own <script>/,
    );
    expect(difference((text) => text.replace("{{{style}}}", "{{{style}}} p{}"))).toMatch(
      /refuse its own <style>/,
    );
  });
});
