import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { severityOf } from "../src/diagnostics/catalogue.ts";
import type { Parsed } from "../src/diagnostics/diagnostic.ts";
import { isPolicyMediaType } from "../src/mta-sts/media-type.ts";
import { mxMatches } from "../src/mta-sts/mx-pattern.ts";
import { parsePolicy } from "../src/mta-sts/policy.ts";
import { joinStrings, parseStsRecord, selectStsRecord } from "../src/mta-sts/record.ts";
import { parseTlsRptRecord, selectTlsRptRecord } from "../src/tls-rpt/record.ts";

interface Vector {
  readonly input: string;
  readonly valid: boolean;
  readonly why: string;
  readonly ambiguous?: boolean;
  readonly expect_mode?: string;
  readonly expect_id?: string;
}
interface RrsetVector {
  readonly name: "_mta-sts" | "_smtp._tls";
  readonly rrset?: readonly string[];
  readonly strings?: readonly (readonly string[])[];
  readonly valid: boolean;
  readonly why: string;
}
interface MatchVector {
  readonly pattern: string;
  readonly host: string;
  readonly match: boolean;
}
interface MediaTypeVector {
  readonly content_type: string;
  readonly ok: boolean;
}

function load(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`vectors/${file}.json`, import.meta.url), "utf8"));
}

/**
 * Ambiguous vectors that stay errors: RFC 8461 §3.2 says that the first of repeated fields counts,
 * and the first is wrong. The warning stands beside the error.
 */
const refused = new Set([
  "version: STSv1\nmode: bogus\nmode: enforce\nmx: mail.example.com\nmax_age: 86400\n",
  "v=STSv1; id=bad-value; id=good",
]);

function warnings(parsed: Parsed<unknown>): string[] {
  const found = parsed.ok ? parsed.warnings : parsed.problems;
  return found.filter(({ code }) => severityOf(code) === "warning").map(({ code }) => code);
}

/** `ambiguous: n` means that of the vectors, n are ambiguous. */
const files = [
  { file: "policy", parse: parsePolicy, count: 67, ambiguous: 10 },
  { file: "txt", parse: parseStsRecord, count: 37, ambiguous: 5 },
  { file: "tlsrpt-record", parse: parseTlsRptRecord, count: 40, ambiguous: 5 },
] as const;

describe.each(files)("$file.json", ({ file, parse, count, ambiguous }) => {
  const vectors = load(file) as readonly Vector[];
  let ran = 0;
  let unclear = 0;

  it.each(vectors)("$input ($why)", (vector) => {
    ran += 1;
    const parsed: Parsed<unknown> = parse(vector.input);
    if (vector.ambiguous === true) {
      unclear += 1;
      expect(warnings(parsed)).not.toEqual([]);
      expect(parsed.ok).toBe(!refused.has(vector.input));
    } else {
      expect(parsed.ok).toBe(vector.valid);
    }
    if (vector.expect_mode !== undefined) {
      expect(parsed).toMatchObject({ value: { mode: vector.expect_mode } });
    }
    if (vector.expect_id !== undefined) {
      expect(parsed).toMatchObject({ value: { id: vector.expect_id } });
    }
  });

  it(`ran all ${String(count)}, of which ${String(ambiguous)} are ambiguous`, () => {
    expect({ ran, unclear }).toEqual({ ran: count, unclear: ambiguous });
    expect(vectors).toHaveLength(count);
  });
});

describe("rrset.json", () => {
  const vectors = load("rrset") as readonly RrsetVector[];
  let ran = 0;

  it.each(vectors)("$why", (vector) => {
    ran += 1;
    const rrset = vector.rrset ?? vector.strings?.map(joinStrings) ?? [];
    const select = vector.name === "_mta-sts" ? selectStsRecord : selectTlsRptRecord;
    expect(select(rrset).ok).toBe(vector.valid);
  });

  it("ran all 9", () => {
    expect(ran).toBe(9);
    expect(vectors).toHaveLength(9);
  });
});

describe("mx-match.json", () => {
  const vectors = load("mx-match") as readonly MatchVector[];
  let ran = 0;

  it.each(vectors)("$pattern and $host: $match", ({ pattern, host, match }) => {
    ran += 1;
    expect(mxMatches(pattern, host)).toBe(match);
  });

  it("ran all 7", () => {
    expect(ran).toBe(7);
    expect(vectors).toHaveLength(7);
  });
});

describe("content-type.json", () => {
  const vectors = load("content-type") as readonly MediaTypeVector[];
  let ran = 0;

  it.each(vectors)("$content_type: $ok", (vector) => {
    ran += 1;
    expect(isPolicyMediaType(vector.content_type)).toBe(vector.ok);
  });

  it("ran all 5", () => {
    expect(ran).toBe(5);
    expect(vectors).toHaveLength(5);
  });
});
