import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lint, lintKinds, type LintKind, type LintResult } from "../../src/site/lint.ts";
import { expectSound, hostileText, listed, runs } from "../support/parsed.ts";

function run(kind: LintKind, text: string): LintResult {
  return lint(kind, new TextEncoder().encode(text));
}

describe("lint", () => {
  it("reads a policy with its bytes", () => {
    const text = "version: STSv1\nmode: none\nmax_age: 1\n";
    expect(run("policy", text)).toMatchObject({ text, valid: true, value: { mode: "none" } });
    const result = lint("policy", Uint8Array.from([0xef, 0xbb, 0xbf, 0xff]));
    expect(result).toMatchObject({ text: "\ufeff\ufffd", valid: false, value: null });
    expect(listed(result.problems)).toContain("text/not-utf8@1+1");
  });

  it.each([
    "v=STSv1; id=a",
    "v=STSv1; id=a\n",
    "v=STSv1; id=a\r\n",
    '"v=STSv1; id=a"\n',
    '"v=STSv1;" " id=a"',
  ])("reads one record: %j", (text) => {
    const result = run("record", text);
    expect(result).toMatchObject({ text, valid: true, problems: [], value: { id: "a" } });
  });

  it("reads a single record for itself, several by the discard rule", () => {
    expect(listed(run("record", "v=STSv1 ; id=a").problems)).toEqual([
      "record/space-after-version@7+1",
    ]);
    expect(listed(run("record", "v=STSv1 ; id=a\nx\n").problems)).toEqual([
      "record/discarded@0+14",
      "record/none@0+0",
      "record/discarded@15+1",
    ]);
    expect(listed(run("record", "").problems)).toEqual(["record/none@0+0"]);
  });

  it("points into the file: CRLF, blank lines, quotes and escapes included", () => {
    expect(listed(run("record", "x\r\n\r\nv=STSv1; id=a-b\r\n").problems)).toEqual([
      "record/discarded@0+1",
      "sts-record/id@18+1",
    ]);
    expect(listed(run("record", 'x\n"v=STSv1\\; " "id=\\097-b"').problems)).toEqual([
      "record/discarded@0+1",
      "sts-record/id@23+1",
    ]);
    expect(
      listed(run("tls-rpt-record", '"v=TLSRPTv1; rua=" "mailto:a@x.example!10m"').problems),
    ).toEqual(["rua/size-suffix@38+4"]);
  });

  it.each([
    ['"v=STSv1; id=a', "record/strings@13+1"],
    ['"v=STSv1; id=a" x', "record/strings@16+1"],
    ['"v=STSv1; id=\\999"', "record/strings@13+1"],
    ["\ufeffv=STSv1; id=a", "text/bom@0+1"],
  ])("refuses %j", (text, problem) => {
    const result = run("record", text);
    expect(listed(result.problems)).toEqual([problem]);
    expect(result.valid).toBe(false);
  });

  it("never throws, for any bytes; places lie within the text", () => {
    const words = [
      "v=STSv1; id=a",
      "v=TLSRPTv1; rua=",
      "mailto:a@x.example",
      '"',
      "\\",
      "\\049",
      "\r\n",
      "version: STSv1\n",
    ];
    const bytes = fc.oneof(
      hostileText(words).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...lintKinds), bytes, (kind, raw) => {
        const result = lint(kind, raw);
        const { problems } = result;
        if (result.value === null) expectSound(result.text, { ok: false, problems });
        else expectSound(result.text, { ok: true, value: result.value, warnings: problems });
        expect(result.valid).toBe(result.value !== null);
      }),
      runs,
    );
  });
});
