/** Whether what is live is what the site declares and built, and if not, how it differs. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import type { DeclaredDomain } from "../subject.ts";
import { deploymentOf, type Deployment } from "../deployment.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { servedPolicies, meaningOf } from "../served-policy.ts";
import { readStsTxt } from "../txt-reading.ts";
import { listQuoted } from "../wording.ts";

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
        "The record announces a policy that is not served. Senders fetch the earlier policy, store it under the new id for its whole max_age, and have no reason to fetch again: the built policy reaches them that much later, even if you deploy it soon.",
      example: { domain, built },
      message: (a) =>
        `the TXT record of ${a.domain} announces ${a.built}, but the policy host still serves an earlier policy, which senders now store under the new id`,
      fix: () =>
        "deploy the built policy at once; then change max_age slightly and build again, so that a new id makes those senders fetch again",
    }),
    "drift/foreign": prose<Args & { id: string | null }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "What is live was not built from this site: it is a former provider's policy, another tool's, or an attacker's. So the lock does not know what senders hold.",
      example: { domain, built, id: "somebodyelse" },
      message: (a) =>
        a.id === null
          ? `the live policy of ${a.domain} was not built by this site`
          : `what is live for ${a.domain} was not built by this site: the id ${quote(a.id)} is not in its lock`,
      fix: (a) =>
        `if it is yours, run \`stspress adopt ${a.domain}\` to take it into the lock; then deploy dist/ and publish the built record`,
    }),
    "drift/text-differs": prose<Args & { differs: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.1",
      reason:
        "The record has an id of this site, but the site never built the policy that is served. One id stands for one policy: senders that hold the right policy never fetch the other.",
      example: { domain, built, differs: "mode is testing, but enforce was built" },
      message: (a) =>
        `the policy served for ${a.domain} is not the one that was built: ${a.differs}`,
      fix: () =>
        "deploy dist/ as it was built; to change the policy, edit domains/ and build, so that it gets a new id",
    }),
    "drift/not-built": prose<{ domain: string; differs: string }>({
      severity: "warning",
      effect: "none",
      reason:
        "The declaration was changed after the last build, so neither dist/ nor the lock has the change.",
      example: { domain, differs: "mode is enforce, but testing was built" },
      message: (a) => `the declaration of ${a.domain} in domains/ is not built yet: ${a.differs}`,
      fix: () => "run `stspress build`, deploy the policy, then publish the record",
    }),
    "drift/not-deployed": prose<Args>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §8.1",
      reason:
        "The last build is not live yet. Nothing is wrong with what senders see, but the days of testing have not begun, or your changes have no effect yet.",
      example: { domain, built },
      message: (a) => `the build ${a.built} of ${a.domain} is not deployed yet`,
      fix: () => "deploy the policy first, then publish the TXT record",
    }),
    "drift/txt-old": prose<Args & { id: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §8.1",
      reason:
        "The policy is served, but its record is not published yet: the order is right, but only half is done. Until the record changes, senders that hold the earlier policy do not fetch the new one.",
      example: { domain, built, id: old },
      message: (a) =>
        `the policy of ${a.domain} is deployed, but its TXT record still has the id ${quote(a.id)} instead of ${a.built}`,
      fix: () => "publish the TXT record that `stspress records` prints",
    }),
    "drift/undeclared": prose<{ domain: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §8.3",
      reason:
        "The site declares no policy for the domain, but one is live: it was left over, or is somebody else's. Senders that find it apply it.",
      example: { domain },
      message: (a) => `${a.domain} has a live policy, but the site declares none for it`,
      fix: (a) =>
        `declare \`mta-sts:\` for ${a.domain} and run \`stspress adopt ${a.domain}\`, or retire the policy`,
    }),
  },
  (subject, add) => {
    const { domain, declared, evidence } = subject;
    const where = { kind: "domain" } as const;
    if (declared === null) return;
    const live = servedPolicies(evidence.policyHost);
    const reading = readStsTxt(evidence);
    const { policy, current } = declared;
    if (policy === null) {
      const anything = live.length > 0 || reading.kind === "record";
      if (anything) add("drift/undeclared", { domain }, where);
      return;
    }
    if (current === null) {
      add("drift/not-built", { domain, differs: "it was never built" }, where);
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
 * Names the difference; null: there is none, or other rules report it: if a policy is announced but nothing is
 * served, the policy host is at fault; if a policy is served but nothing announces it, the record is.
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

/** The policy that was built with the announced id. */
function announcedBy(
  { id }: Deployment,
  { current, earlier, policy }: DeclaredDomain,
): Policy | null {
  const found = [current, ...earlier].find((one) => one?.id === id);
  return found?.policy ?? policy;
}

/** Says field by field how a policy differs from what was built. */
function differences(found: Policy, wanted: Policy | null): string {
  if (wanted === null) return "no policy was built";
  const parts: string[] = [];
  if (found.mode !== wanted.mode) parts.push(`mode is ${found.mode}, but ${wanted.mode} was built`);
  if (found.maxAgeSeconds !== wanted.maxAgeSeconds) {
    parts.push(
      `max_age is ${String(found.maxAgeSeconds)}, but ${String(wanted.maxAgeSeconds)} was built`,
    );
  }
  const more = found.mx.filter((one) => !wanted.mx.includes(one));
  const less = wanted.mx.filter((one) => !found.mx.includes(one));
  if (more.length > 0) parts.push(`mx also has ${listQuoted(more)}`);
  if (less.length > 0) parts.push(`mx lacks ${listQuoted(less)}`);
  return parts.join("; ");
}
