import { describe, expect, test } from "vitest";
import {
  maxReason,
  nothingKnown,
  withAudit,
  withReports,
  type AuditOutcome,
  type AuditSighting,
  type EvidenceSummary,
} from "../../../src/site/evidence/site-evidence.ts";

const start = Date.UTC(2026, 10, 1, 2) / 1000;
const hour = 3600;
const day = 24 * hour;

function seen(outcome: AuditOutcome, more: Partial<AuditSighting> = {}): AuditSighting {
  return {
    outcome,
    reason: `it is ${outcome}`,
    isFromPort25: false,
    mxHosts: ["mx1.acme.de"],
    ...more,
  };
}

/** What is known after these looks, each at a number of hours. */
function after(...looks: readonly (readonly [hours: number, AuditSighting])[]): EvidenceSummary {
  return looks.reduce(
    (known, [hours, one]) => withAudit(known, one, start + hours * hour),
    nothingKnown,
  );
}

describe("an audit that is recorded", () => {
  test("the first one says all there is", () => {
    expect(
      after([0, seen("yes", { mxHosts: ["b.acme.de", "a.acme.de", "b.acme.de"] })]).audit,
    ).toEqual({
      outcome: "yes",
      at: start,
      since: start,
      no: null,
      lastYes: start,
      firstYes: start,
      reason: null,
      mx: { hosts: ["a.acme.de", "b.acme.de"], at: start },
    });
  });

  test("changes no line while it says the same, for a day and a half", () => {
    const known = after([0, seen("yes")]);
    expect(withAudit(known, seen("yes"), start + 36 * hour - 1)).toBe(known);
    const later = withAudit(known, seen("yes"), start + 36 * hour);
    expect(later.audit).toMatchObject({ at: start + 36 * hour, since: start, firstYes: start });
  });

  test("nightly for two weeks: every other night, and the stretch is unbroken", () => {
    let known = nothingKnown;
    let lines = 0;
    for (let night = 0; night <= 14; night += 1) {
      const next = withAudit(known, seen("yes"), start + night * day);
      if (next !== known) lines += 1;
      known = next;
    }
    expect(lines).toBe(8);
    expect(known.audit).toMatchObject({ firstYes: start, lastYes: start + 14 * day });
  });

  test("other MX hosts change the line; a lookup without an answer keeps them", () => {
    const known = after([0, seen("yes")], [1, seen("yes", { mxHosts: ["mx2.acme.de"] })]);
    expect(known.audit?.mx).toEqual({ hosts: ["mx2.acme.de"], at: start + hour });
    const silent = withAudit(known, seen("yes", { mxHosts: null }), start + 2 * day);
    expect(silent.audit?.mx).toEqual(known.audit?.mx);
  });

  test("a second no is written when it is an hour later, a third is not", () => {
    const first = after([0, seen("no")]);
    expect(withAudit(first, seen("no"), start + hour - 1)).toBe(first);
    const second = withAudit(first, seen("no"), start + hour);
    expect(second.audit).toMatchObject({ since: start, at: start + hour });
    expect(withAudit(second, seen("no"), start + 2 * hour)).toBe(second);
  });

  test.each([
    ["a yes refutes it", [seen("no"), seen("yes")], false],
    ["what is unknown does not", [seen("no"), seen("unknown")], true],
    ["who sees all but port 25 does", [seen("no"), seen("unmeasured")], false],
    ["but not what port 25 showed", [seen("no", { isFromPort25: true }), seen("unmeasured")], true],
    ["nor later", [seen("no", { isFromPort25: true }), seen("unknown"), seen("unmeasured")], true],
  ] as const)("a no stands: %s", (_, looks, stands) => {
    const known = after(...looks.map((one, at) => [at * 24, one] as const));
    expect(known.audit?.no?.at ?? null).toBe(stands ? start : null);
  });

  test("a no, and three days without a look, begin the stretch anew", () => {
    expect(after([0, seen("yes")], [24, seen("no")], [48, seen("yes")]).audit?.firstYes).toBe(
      start + 2 * day,
    );
    expect(after([0, seen("yes")], [72, seen("yes")]).audit?.firstYes).toBe(start);
    expect(after([0, seen("yes")], [73, seen("yes")]).audit).toMatchObject({
      firstYes: start + 73 * hour,
      since: start + 73 * hour,
    });
    const unknown = after([0, seen("yes")], [24, seen("unknown")], [48, seen("yes")]);
    expect(unknown.audit).toMatchObject({ firstYes: start, since: start + 2 * day });
  });

  test("a clock that was ahead is not believed by the next look", () => {
    const known = after([24 * 3650, seen("yes")], [0, seen("yes")]);
    expect(known.audit).toMatchObject({ at: start, since: start, firstYes: start, lastYes: start });
    const ahead = after([24 * 3650, seen("no")], [0, seen("unknown")]);
    expect(ahead.audit?.no?.at).toBe(start);
  });

  test("a long reason is cut between characters", () => {
    const known = after([0, seen("no", { reason: "🦊".repeat(1000) })]);
    expect([...(known.audit?.no?.reason ?? "")]).toHaveLength(maxReason);
    expect(known.audit?.no?.reason).not.toMatch(/[\uD800-\uDFFF]/u);
  });
});

describe("reports that are recorded", () => {
  const failing = { outcome: "failing", sessions: 100, failures: 50 } as const;

  test("change a line when the verdict does, and every day and a half", () => {
    const known = withReports(nothingKnown, failing, start);
    expect(known.reports).toEqual({ ...failing, at: start, since: start });
    expect(withReports(known, { ...failing, sessions: 200 }, start + 36 * hour - 1)).toBe(known);
    const later = withReports(known, { ...failing, sessions: 200 }, start + 36 * hour);
    expect(later.reports).toMatchObject({ at: start + 36 * hour, since: start, sessions: 200 });
    const well = withReports(
      later,
      { outcome: "enough", sessions: 300, failures: 0 },
      start + 37 * hour,
    );
    expect(well.reports).toMatchObject({ outcome: "enough", since: start + 37 * hour });
    expect(withReports(known, failing, start - day).reports).toMatchObject({
      at: start - day,
      since: start - day,
    });
  });

  test("leave alone what audits said, and the other way round", () => {
    const both = withReports(after([0, seen("no")]), failing, start);
    expect(both.audit?.no).not.toBeNull();
    expect(withAudit(both, seen("yes"), start + day).reports).toEqual(both.reports);
  });
});
