/**
 * What is known from outside that speaks against an edit: a policy in enforce mode while the last audit says no, while
 * trusted reports say that sessions fail, or without a pattern for a host that the MX records have.
 */
import { mxMatches } from "../../mta-sts/mx-pattern.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import { formatTime, type UnixSeconds } from "../stamp.ts";
import type { EvidenceSummary } from "./site-evidence.ts";

/** MX records that were seen this long ago say nothing certain about today, in seconds. */
const maxMxAge = 2 * 86_400;

/** One thing that speaks against enforce; times are in words. */
export type Objection =
  | { readonly code: "evidence/audit-no"; readonly about: { at: string; reason: string } }
  | {
      readonly code: "evidence/reports-failing";
      readonly about: { at: string; failures: number; sessions: number };
    }
  | {
      readonly code: "evidence/mx-uncovered";
      readonly about: { hosts: readonly string[]; at: string };
    };

/** What speaks against a first policy in enforce mode. */
export function objectionsToEnforce({ audit, reports }: EvidenceSummary): readonly Objection[] {
  const found: Objection[] = [];
  if (audit?.no != null) {
    const about = { at: formatTime(audit.no.at), reason: audit.no.reason };
    found.push({ code: "evidence/audit-no", about });
  }
  if (reports?.outcome === "failing") {
    const { failures, sessions } = reports;
    const about = { at: formatTime(reports.at), failures, sessions };
    found.push({ code: "evidence/reports-failing", about });
  }
  return found;
}

/**
 * Hosts of the MX records that a policy in enforce mode does not cover. `enforced` is the policy that senders enforce
 * today: a host that it does not cover either is not the fault of this edit; null: none is enforced.
 */
export function uncoveredHosts(
  { audit }: EvidenceSummary,
  mx: readonly string[],
  enforced: Policy | null,
  now: UnixSeconds,
): readonly Objection[] {
  const seen = audit?.mx ?? null;
  if (seen === null || now - seen.at > maxMxAge) return [];
  const covers = (patterns: readonly string[], host: string): boolean =>
    patterns.some((pattern) => mxMatches(pattern, host));
  const hosts = seen.hosts.filter(
    (host) => !covers(mx, host) && (enforced === null || covers(enforced.mx, host)),
  );
  if (hosts.length === 0) return [];
  return [{ code: "evidence/mx-uncovered", about: { hosts, at: formatTime(seen.at) } }];
}
