/** What is live, in terms of what the site built: the table behind every finding of drift. */
import type { Declared, DeclaredInstance, Subject } from "./declared.ts";
import { livePolicies, meaningOf, type LivePolicy } from "./served-policy.ts";
import { readStsTxt } from "./txt-reading.ts";

/** Whose instance the TXT record announces. `unknown`: nobody can tell, or it is void. */
type Announced = "absent" | "unknown" | "current" | "earlier" | "foreign";

export interface Deployment {
  readonly announced: Announced;
  /** The id of the TXT record, or null. */
  readonly id: string | null;
  /** Whose policy is served; of several the farthest from what was built. */
  readonly served: "nothing" | "current" | "earlier" | "other";
  /** The policy of which `served` speaks; null for nothing. */
  readonly live: LivePolicy | null;
}

/** Compares what is live with what was built last. */
export function deploymentOf(
  { evidence }: Subject,
  { earlier }: Declared,
  current: DeclaredInstance,
): Deployment {
  const reading = readStsTxt(evidence);
  const id = reading.kind === "record" ? reading.value.id : null;
  const known = new Set(earlier.map((one) => meaningOf(one.policy)));
  const built = meaningOf(current.policy);
  const kinds = livePolicies(evidence.policyHost).map((live) => {
    const meaning = meaningOf(live.policy);
    const served = meaning === built ? "current" : known.has(meaning) ? "earlier" : "other";
    return { served, live } as const;
  });
  const worst =
    kinds.find(({ served }) => served === "other") ??
    kinds.find(({ served }) => served === "earlier") ??
    kinds[0];
  return {
    announced:
      id === null
        ? reading.kind === "absent"
          ? "absent"
          : "unknown"
        : id === current.id
          ? "current"
          : earlier.some((one) => one.id === id)
            ? "earlier"
            : "foreign",
    id,
    served: worst?.served ?? "nothing",
    live: worst?.live ?? null,
  };
}

/** Tells whether a declared policy was built and nothing of it is outside yet, neither record nor policy. */
export function isStillAtHome(subject: Subject): boolean {
  const { declared } = subject;
  if (declared === null || declared.policy === null || declared.current === null) return false;
  const { announced, served } = deploymentOf(subject, declared, declared.current);
  return announced === "absent" && served === "nothing";
}
