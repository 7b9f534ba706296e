import { expect, it } from "vitest";
import * as library from "../src/index.ts";

it("exports what the README names, and nothing by accident", () => {
  expect(Object.keys(library).sort()).toEqual([
    "explain",
    "formatPolicy",
    "formatStsRecord",
    "formatTlsRptRecord",
    "isPolicyMediaType",
    "isReservedName",
    "joinStrings",
    "mxMatches",
    "parseDomainName",
    "parseHostName",
    "parseMxPattern",
    "parsePolicy",
    "parsePolicyBytes",
    "parseRua",
    "parseStsRecord",
    "parseTlsRptRecord",
    "patternCovers",
    "patternsOverlap",
    "selectStsRecord",
    "selectTlsRptRecord",
    "severityOf",
  ]);
});

it("explains what it found", () => {
  const parsed = library.parsePolicy("version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1w\n");
  if (parsed.ok) throw new Error("1w is no max_age");
  expect(parsed.problems.map((found) => library.explain(found))).toEqual([
    {
      severity: "error",
      message: 'max_age is "1w"; only digits are allowed',
      fix: "write whole seconds without unit, sign or separator, such as `max_age: 604800`",
      source: "RFC 8461 §3.2, erratum 7282",
    },
  ]);
});
