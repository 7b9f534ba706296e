/** What `stspress live` saw and recorded, for people and as JSON. */
import { count, printable } from "../../../cli/text.ts";
import { describeLook } from "../../describe-look.ts";
import { liveAt, policyOf, type Instance } from "../../../site/lock/lock.ts";
import { formatTime, isoTimeOrNull } from "../../../site/stamp.ts";
import { nextOf, stateOf } from "../../describe-recorded.ts";
import type { Recorded } from "../../record-sightings.ts";

/** More domains of a kind are only counted. */
const maxListed = 20;

/** Tells what became of each domain; of many, those of which something is missing, and how many are live. */
export function liveText(
  all: readonly Recorded[],
  isChecked: boolean,
  isEvidenceNew: boolean,
): string {
  if (all.length === 0) return "everything is recorded as live\n";
  const missing = all.filter(({ isLive }) => !isLive);
  const live = all.filter(({ isLive }) => isLive);
  const lines = [
    ...listed(live, liveLines, "are live"),
    ...listed(missing, missingLines, "are not live yet"),
  ];
  if (all.length > 1) {
    lines.push(`${count(live.length)} of ${count(all.length)} domains are live`);
  }
  const changed = [
    ...(all.some(({ before, after }) => before !== after) ? ["stspress.lock"] : []),
    ...(isEvidenceNew ? ["stspress.evidence"] : []),
  ];
  if (changed.length > 0) lines.push(`commit ${changed.join(" and ")}`);
  if (missing.length > 0 && isChecked) {
    lines.push(
      "what is to be published: stspress records --pending --step host, then reports, then announce once the policy is served",
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

function listed(
  all: readonly Recorded[],
  linesOf: (one: Recorded) => readonly string[],
  what: string,
): string[] {
  const more = all.length - maxListed;
  const lines = all.slice(0, maxListed).flatMap((one) => [...linesOf(one)]);
  return more > 0 ? [...lines, `… ${count(more)} more ${what} (--json lists them all)`] : lines;
}

function liveLines(one: Recorded): string[] {
  const { domain, before, after, hold, enforceFrom, sight, lock } = one;
  const { current } = after;
  if (current === null) return [`${domain}: no policy, as built`];
  const at = liveAt(current) ?? 0;
  const wasLive = before.current !== null && liveAt(before.current) !== null;
  const { mode } = policyOf(lock, current);
  const how = sight.kind === "said" && !wasLive ? ", as you say" : "";
  const lines = [
    `${domain}: ${mode} policy ${current.id} ${wasLive ? "was already recorded as live at" : "is live since"} ${formatTime(at)}${how}`,
  ];
  if (enforceFrom !== null)
    lines.push(`  you may set \`mode: enforce\` from ${formatTime(enforceFrom)}`);
  if (typeof hold === "number") {
    lines.push(`  senders may hold an earlier policy until ${formatTime(hold)}`);
  }
  return lines;
}

function missingLines(one: Recorded): string[] {
  const { domain, sight } = one;
  const lines = [`${domain}: ${stateOf(one)}`];
  if (sight.kind === "look") {
    const looked = describeLook(sight.look, (text) => classify(one, text));
    lines.push(...looked.map((line) => `  ${printable(line)}`));
    for (const name of sight.missingRecords ?? [])
      lines.push(`  DNS does not give ${name} as it was built`);
  }
  const next = nextOf(one);
  if (next !== null) lines.push(`  next: ${next}`);
  return lines;
}

function classify({ after, lock }: Recorded, text: string): string {
  const textOf = (one: Instance): string | undefined => lock.policies.get(one.digest)?.text;
  if (after.current !== null && textOf(after.current) === text) return "the policy of this build";
  const earlier = after.earlier.findLast((one) => textOf(one) === text);
  return earlier === undefined
    ? "a policy that the lock does not know"
    : `the earlier policy ${earlier.id}`;
}

/** One domain as JSON: times are ISO, null where nothing is recorded. */
export function liveJson(one: Recorded): object {
  const { domain, after, before, hold, enforceFrom, isLive, sight, lock } = one;
  const { current } = after;
  const wasLive = before.current !== null && liveAt(before.current) !== null;
  return {
    domain,
    id: current?.id ?? null,
    mode: current === null ? null : policyOf(lock, current).mode,
    served: isoTimeOrNull(current?.servedAt ?? null),
    announced: isoTimeOrNull(current?.announcedAt ?? null),
    live: isoTimeOrNull(current === null ? null : liveAt(current)),
    recorded: !wasLive && current !== null && liveAt(current) !== null,
    complete: isLive,
    said: current?.isSaid ?? false,
    spoiled: current?.isSpoiled ?? false,
    hold: typeof hold === "number" ? isoTimeOrNull(hold) : hold,
    enforceFrom: isoTimeOrNull(enforceFrom),
    look:
      sight.kind === "said"
        ? null
        : {
            addresses: sight.look.addresses.map((address) => withoutText(address, one)),
            servers: sight.look.servers,
            missingRecords: sight.missingRecords,
          },
  };
}

function withoutText(
  address: Extract<Recorded["sight"], { kind: "look" }>["look"]["addresses"][number],
  one: Recorded,
): object {
  if (address.kind !== "policy") return address;
  const { text, ...rest } = address;
  return { ...rest, policy: classify(one, text) };
}
