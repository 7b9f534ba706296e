/** Whether what is live is what the site declares and built, and if not, which way it differs. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import type { Declared } from "../declared.ts";
import { deploymentOf, type Deployment } from "../deployment.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { livePolicies, meaningOf } from "../served-policy.ts";
import { readStsTxt } from "../txt-reading.ts";

const domain = "example.com";
const [old, built] = ["20260101T000000Z", "20260301T000000Z"];

interface Args {
  readonly domain: string;
  /** The id of the last build. */
  readonly built: string;
}

export const drift = defineRule(
  {
    "drift/policy-old": prose<Args>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §8.1",
      reason:
        "The record announces an instance that is not served. Senders fetch the earlier policy, keep it under the new id for its whole max_age, and have no reason to ask again: the built policy reaches them that much later, and a later TXT record does not help.",
      example: { domain, built },
      message: (a) =>
        `the TXT record of ${a.domain} announces ${a.built}, but the policy host still serves an earlier policy: senders now keep that one under the new id`,
      fix: () =>
        "deploy the built policy at once; then change max_age a little and build, so that a new id makes those senders ask again",
    }),
    "drift/foreign": prose<Args & { id: string | null }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "What is live was not built from this site: a former provider's policy, another tool's, or an attacker's. What the site guards with its lock is then not what senders hold.",
      example: { domain, built, id: "somebodyelse" },
      message: (a) =>
        a.id === null
          ? `the policy that is live at ${a.domain} was not built by this site`
          : `what is live at ${a.domain} was not built by this site: the id ${quote(a.id)} is not in its lock`,
      fix: (a) =>
        `if it is yours, take it into the lock with \`stspress adopt ${a.domain}\`; then deploy dist/ and publish the built record`,
    }),
    "drift/text-differs": prose<Args & { differs: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "The record has an id of this site, but the site never built the policy that is served. One id stands for one policy: senders that hold the right policy never fetch the other.",
      example: { domain, built, differs: "mode is testing, built was enforce" },
      message: (a) =>
        `the policy served for ${a.domain} is not the one that was built: ${a.differs}`,
      fix: () =>
        "deploy dist/ as it was built; a change belongs into domains/ and gets an id of its own",
    }),
    "drift/not-built": prose<{ domain: string; differs: string }>({
      severity: "warning",
      effect: "none",
      reason:
        "The declaration was edited and not built since, so neither dist/ nor the lock knows of it.",
      example: { domain, differs: "mode is enforce, built was testing" },
      message: (a) => `what domains/ declares for ${a.domain} is not built yet: ${a.differs}`,
      fix: () => "run `stspress build`, then deploy the policy, then publish the record",
    }),
    "drift/not-deployed": prose<Args>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §8.1",
      reason:
        "The last build is not outside yet. Nothing is wrong with what senders see, but the days of testing have not begun, or what was changed does not count yet.",
      example: { domain, built },
      message: (a) => `the build ${a.built} of ${a.domain} is not deployed yet`,
      fix: () => "deploy the policy first, then publish the TXT record",
    }),
    "drift/txt-old": prose<Args & { id: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §8.1",
      reason:
        "The policy is served and its record is not published yet: the right order, half done. Until the record changes, senders that hold the earlier policy do not ask for this one.",
      example: { domain, built, id: old },
      message: (a) =>
        `the policy of ${a.domain} is deployed, and its TXT record still has the id ${quote(a.id)}, not ${a.built}`,
      fix: () => "publish the TXT record that `stspress records` prints",
    }),
    "drift/undeclared": prose<{ domain: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §8.3",
      reason:
        "The site declares no policy for the domain, and one is live: left over from before, or somebody else's. As long as senders find it they act on it.",
      example: { domain },
      message: (a) => `${a.domain} has a live policy, and the site declares none for it`,
      fix: (a) =>
        `declare \`mta-sts:\` for ${a.domain} and take the live policy with \`stspress adopt\`, or retire it`,
    }),
  },
  (subject, add) => {
    const { domain, declared, evidence } = subject;
    const where = { kind: "domain" } as const;
    if (declared === null) return;
    const live = livePolicies(evidence.policyHost);
    const reading = readStsTxt(evidence);
    const { policy, current } = declared;
    if (policy === null) {
      const anything = live.length > 0 || reading.kind === "record";
      if (anything) add("drift/undeclared", { domain }, where);
      return;
    }
    if (current === null) {
      add("drift/not-built", { domain, differs: "no build knows it" }, where);
      const id = reading.kind === "record" ? reading.value.id : null;
      if (live.length > 0) add("drift/foreign", { domain, built: "", id }, where);
      return;
    }
    const deployment = deploymentOf(subject, declared, current);
    const args = { domain, built: current.id };
    switch (driftOf(deployment)) {
      case "policy-old":
        add("drift/policy-old", args, where);
        break;
      case "not-deployed":
        add("drift/not-deployed", args, where);
        break;
      case "txt-old":
        add("drift/txt-old", { ...args, id: deployment.id ?? "" }, where);
        break;
      case "foreign":
        add("drift/foreign", { ...args, id: deployment.id }, where);
        break;
      case "text-differs": {
        const differs = differences(
          deployment.live?.policy ?? policy,
          announcedBy(deployment, declared),
        );
        add("drift/text-differs", { ...args, differs }, where);
        break;
      }
      case null:
        break;
    }
    if (meaningOf(policy) !== meaningOf(current.policy)) {
      add("drift/not-built", { domain, differs: differences(policy, current.policy) }, where);
    }
  },
);

/**
 * Names the difference; null: there is none, or others tell it: an announced policy of which nothing
 * is served is the policy host's fault, a served one that nothing announces the record's.
 */
function driftOf({
  announced,
  served,
}: Deployment): "policy-old" | "not-deployed" | "txt-old" | "foreign" | "text-differs" | null {
  switch (served) {
    case "current":
      return announced === "earlier" || announced === "foreign" ? "txt-old" : null;
    case "earlier":
      return announced === "current" ? "policy-old" : "not-deployed";
    case "other":
      return announced === "current" || announced === "earlier" ? "text-differs" : "foreign";
    case "nothing":
      if (announced === "foreign") return "foreign";
      return announced === "absent" || announced === "earlier" ? "not-deployed" : null;
  }
}

/** The policy that stands behind the announced id. */
function announcedBy({ id }: Deployment, { current, earlier, policy }: Declared): Policy | null {
  const found = [current, ...earlier].find((one) => one?.id === id);
  return found?.policy ?? policy;
}

/** Says field by field how a policy differs from what was built. */
function differences(found: Policy, wanted: Policy | null): string {
  if (wanted === null) return "nothing of it was built";
  const parts: string[] = [];
  if (found.mode !== wanted.mode) parts.push(`mode is ${found.mode}, built was ${wanted.mode}`);
  if (found.maxAgeSeconds !== wanted.maxAgeSeconds) {
    parts.push(
      `max_age is ${String(found.maxAgeSeconds)}, built was ${String(wanted.maxAgeSeconds)}`,
    );
  }
  const more = found.mx.filter((one) => !wanted.mx.includes(one));
  const less = wanted.mx.filter((one) => !found.mx.includes(one));
  if (more.length > 0) parts.push(`mx has ${listed(more)} besides`);
  if (less.length > 0) parts.push(`mx lacks ${listed(less)}`);
  return parts.join("; ");
}

function listed(patterns: readonly string[]): string {
  const shown = patterns.slice(0, 3).map(quote).join(", ");
  return patterns.length > 3 ? `${shown} and ${String(patterns.length - 3)} more` : shown;
}
