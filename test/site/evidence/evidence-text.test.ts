import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shortDigest } from "../../../src/runtime/digest.ts";
import { formatEvidence, parseEvidence } from "../../../src/site/evidence/evidence-text.ts";
import { mergeEvidence } from "../../../src/site/evidence/merge-evidence.ts";
import {
  nothingKnown,
  withAudit,
  withReports,
  type EvidenceSummary,
} from "../../../src/site/evidence/site-evidence.ts";

const start = Date.UTC(2026, 10, 1, 2) / 1000;

const summaries: fc.Arbitrary<EvidenceSummary> = fc
  .array(
    fc.record({
      audit: fc.option(
        fc.record({
          outcome: fc.constantFrom("yes", "no", "unknown", "unmeasured"),
          reason: fc.string({ maxLength: 300, unit: "binary" }),
          isFromPort25: fc.boolean(),
          mxHosts: fc.option(
            fc.uniqueArray(fc.constantFrom("mx1.a.de", "mx2.a.de", "mx.b.example")),
          ),
        }),
      ),
      reports: fc.option(
        fc.record({
          outcome: fc.constantFrom("enough", "failing", "not-enough"),
          sessions: fc.nat(),
          failures: fc.nat(),
        }),
      ),
      wait: fc.nat(5 * 86_400),
    }),
    { maxLength: 8 },
  )
  .map((looks) => {
    let now = start;
    let known: EvidenceSummary = nothingKnown;
    for (const { audit, reports, wait } of looks) {
      now += wait;
      if (audit !== null) known = withAudit(known, audit, now);
      if (reports !== null) known = withReports(known, reports, now);
    }
    return known;
  });

const sites = fc
  .array(fc.tuple(fc.constantFrom("a.de", "b.example", "xn--bcher-kva.example"), summaries))
  .map((entries) => new Map(entries));

const servers = fc
  .array(
    fc.tuple(
      fc.constantFrom("ns1.a.de 192.0.2.53", "ns2.a.de 2001:db8::53"),
      fc.record({
        since: fc.constant(start),
        at: fc.nat(86_400).map((after) => start + after),
        looks: fc.integer({ min: 1, max: 3 }),
      }),
    ),
  )
  .map((entries) => new Map(entries));

const files = fc.record({ evidence: sites, servers });

test("evidence that is written is read as it was, and printed as it was", () => {
  fc.assert(
    fc.property(files, (file) => {
      const text = formatEvidence(file, shortDigest);
      const read = parseEvidence(text);
      expect(read).toEqual({ ...file, problems: [], isNewer: false });
      expect(formatEvidence(read, shortDigest)).toBe(text);
      expect(parseEvidence(text.replaceAll("\n", "\r\n"))).toMatchObject(file);
    }),
  );
});

test("any text is read without a throw, and no line takes another with it", () => {
  fc.assert(
    fc.property(files, fc.string({ unit: "binary" }), (file, junk) => {
      expect(() => parseEvidence(junk)).not.toThrow();
      const line = `junk ${junk.replaceAll(/[\r\n]/g, "")}`;
      const text = `${formatEvidence(file, shortDigest)}${line}\n`;
      expect(parseEvidence(text)).toMatchObject({
        ...file,
        problems: [{ code: "evidence/syntax" }],
      });
    }),
  );
});

describe("two sides of a merge", () => {
  test("are united to the same, whichever is ours", () => {
    fc.assert(
      fc.property(summaries, summaries, (a, b) => {
        const one = mergeEvidence(a, b);
        const other = mergeEvidence(b, a);
        expect(one.audit?.outcome).toBe(other.audit?.outcome);
        expect(one.audit?.firstYes).toBe(other.audit?.firstYes);
        expect(one.audit?.no?.at).toBe(other.audit?.no?.at);
        expect(one.audit?.mx).toEqual(other.audit?.mx);
        expect(one.reports?.outcome).toBe(other.reports?.outcome);
      }),
    );
  });

  test("never make better what one of them knows to be bad", () => {
    fc.assert(
      fc.property(summaries, summaries, (a, b) => {
        const united = mergeEvidence(a, b);
        for (const side of [a, b]) {
          if (side.audit?.no != null) expect(united.audit?.no).not.toBeNull();
          if (side.reports?.outcome === "failing") expect(united.reports?.outcome).toBe("failing");
          if (united.audit?.firstYes != null && side.audit?.firstYes != null) {
            expect(united.audit.firstYes).toBeGreaterThanOrEqual(side.audit.firstYes);
          }
          for (const host of side.audit?.mx?.hosts ?? []) {
            expect(united.audit?.mx?.hosts).toContain(host);
          }
        }
      }),
    );
  });
});
