import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatPolicy,
  parsePolicy,
  parsePolicyBytes,
  type Policy,
} from "../../src/mta-sts/policy.ts";
import { expectSound, hostileText, problemsOf, runs, wording } from "../support/parsed.ts";
import { growth } from "../support/processor-time.ts";

const head = "version: STSv1\n";
const tail = "mx: mail.example.com\nmax_age: 86400\n";
const enforce: Policy = {
  mode: "enforce",
  mx: ["mail.example.com"],
  maxAgeSeconds: 86_400,
  extensions: [],
};

function accept(text: string, value: Partial<Policy>, problems: readonly string[] = []): void {
  const parsed = parsePolicy(text);
  expect(problemsOf(parsed)).toEqual(problems);
  expect(parsed).toMatchObject({ ok: true, value });
}

function reject(text: string, ...problems: readonly string[]): void {
  const parsed = parsePolicy(text);
  expect(problemsOf(parsed)).toEqual(problems);
  expect(parsed.ok).toBe(false);
}

describe("RFC 8461 §3.2: lines", () => {
  it("end in LF or CRLF, the last terminator being optional (erratum 6253)", () => {
    accept(`${head}mode: enforce\n${tail}`, enforce);
    accept(`${head}mode: enforce\n${tail}`.replaceAll("\n", "\r\n"), enforce);
    accept(`version: STSv1\r\nmode: enforce\n${tail.trimEnd()}`, enforce);
  });

  it.each([
    [`version: STSv1\rmode: none\rmax_age: 1\r`, ["policy/bare-cr@14+1"]],
    [`${head}mode: none\nmax_age: 1\r`, ["policy/bare-cr@36+1"]],
    [`${head}mode: none\n max_age: 1`, ["policy/leading-space@26+1"]],
    [`${head}mode: none\n\tmax_age: 1`, ["policy/leading-space@26+1"]],
    [`${head}mode : none\nmax_age: 1`, ["policy/space-before-colon@19+1"]],
    [`${head}mode: none\nmax_age: 1\n# comment`, ["policy/no-colon@37+9"]],
    [`\ufeff${head}mode: none\nmax_age: 1`, ["text/bom@0+1"]],
  ] as const)("refuses %j", (text, problems) => {
    reject(text, ...problems);
  });

  it("takes a blank line with a warning, for senders do not agree", () => {
    const none = { mode: "none", maxAgeSeconds: 1 } as const;
    accept(`${head}\nmode: none\nmax_age: 1\n`, none, ["policy/blank-line@15+0"]);
    accept(`${head}mode: none\nmax_age: 1\n \t\n`, none, ["policy/blank-line@37+2"]);
  });

  it.each([
    ["", "policy/empty@0+0"],
    ["\r\n \n", "policy/empty@0+0"],
    ["<!doctype html>", "policy/not-a-policy@0+1"],
    ['{"version":"STSv1"}', "policy/not-a-policy@0+1"],
    ['"version: STSv1"', "policy/not-a-policy@0+1"],
    ["v=STSv1; id=1", "policy/not-a-policy@0+1"],
  ])("says in one problem that %j is no policy", (text, problem) => {
    reject(text, problem);
  });
});

describe("RFC 8461 §3.2: fields", () => {
  it("reports every problem of a text, by offset", () => {
    reject(
      "version: STSv2\nmode: report\nmax_age: 1w\nmx: *.*.x.example\nmx:\n: x\n",
      "policy/version@9+5",
      "policy/mode@21+6",
      "policy/max-age-not-digits@37+2",
      "mx/wildcard-several@46+1",
      "policy/empty-value@58+2",
      "policy/field-name@62+0",
    );
  });

  it.each([
    [`mode: enforce\n${tail}`, "policy/missing-field@49+0"],
    [`${head}${tail}`, "policy/missing-field@50+0"],
    [`${head}mode: enforce\nmx: mail.example.com\n`, "policy/missing-field@49+0"],
    [`${head}mode: enforce\nmax_age: 86400\n`, "policy/missing-mx@43+0"],
    [`${head}mode: testing\nmax_age: 86400\n`, "policy/missing-mx@43+0"],
    [`${head}mode: Enforce\n${tail}`, "policy/mode@21+7"],
    [`${head}mode: constructor\n${tail}`, "policy/mode@21+11"],
    [`version: stsv1\nmode: enforce\n${tail}`, "policy/version@9+5"],
  ])("refuses %j", (text, ...problems) => {
    reject(text, ...problems);
  });

  it("needs no mx for mode none, and allows one", () => {
    accept(`${head}mode: none\nmax_age: 0`, { mode: "none", mx: [], maxAgeSeconds: 0 });
    accept(`${head}mode: none\n${tail}`, { mode: "none", mx: ["mail.example.com"] });
  });

  it("takes the first of repeated fields, with a warning", () => {
    accept(`${head}mode: testing\nmode: enforce\n${tail}max_age: x\n`, { mode: "testing" }, [
      "policy/duplicate-field@29+4",
      "policy/duplicate-field@79+7",
    ]);
    reject(
      `${head}mode: bogus\nmode: enforce\n${tail}`,
      "policy/mode@21+5",
      "policy/duplicate-field@27+4",
    );
  });

  it("warns of unknown names that were meant to be known ones", () => {
    accept(`${head}mode: enforce\n${tail}nmx: b.example\nMax-Age: 1\n`, {}, [
      "policy/similar-field@65+3",
      "policy/similar-field@80+7",
    ]);
  });

  it.each(["a".repeat(32), "x-report_1.b", "1"])("takes the extension name %j", (name) => {
    const text = `${head}mode: none\nmax_age: 1\n${name}: x é\u2028 y  `;
    accept(text, { extensions: [{ name, value: "x é\u2028 y" }] }, [
      `policy/extension@37+${String(name.length)}`,
    ]);
  });

  it.each([
    ["a".repeat(33), "too-long"],
    ["_a", "first"],
    ["-a", "first"],
    ["a b", "character"],
    ["café", "character"],
  ])("refuses the extension name %j", (name, reason) => {
    const text = `${head}mode: none\nmax_age: 1\n${name}: x`;
    reject(text, `policy/field-name@37+${String(name.length)}`);
    expect(parsePolicy(text)).toMatchObject({ problems: [{ args: { name, reason } }] });
  });

  it.each(["a\tb", "a\u0000b", "a\u007fb", "a\ud800b"])(
    "refuses the extension value %j",
    (value) => {
      reject(
        `${head}mode: none\nmax_age: 1\nx: ${value}`,
        "policy/extension@37+1",
        "policy/extension-value@41+1",
      );
    },
  );
});

describe("RFC 8461 §3.2: max_age", () => {
  it.each([
    ["0", 0],
    ["0000000001", 1],
    ["31557600", 31_557_600],
  ])("takes %s", (text, maxAgeSeconds) => {
    accept(`${head}mode: none\nmax_age: ${text}`, { maxAgeSeconds });
  });

  it("takes more than the maximum as the maximum, with a warning", () => {
    accept(`${head}mode: none\nmax_age: 31557601`, { maxAgeSeconds: 31_557_600 }, [
      "policy/max-age-too-large@35+8",
    ]);
  });

  it.each([
    ["enforce", "0", ["policy/max-age-short@59+1"]],
    ["testing", "600", ["policy/max-age-short@59+3"]],
    ["enforce", "86399", ["policy/max-age-short@59+5"]],
    ["enforce", "86400", []],
    ["testing", "86400", []],
    ["none", "0", []],
  ])("in mode %s, max_age %s is kept too short or not", (mode, value, problems) => {
    const text = `${head}mode: ${mode}\nmx: mail.example.com\nmax_age: ${value}`;
    accept(text, { maxAgeSeconds: Number(value) }, problems);
  });

  it("a repeated max_age is judged by the first, which counts", () => {
    accept(`${head}mode: enforce\nmax_age: 600\n${tail}`, { maxAgeSeconds: 600 }, [
      "policy/max-age-short@38+3",
      "policy/duplicate-field@63+7",
    ]);
  });

  it.each([
    ["7 days", "policy/max-age-not-digits@35+6", "604800`"],
    ["2w", "policy/max-age-not-digits@35+2", "1209600`"],
    ["86,400", "policy/max-age-not-digits@35+6", "86400`"],
    ["+5", "policy/max-age-not-digits@35+2", "max_age: 5`"],
    ["-5", "policy/max-age-not-digits@35+2", "604800`"],
    ["1.5", "policy/max-age-not-digits@35+3", "604800`"],
    ["0x10", "policy/max-age-not-digits@35+4", "604800`"],
    ["٣", "policy/max-age-not-digits@35+1", "604800`"],
    ["01234567890", "policy/max-age-too-many-digits@35+11", "31557600"],
  ])("refuses %s and says what to write (erratum 7282)", (value, problem, fix) => {
    const text = `${head}mode: none\nmax_age: ${value}`;
    reject(text, problem);
    expect(wording(parsePolicy(text)).fix).toContain(fix);
  });
});

describe("RFC 8461 §3.2 and §4.1: mx in somebody's policy", () => {
  function mx(value: string): string {
    return `${head}mode: enforce\nmax_age: 86400\nmx: ${value}`;
  }

  it.each([
    ["mail.example.com.", "mail.example.com", "policy/mx-trailing-dot@64+1"],
    ["localhost", "localhost", "policy/mx-single-label@48+9"],
    ["*.com", "*.com", "policy/mx-wildcard-tld@48+5"],
    ["127.0.0.1", "127.0.0.1", "policy/mx-unmatchable@48+9"],
    ["mail.example.123", "mail.example.123", "policy/mx-unmatchable@61+3"],
    [`${"a".repeat(64)}.example`, `${"a".repeat(64)}.example`, "policy/mx-unmatchable@48+64"],
    ["xn--zzzzzzzz.example", "xn--zzzzzzzz.example", "policy/mx-unmatchable@48+12"],
  ])("takes %s with a warning: the grammar's Domain allows it", (text, pattern, problem) => {
    accept(mx(text), { mx: [pattern] }, [problem]);
  });

  it.each([
    ["a_b.example", "name/underscore@49+1"],
    ["møx.example", "name/non-ascii@48+11"],
    ["[127.0.0.1]", "name/ip-address@48+11"],
    ["::1", "name/ip-address@48+3"],
    ["a.example, b.example", "name/list@48+20"],
    [`${"abcdefghi.".repeat(26)}example`, "name/too-long@48+267"],
  ])("refuses %s", (text, problem) => {
    reject(mx(text), problem);
  });

  it("lowers patterns, and keeps repeated ones with a note", () => {
    accept(
      `${mx("*.EXAMPLE.com")}\nmx: *.example.com`,
      { mx: ["*.example.com", "*.example.com"] },
      ["policy/duplicate-mx@66+13"],
    );
  });
});

describe("RFC 8461 §3.3: bytes", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const good = `${head}mode: none\nmax_age: 1\n`;

  it("takes what parsePolicy takes", () => {
    expect(parsePolicyBytes(bytes(good))).toEqual(parsePolicy(good));
  });

  it("refuses a byte order mark and says so once", () => {
    expect(problemsOf(parsePolicyBytes(bytes(`\ufeff${good}`)))).toEqual(["text/bom@0+1"]);
  });

  it("names each run of bytes that are not UTF-8, counted as TextDecoder counts", () => {
    const wrong = [0xe9, 0xff, 0x20, 0xf0, 0x9f, 0x98, 0x41, 0xed, 0xa0, 0x80, 0x20, 0xc3];
    const parsed = parsePolicyBytes(Uint8Array.from([...bytes(`${good}x: 😀`), ...wrong]));
    expect(problemsOf(parsed)).toEqual([
      "policy/extension@37+1",
      "text/not-utf8@42+2",
      "text/not-utf8@45+1",
      "text/not-utf8@47+3",
      "text/not-utf8@51+1",
    ]);
  });

  it("refuses more than 64 KB", () => {
    const full = good.length + 4;
    const upTo = (size: number): Uint8Array => bytes(`${good}x: ${"y".repeat(size - full + 1)}`);
    expect(problemsOf(parsePolicyBytes(upTo(65_536)))).toEqual(["policy/extension@37+1"]);
    expect(problemsOf(parsePolicyBytes(upTo(65_537)))).toEqual([
      "policy/too-large@0+0",
      "policy/extension@37+1",
    ]);
  });

  it("finds wrong bytes exactly where TextDecoder does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (raw) => {
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw);
        const parsed = parsePolicyBytes(raw);
        const found = parsed.ok ? parsed.warnings : parsed.problems;
        const replaced = new Set<number>();
        for (const { code, offset, length } of found) {
          if (code !== "text/not-utf8") continue;
          for (let at = offset; at < offset + length; at += 1) replaced.add(at);
        }
        for (const at of replaced) expect(text[at]).toBe("\ufffd");
        const fatal = (): string => new TextDecoder("utf-8", { fatal: true }).decode(raw);
        if (replaced.size > 0) expect(fatal).toThrow();
        else expect(fatal).not.toThrow();
      }),
      runs,
    );
  });
});

describe("formatPolicy", () => {
  it("prints version, mode, mx, max_age, extensions, each line with CRLF", () => {
    expect(
      formatPolicy({
        mode: "testing",
        mx: ["a.example", "*.b.example"],
        maxAgeSeconds: 604_800,
        extensions: [{ name: "x", value: "y z" }],
      }),
    ).toBe(
      "version: STSv1\r\nmode: testing\r\nmx: a.example\r\nmx: *.b.example\r\nmax_age: 604800\r\nx: y z\r\n",
    );
  });

  it.each([
    { ...enforce, mx: ["a.example\r\nmode: none"] },
    { ...enforce, mx: ["a.example "] },
    { ...enforce, mx: [] },
    { ...enforce, mode: "none\r\nmx: x" as "none" },
    { ...enforce, maxAgeSeconds: 31_557_601 },
    { ...enforce, maxAgeSeconds: -1 },
    { ...enforce, maxAgeSeconds: 1.5 },
    { ...enforce, maxAgeSeconds: Number.NaN },
    { ...enforce, extensions: [{ name: "a b", value: "x" }] },
    { ...enforce, extensions: [{ name: "a", value: "x\nmode: none" }] },
    { ...enforce, extensions: [{ name: "a", value: " x" }] },
    { ...enforce, extensions: [{ name: "a", value: "" }] },
  ] satisfies Policy[])("throws for what cannot stand in a policy: %j", (policy) => {
    expect(() => formatPolicy(policy)).toThrow(RangeError);
  });
});

const label = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/)
  .filter((text) => !text.startsWith("xn--"));
const host = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[a-z]{2,10}$/))
  .map(([labels, tld]) => [...labels, tld].join("."));
const pattern = fc.tuple(fc.boolean(), host).map(([wild, name]) => (wild ? `*.${name}` : name));
const extensions = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}$/),
    value: fc.stringMatching(/^[!-~é€😀]([ !-~é€😀]{0,20}[!-~é€😀])?$/u),
  }),
  { selector: ({ name }) => name, maxLength: 3 },
);
const policies: fc.Arbitrary<Policy> = fc
  .record({
    mode: fc.constantFrom("none", "testing", "enforce" as const),
    mx: fc.array(pattern, { minLength: 1, maxLength: 5 }),
    maxAgeSeconds: fc.integer({ min: 0, max: 31_557_600 }),
    extensions,
  })
  .filter(
    (policy) => !policy.extensions.some(({ name }) => /^(version|mode|max_age|mx)$/.test(name)),
  )
  .map((policy) => (policy.mode === "none" ? { ...policy, mx: policy.mx.slice(1) } : policy));

const words = [
  "version: STSv1\n",
  "mode: enforce\n",
  "mode: none\r\n",
  "max_age: 86400\n",
  "mx: mail.example.com\n",
  "mx: *.example.com\n",
  "mx: ",
  "max_age: ",
  "x-ext: y\n",
  "mail",
  ".com",
  "xn--",
  "1.2.3.4",
  "mode",
  "STSv1",
];

describe("properties", () => {
  it("parsePolicy(formatPolicy(p)) is p", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(parsePolicy(formatPolicy(policy))).toMatchObject({ ok: true, value: policy });
      }),
      runs,
    );
  });

  it("never throws, for any string; what it takes can be printed and reads the same", () => {
    fc.assert(
      fc.property(hostileText(words), (text) => {
        const parsed = parsePolicy(text);
        expectSound(text, parsed);
        if (!parsed.ok) return;
        const printed = formatPolicy(parsed.value);
        expect(parsePolicy(printed)).toMatchObject({ ok: true, value: parsed.value });
      }),
      runs,
    );
  });

  it.each<[string, (size: number) => string]>([
    ["one long line", (size) => "a".repeat(size * 200_000)],
    ["one long value", (size) => `mx: ${"a.".repeat(size * 100_000)}`],
    ["spaces", (size) => `mx: a${" ".repeat(size * 200_000)}b`],
    ["blank lines", (size) => `${head}${"\n".repeat(size * 20_000)}x`],
    ["carriage returns", (size) => `${head}${"\r".repeat(size * 20_000)}x`],
    ["many fields", (size) => `${head}${"mx: a.example\n".repeat(size * 3_000)}`],
    ["wrong fields", (size) => `${head}${"mx: *\n".repeat(size * 5_000)}`],
    ["digits", (size) => `max_age: ${"1".repeat(size * 200_000)}x`],
    ["international name", (size) => `mx: ${"ü".repeat(size * 100_000)}.example`],
    ["colons", (size) => `mx: ${":1".repeat(size * 100_000)}`],
  ])("is work that is linear in %s", async (_, make) => {
    expect(await growth(make, parsePolicy)).toBeLessThan(30);
  });
});

describe("wording", () => {
  it("names the value, and what to write instead", () => {
    expect(wording(parsePolicy(`${head}mode: report\n${tail}`))).toEqual({
      message: 'there is no mode "report"',
      fix: "did you mean `mode: testing`?",
    });
    expect(wording(parsePolicy(`${head}mode=none\nmode: none\nmax_age: 1`)).fix).toBe(
      'write "mode: none"',
    );
  });

  it("shortens a hostile value", () => {
    const { message } = wording(parsePolicy(`${head}mode: ${"😀".repeat(5000)}\n${tail}`));
    expect(message.length).toBeLessThan(120);
    expect(message).not.toMatch(/\p{Cs}/u);
  });
});
