import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "../../src/audit/judge.ts";
import { explainFinding } from "../../src/audit/rules.ts";
import { runs } from "../support/parsed.ts";
import { dnsIdMatches } from "../../src/names/dns-id.ts";
import { servedPolicies } from "../../src/audit/served-policy.ts";
import { readStsTxt } from "../../src/audit/txt-reading.ts";
import { mxMatches } from "../../src/mta-sts/mx-pattern.ts";
import { hostileSubjects, nearlyHealthySubjects } from "./support/hostile-subject.ts";
import { now } from "./support/subject.ts";

describe("whatever the evidence says", () => {
  test("a verdict comes of it, worded in bounded space", () => {
    fc.assert(
      fc.property(hostileSubjects, (subject) => {
        const { findings, reason } = judge(subject);
        expect(reason).not.toBe("");
        for (const found of findings) {
          const { message, fix } = explainFinding(found);
          expect(message.length).toBeLessThan(1200);
          expect(fix?.length ?? 0).toBeLessThan(1200);
          expect(message).not.toMatch(/\[object|undefined/);
        }
      }),
      runs,
    );
  });

  test("the same evidence is judged the same", () => {
    fc.assert(
      fc.property(hostileSubjects, (subject) => {
        expect(judge(structuredClone(subject))).toEqual(judge(subject));
      }),
      runs,
    );
  });

  test("a code is told once for a place", () => {
    fc.assert(
      fc.property(hostileSubjects, (subject) => {
        const addresses = [
          ...subject.evidence.policyHost.fetches.map(({ address }) => address),
          ...[...subject.mxHosts.values()].flatMap(({ probes }) =>
            probes.map(({ address }) => address),
          ),
        ];
        // The same address twice is a contradiction that nobody observes.
        fc.pre(new Set(addresses).size === addresses.length);
        const places = judge(subject).findings.map(({ code, where }) =>
          JSON.stringify([code, where]),
        );
        expect(new Set(places).size).toBe(places.length);
      }),
      runs,
    );
  });

  test("the verdict follows from the effects", () => {
    fc.assert(
      fc.property(hostileSubjects, (subject) => {
        const { findings, safe } = judge(subject);
        const effects = findings.map((found) => explainFinding(found).effect);
        const wanted = effects.includes("no")
          ? "no"
          : effects.includes("unknown")
            ? "unknown"
            : "yes";
        expect(safe).toBe(wanted);
      }),
      runs,
    );
  });

  test("yes is said only where everything was seen and is good", () => {
    const count = { yes: 0, no: 0, unknown: 0 };
    fc.assert(
      fc.property(nearlyHealthySubjects, (subject) => {
        const { safe } = judge(subject);
        count[safe] += 1;
        if (safe !== "yes") return;
        const { evidence, mxHosts } = subject;
        expect(readStsTxt(evidence).kind).toBe("record");
        const [live, another] = servedPolicies(evidence.policyHost);
        expect(live).toBeDefined();
        expect(another).toBeUndefined();
        for (const { failure, tls } of evidence.policyHost.fetches) {
          if (failure?.kind === "missing") continue;
          expect(failure).toBeNull();
          expect(tls?.trust).toBe("trusted");
        }
        const named = evidence.mx.records.filter(({ exchange }) => exchange !== "");
        expect(named).not.toEqual([]);
        let passed = 0;
        for (const { exchange } of named) {
          const host = mxHosts.get(exchange);
          const mx = live?.policy.mx ?? [];
          expect(mx.length === 0 || mx.some((one) => mxMatches(one, exchange))).toBe(true);
          for (const { failure, tls, injected } of host?.probes ?? []) {
            if (failure?.stage === "connect") continue;
            if (failure?.kind === "missing" || failure?.kind === "not-public") continue;
            const leaf = tls?.chain[0];
            expect([failure, injected, tls?.trust]).toEqual([null, false, "trusted"]);
            expect(leaf?.notAfter).toBeGreaterThanOrEqual(now);
            expect(leaf?.notBefore).toBeLessThanOrEqual(now);
            expect(leaf?.dnsNames.some((one) => dnsIdMatches(one, exchange))).toBe(true);
            passed += 1;
          }
        }
        expect(passed).toBeGreaterThan(0);
      }),
      runs,
    );
    // The property says something of each verdict.
    for (const times of Object.values(count)) expect(times).toBeGreaterThan(10);
  });
});
