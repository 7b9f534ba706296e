import { list, these, type About } from "./about.ts";
import { entry } from "./entry.ts";

const restore =
  "restore the file from version control (git checkout stspress.lock); do not delete it: it records which policies senders may still hold";

function formatSeconds(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${String(Math.round(seconds / 86_400))} days`;
  if (seconds >= 2 * 3600) return `${String(Math.round(seconds / 3600))} hours`;
  return `${String(Math.round(seconds / 60))} minutes`;
}

/** What the lock guards, and what can be wrong with the lock itself. */
export const lockCodes = {
  "lock/empty": entry<Record<string, never>>({
    severity: "error",
    message: () => "stspress.lock is empty",
    fix: () => restore,
  }),
  "lock/not-a-lock": entry<Record<string, never>>({
    severity: "error",
    message: () => "stspress.lock does not begin with its format line, `stspress.lock 2`",
    fix: () => restore,
  }),
  "lock/missing": entry<{ seen: string; command: string | null }>({
    severity: "error",
    message: (a) =>
      `stspress.lock is missing, but ${a.seen}: without it nobody knows which policies senders may still hold`,
    fix: (a) =>
      `${a.command === null ? "restore it from version control or a backup" : `restore it: ${a.command}`}; or, if there never was a policy that senders hold, build with --new-lock`,
  }),
  "lock/newer": entry<{ version: number }>({
    severity: "error",
    message: (a) =>
      `stspress.lock has format ${String(a.version)}; this stspress reads formats 1 and 2`,
    fix: () => "run the newer stspress that wrote it",
  }),
  "lock/syntax": entry<{ detail: string }>({
    severity: "error",
    message: (a) => `this line of stspress.lock is malformed: ${a.detail}`,
    fix: () => restore,
  }),
  "lock/duplicate": entry<{ domain: string }>({
    severity: "error",
    message: (a) => `${a.domain} appears twice in stspress.lock`,
    fix: () => restore,
  }),
  "lock/id-order": entry<{ domain: string; id: string; before: string }>({
    severity: "error",
    source: "RFC 8461 §3.1",
    message: (a) =>
      a.id === a.before
        ? `${a.domain}: two instances have the id ${a.id}`
        : `${a.domain}: the id ${a.id} is not later than the previous one, ${a.before}`,
    fix: () => `an id must never be used twice; ${restore}`,
  }),
  "lock/adopted-before": entry<{ domain: string; id: string }>({
    severity: "error",
    message: (a) => `stspress.lock already has a policy of ${a.domain} with the id ${a.id}`,
    fix: (a) =>
      `there is nothing to adopt; \`stspress history ${a.domain}\` shows what is recorded`,
  }),
  "lock/unmerged": entry<Record<string, never>>({
    severity: "error",
    message: () => "stspress.lock has conflict markers",
    fix: () => "run `stspress build`, which keeps both sides, then this command again",
  }),
  "lock/unknown-domain": entry<{ domain: string; suggestion: string | null }>({
    severity: "error",
    message: (a) => `${a.domain.slice(0, 80)} has no policy in stspress.lock`,
    fix: (a) =>
      a.suggestion === null
        ? "run `stspress build` first: only a policy that was built is in the lock"
        : `did you mean ${a.suggestion}?`,
  }),
  "lock/live-time": entry<{ domain: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.domain} cannot have gone live at that time: ${a.detail}`,
    fix: () => "give the time at which the policy was deployed, such as --at 2026-11-24T09:30:00Z",
  }),
  "lock/clock": entry<{ seconds: number; hosts: number }>({
    severity: "error",
    message: (a) =>
      `this machine's clock is ${formatSeconds(Math.abs(a.seconds))} ${a.seconds > 0 ? "behind" : "ahead of"} the ${a.hosts === 1 ? "policy host's" : `clocks of ${a.hosts.toLocaleString("en-US")} policy hosts`}; nothing was recorded`,
    fix: () =>
      "set the clock; a wrong time would end a hold or the days of testing too early. If it is right, say what is live with --no-check",
  }),
  "lock/frozen": entry<{ domains: readonly string[] }>({
    severity: "error",
    message: (a) =>
      a.domains.length === 0
        ? "the build would change stspress.lock, and the lock is frozen"
        : `the build would change stspress.lock for ${list(a.domains)}, and the lock is frozen`,
    fix: () =>
      "run `stspress build --no-frozen` and commit stspress.lock together with what you edited",
  }),
  "lock/enforce-too-early": entry<About & { from: string }>({
    severity: "error",
    source: "RFC 8461 §5",
    message: (a) => `${these(a)}: enforce needs 14 live days of testing, which end on ${a.from}`,
    fix: () => "keep `mode: testing` until then, or write a reason under `skip_testing:`",
  }),
  "lock/enforce-testing-not-live": entry<About>({
    severity: "error",
    source: "RFC 8461 §5",
    message: (a) =>
      `${these(a)}: enforce needs 14 live days of testing, and the testing policy is not recorded as live`,
    fix: (a) =>
      `deploy it, then run \`stspress live ${a.domain}\`: the days count from then. Or write a reason under \`skip_testing:\``,
  }),
  "lock/enforce-untested": entry<About>({
    severity: "error",
    source: "RFC 8461 §5",
    message: (a) => `${these(a)}: enforce needs 14 live days of testing first`,
    fix: () =>
      "write `mode: testing`, build, deploy, run `stspress live`, and read the TLS-RPT reports; or write a reason under `skip_testing:`",
  }),
  "lock/enforce-untested-patterns": entry<About & { patterns: readonly string[]; from: string }>({
    severity: "error",
    source: "RFC 8461 §5",
    message: (a) =>
      `${these(a)}: enforce needs 14 live days of testing with these patterns; what was tested is ${list(a.patterns)}, which they do not cover`,
    fix: (a) =>
      `keep what was tested and add to it; or keep \`mode: testing\` with the new patterns until ${a.from} at the earliest; or write a reason under \`skip_testing:\``,
  }),
  "lock/spoiled": entry<About>({
    severity: "warning",
    source: "RFC 8461 §3.1",
    message: (a) =>
      `${these(a)}: the id was announced while an earlier policy was still served, so senders may hold that policy under the new id; this build gives another id, which ends it`,
    fix: () =>
      "deploy, check that every address serves the new policy, and only then publish the id",
  }),
  "lock/mx-stays": entry<About & { patterns: readonly string[]; until: string | null }>({
    severity: "warning",
    source: "RFC 8461 §8.1",
    message: (a) =>
      `${these(a)}: keep an MX host that matches ${list(a.patterns)} in the MX records ${a.until === null ? "until the hold of the earlier enforce policy ends, which is not known yet" : `until ${a.until}`}: senders may still enforce the earlier policy`,
    fix: (a) =>
      a.until === null
        ? `deploy, then run \`stspress live ${a.domain}\`; \`stspress history ${a.domain}\` then shows the date`
        : "do not remove it before then",
  }),
  "lock/overlap-skipped": entry<About & { held: readonly string[]; until: string | null }>({
    severity: "warning",
    source: "RFC 8461 §8.1",
    message: (a) =>
      `${these(a)}: senders that hold the earlier policy (${list(a.held)}) refuse every other MX host ${a.until === null ? "until its hold ends, which is not known yet" : `until ${a.until}`}`,
    fix: () =>
      "if one of the old MX hosts still works, keep it in the MX records until then: those senders deliver there",
  }),
  "lock/format-1": entry<Record<string, never>>({
    severity: "note",
    message: () =>
      "stspress.lock has format 1, which knows one time for served and announced; what was recorded as live is assumed to have been both then, policy first",
    fix: () => "commit the lock that this build writes in format 2; an older stspress refuses it",
  }),
  "lock/mx-replaced": entry<About & { held: readonly string[]; until: string | null }>({
    severity: "error",
    source: "RFC 8461 §8.1",
    message: (a) =>
      `${these(a)}: this edit removes every pattern that senders may still enforce (${list(a.held)}), ${a.until === null ? "for how long is not known yet" : `until ${a.until}`}`,
    fix: () =>
      "keep the old patterns and add the new ones, deploy, wait until the hold ends, move the MX records, then remove the old patterns; or write a reason under `skip_overlap:`",
  }),
  "lock/mx-added": entry<
    About & { patterns: readonly string[]; until: string | null; wait: string }
  >({
    severity: "warning",
    source: "RFC 8461 §8.1",
    message: (a) =>
      a.until === null
        ? `${these(a)}: ${list(a.patterns)} must not be added to the MX records until ${a.wait} after this policy is live: before that, senders may still enforce the earlier policy`
        : `${these(a)}: ${list(a.patterns)} must not be added to the MX records before ${a.until}: until then senders may still enforce the earlier policy`,
    fix: (a) =>
      a.until === null
        ? `deploy, then run \`stspress live ${a.domain}\`; \`stspress history ${a.domain}\` then shows the date`
        : "do not change the MX records until then",
  }),
  "lock/mx-removed": entry<About & { patterns: readonly string[]; ttl: string }>({
    severity: "warning",
    source: "RFC 8461 §8.1",
    message: (a) =>
      `${these(a)}: remove ${list(a.patterns)} only after its MX record has been gone for that record's TTL`,
    fix: () =>
      "check the MX records first: a sender that still uses this host will refuse to deliver mail",
  }),
  "lock/deleted-enforce": entry<{ domain: string; until: string | null; current: boolean }>({
    severity: "error",
    source: "RFC 8461 §8.3",
    message: (a) =>
      a.until === null
        ? `${a.domain} no longer declares a policy, but senders may hold its enforce policy${a.current ? "" : ", for how long is not known yet"}`
        : `${a.domain} no longer declares a policy, but senders may hold its enforce policy until ${a.until}`,
    fix: (a) =>
      a.current
        ? "put it back with `mta-sts: {retire: true}`, deploy, and delete it after the hold ends; if the domain is no longer yours, list it under `gone:` in stspress.yaml"
        : a.until === null
          ? `put it back, deploy the retirement, and run \`stspress live ${a.domain}\`: only then does the hold have an end`
          : "put it back until then; if the domain is no longer yours, list it under `gone:` in stspress.yaml",
  }),
  "lock/deleted-testing": entry<{ domain: string }>({
    severity: "warning",
    source: "RFC 8461 §8.3",
    message: (a) =>
      `${a.domain} no longer declares a policy, but senders may hold its testing policy`,
    fix: () =>
      "this loses no mail; to retire it cleanly, use `mta-sts: {retire: true}` until the hold ends. Remove its DNS records too",
  }),
  "lock/retired": entry<About>({
    severity: "note",
    source: "RFC 8461 §8.3",
    message: (a) => `${these(a)}: no sender can hold an earlier policy any more`,
    fix: () => "remove the `_mta-sts` record, then delete the file (or its `mta-sts`)",
  }),
  "lock/merged": entry<{ domains: readonly string[] }>({
    severity: "note",
    message: (a) =>
      a.domains.length === 0
        ? "stspress.lock had conflict markers; both sides were kept"
        : `stspress.lock had conflict markers; both sides were kept, and ${list(a.domains)} gets a new id`,
    fix: () => "commit the lock that this build wrote",
  }),
} as const;
