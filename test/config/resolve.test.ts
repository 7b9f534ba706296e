import { describe, expect, test } from "vitest";
import type { DeclaredFile } from "../../src/config/declared.ts";
import { locateInFile } from "../../src/config/locate.ts";
import { resolveSite } from "../../src/config/resolve.ts";
import { parseSiteFile, type SiteSettings } from "../../src/config/site-file.ts";
import { processorMs } from "../support/processor-time.ts";

function settingsOf(text: string): SiteSettings {
  const { declarations } = parseSiteFile("stspress.yaml", new TextEncoder().encode(text));
  if (declarations === null) throw new Error("the settings are wrong");
  return declarations;
}

const settings = settingsOf(
  "targets: {caddy: {address: h.example}}\ndefaults: {tls-rpt: {rua: mailto:t@example.net}}\n",
);

function declare(file: string, domain: string, mx: readonly string[]): DeclaredFile {
  return {
    file,
    group: false,
    domains: [domain],
    settings: { mtaSts: { mode: "testing", mx: [...mx], maxAgeSeconds: 604_800 } },
  };
}

describe("sharing", () => {
  test("equal policies and report addresses are one object", () => {
    const files = [
      declare("a.yaml", "a.example", ["mx.example.net"]),
      declare("b.yaml", "b.example", ["mx.example.net"]),
      declare("c.yaml", "c.example", ["other.example.net"]),
    ];
    const { site } = resolveSite(settings, files, () => null);
    const [a, b, c] = site?.domains ?? [];
    expect(a?.mtaSts).toBe(b?.mtaSts);
    expect(a?.mtaSts?.policy).not.toEqual(c?.mtaSts?.policy);
    expect(a?.rua).toBe(c?.rua);
  });

  test("a reason does not part equal policies", () => {
    const one = declare("a.yaml", "a.example", ["mx.example.net"]);
    const two = declare("b.yaml", "b.example", ["mx.example.net"]);
    const reasoned = {
      ...two,
      settings: { mtaSts: { ...(two.settings.mtaSts || {}), skipTesting: "x" } },
    };
    const { site } = resolveSite(settings, [one, reasoned], () => null);
    expect(site?.domains[0]?.mtaSts?.policy).toBe(site?.domains[1]?.mtaSts?.policy);
    expect(site?.domains.map((domain) => domain.mtaSts?.skipTesting)).toEqual([null, "x"]);
  });
});

describe("at the size of a provider", () => {
  const files = Array.from({ length: 100_000 }, (_, index) =>
    declare(`domains/${String(index)}.yaml`, `customer-${String(index)}.example`, [
      "mx1.example.net",
      `mx-${String(index % 20)}.example.net`,
    ]),
  );

  test("100,000 files are resolved, at a few seconds of work at most", async () => {
    const run = () => resolveSite(settings, files, () => null);
    let resolved: ReturnType<typeof run> | undefined;
    const spent = await processorMs(() => (resolved = run()));
    const { site, diagnostics } = resolved ?? run();
    expect(diagnostics).toEqual([]);
    expect(site?.domains).toHaveLength(100_000);
    expect(new Set(site?.domains.map((domain) => domain.mtaSts)).size).toBe(20);
    expect(spent).toBeLessThan(5000);
  });

  test("100,000 mistakes are a thousand places and a count", () => {
    const wrong = files.map((file) => ({ ...file, settings: { mtaSts: {} } }));
    const text = "domain: x.example\nmta-sts: {}\n";
    const { site, diagnostics } = resolveSite(settings, wrong, () => text);
    expect(site).toBeNull();
    expect(diagnostics.filter((found) => found.code === "config/mode-missing")).toHaveLength(1000);
    expect(diagnostics.find((found) => found.code === "config/more")?.args).toEqual({
      code: "config/mode-missing",
      count: 99_000,
    });
  });
});

test("a file that vanished still gives a place", () => {
  const files = [declare("a.yaml", "a.example", ["m.a"]), declare("b.yaml", "a.example", ["m.a"])];
  const { diagnostics } = resolveSite(settings, files, () => null);
  expect(diagnostics[0]).toMatchObject({
    code: "config/duplicate-domain",
    place: { file: "b.yaml", line: 1, column: 1 },
    related: [{ file: "a.yaml" }],
  });
});

test("a declaration is located", () => {
  const text = "domains:\n  - a.example\n  - b.example\n";
  const place = locateInFile(() => text, "f.yaml", ["domains", 1]);
  expect(place).toEqual({ file: "f.yaml", line: 3, column: 5, length: 9, text: "  - b.example" });
  expect(locateInFile(() => null, "f.yaml", ["domain"])).toBeNull();
});
