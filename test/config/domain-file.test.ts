import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { explain, severityOf } from "../../src/diagnostics/catalogue.ts";
import { parseDomainFile } from "../../src/config/domain-file.ts";
import { parseSiteFile } from "../../src/config/site-file.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Pieces of real files in any order: nearer to valid than random text. */
const pieces = fc.constantFrom(
  "domain: example.com\n",
  "domains:\n",
  "  - a.example\n",
  "domains: [a.example, b.example]\n",
  "mta-sts:\n",
  "  mode: testing\n",
  "  mode: enforce\n",
  "  mx: mx.example.com\n",
  "  mx:\n",
  "    - '*.example.com'\n",
  "    - *.example.com\n",
  "  max_age: 1w\n",
  "  profile: proton\n",
  "  retire: true\n",
  "mta-sts: false\n",
  "tls-rpt: {rua: mailto:t@example.net}\n",
  "tls-rpt:\n",
  "dns: {ttl: 1h, zone: example.com}\n",
  "target: nginx\n",
  "delegation: {zone: z.example}\n",
  "targets: {caddy: {address: 192.0.2.1}}\n",
  "gone: {x.example: sold}\n",
  "profiles: {p: {mx: mx.example.net}}\n",
  "defaults:\n",
  "---\n",
  "&a ",
  "!!x ",
  "\t",
  "[",
  "}",
  '"',
  "constructor: 1\n",
  "toString: {}\n",
);

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: "binary" }).map(encode),
  fc.array(pieces, { maxLength: 12 }).map((list) => encode(list.join(""))),
);

const runs = Number(process.env["STSPRESS_RUNS"] ?? 2000);

describe("any bytes whatever", () => {
  test("as a domain file: a declaration, or an error with a place; and every message can be said", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const { declarations, diagnostics } = parseDomainFile("f.yaml", bytes);
        const errors = diagnostics.filter((found) => severityOf(found.code) === "error");
        expect(errors.length === 0).toBe(declarations !== null);
        for (const found of diagnostics) {
          expect(found.place?.file).toBe("f.yaml");
          expect(explain(found).message).not.toBe("");
        }
        if (declarations !== null) expect(declarations.domains.length).toBeGreaterThan(0);
      }),
      { numRuns: runs },
    );
  });
  test("as stspress.yaml", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const { declarations, diagnostics } = parseSiteFile("stspress.yaml", bytes);
        const errors = diagnostics.filter((found) => severityOf(found.code) === "error");
        expect(errors.length === 0).toBe(declarations !== null);
      }),
      { numRuns: runs },
    );
  });
});

test("what a file declares is plain JSON, and says nothing that was not written", () => {
  const { declarations } = parseDomainFile(
    "d/a.yaml",
    encode("domain: a.example\nmta-sts: {mode: none}\n"),
  );
  expect(declarations).toStrictEqual({
    file: "d/a.yaml",
    group: false,
    domains: ["a.example"],
    settings: { mtaSts: { mode: "none" } },
  });
  expect(JSON.parse(JSON.stringify(declarations))).toStrictEqual(declarations);
});

test("20,000 names in one file", () => {
  const names = Array.from(
    { length: 20_000 },
    (_, index) => `  - customer-${String(index)}.example\n`,
  );
  const { declarations } = parseDomainFile(
    "f.yaml",
    encode(`domains:\n${names.join("")}mta-sts: {mode: testing}\n`),
  );
  expect(declarations?.domains).toHaveLength(20_000);
});

test("a line as long as the file does not make the report longer than the file", () => {
  const names = Array.from({ length: 50_000 }, () => "7").join(", ");
  const { diagnostics } = parseDomainFile("f.yaml", encode(`domains: [${names}]\n`));
  expect(JSON.stringify(diagnostics).length).toBeLessThan(20_000_000);
  expect(diagnostics.at(-1)?.code).toBe("config/more");
});
