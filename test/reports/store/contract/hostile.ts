/** Strangers write what is in a report, and in the header of a mail. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseReport } from "../../../../src/tls-rpt/report/normalise.ts";
import { asNew, detail, policy, report, startOf, unverifiable } from "../../support/reports.ts";
import { add, detailsOf, exported, openForTest, withFresh, type OpenFresh } from "./support.ts";

export function hostileContract(openFresh: OpenFresh): void {
  test("whatever stands in a report is a value, never SQL, and comes out as it went in", async () => {
    const texts = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constantFrom("'; DROP TABLE reports; --", "__proto__", "$1", "\u0000", '"', "NULL", ""),
    );
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, fc.nat(), async (name, kind, reason, count) => {
        const given = report("2026-11-03", {
          organization: name,
          policies: [
            policy({
              domain: name,
              strings: [reason, kind],
              details: [detail({ resultType: kind, reason, count, receivingMx: name })],
            }),
          ],
        });
        await withFresh(openFresh, async (store) => {
          await add(store, [asNew(given, unverifiable, [kind])]);
          const { failures, policies } = await detailsOf(store, name);
          const [group] = failures;
          expect(group).toMatchObject({ resultType: kind, mxHost: name, count, reasons: [reason] });
          expect(policies[0]?.strings).toEqual([reason, kind]);
          const [habits] = await store.senders();
          expect(habits?.organization).toBe(name);
          expect(Object.keys(habits?.deviations ?? {})).toEqual([kind]);
          const [row] = await exported(store, name);
          expect(row).toMatchObject({ reason, organization: name, result_type: kind });
        });
      }),
      { numRuns: 25 },
    );
  });

  test("whatever the normaliser lets through and a mail's head says, the store takes", async () => {
    const { store } = await openForTest(openFresh);
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.constantFrom("\ud800", "a\udc00b", "\u0000", "\\ud800", "\u2028", "\n", "\u001b[31m"),
    );
    const arbitrary = fc.record({
      "organization-name": text,
      "contact-info": text,
      "report-id": text,
      "date-range": fc.constant({
        "start-datetime": "2026-11-03T00:00:00Z",
        "end-datetime": "2026-11-03T23:59:59Z",
      }),
      policies: fc.array(
        fc.record({
          policy: fc.record({
            "policy-type": text,
            "policy-domain": text.map((one) => `x${one}.example`),
            "policy-string": fc.array(text, { maxLength: 3 }),
            "mx-host": fc.array(text, { maxLength: 3 }),
          }),
          summary: fc.record({
            "total-successful-session-count": fc.double({ noNaN: true }),
            "total-failure-session-count": fc.integer(),
          }),
          "failure-details": fc.array(
            fc.record({
              "result-type": text,
              "sending-mta-ip": text,
              "receiving-mx-hostname": text,
              "receiving-mx-helo": text,
              "receiving-ip": text,
              "failed-session-count": fc.oneof(fc.double(), fc.integer()),
              "additional-information": text,
              "failure-reason-code": text,
            }),
            { maxLength: 3 },
          ),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(arbitrary, text, text, text), { minLength: 20, maxLength: 60 }),
        async (all) => {
          const reports = all.flatMap(([given, submitter, signer, words]) => {
            const json = JSON.parse(JSON.stringify(given)) as unknown;
            const read = normaliseReport(json, {
              now: startOf("2026-11-24"),
              domain: () => null,
            });
            if (!read.ok) return [];
            number += 1;
            const reportId = `${String(number)} ${read.report.reportId}`;
            const verification = { verdict: "failed", signer, detail: words } as const;
            return [
              asNew({ ...read.report, reportId }, { ...unverifiable, submitter, verification }),
            ];
          });
          expect(await add(store, reports)).toEqual({ added: reports.length, duplicates: 0 });
        },
      ),
      { numRuns: 20 },
    );
    expect(number).toBeGreaterThan(300);
    const rows = (await exported(store)).filter((row) => row["domain"] !== "");
    expect(rows.length).toBeGreaterThanOrEqual(number);
  });

  test("what is no character in a mail's header is replaced, and names the same signer again", async () => {
    const { store } = await openForTest(openFresh);
    const verification = {
      verdict: "verified",
      signer: "a\ud800\u0000",
      detail: "\udc00",
    } as const;
    const arrival = { ...unverifiable, submitter: "\u0000", verification };
    const one = asNew(report("2026-11-03"), arrival);
    await add(store, [one]);
    expect((await store.senders())[0]?.signer).toBe("a\ufffd\ufffd");
    expect(await store.add([one], (changing) => (expect(changing).toEqual([]), []))).toEqual({
      added: 0,
      duplicates: 1,
    });
  });
}
