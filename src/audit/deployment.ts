/** What is live, compared with what the site built: the basis of all drift findings. */
import type { DeclaredDomain, DeclaredInstance, Subject } from "./subject.ts";
import { servedPolicies, meaningOf, type ServedPolicy } from "./served-policy.ts";
import { readStsTxt } from "./txt-reading.ts";

/** Which instance the TXT record announces. `unknown`: there was no answer, or it is invalid. */
type Announced = "absent" | "unknown" | "current" | "earlier" | "foreign";

export interface Deployment {
  readonly announced: Announced;
  /** The id of the TXT record, or null. */
  readonly id: string | null;
  /** Which policy is served; of several the one farthest from what was built. */
  readonly served: "nothing" | "current" | "earlier" | "other";
  /** The policy that `served` is about; null for `nothing`. */
  readonly live: ServedPolicy | null;
}

/** Compares what is live with what was built last. */
export function deploymentOf(
  { evidence }: Subject,
  { earlier }: DeclaredDomain,
  current: DeclaredInstance,
): Deployment {
  const reading = readStsTxt(evidence);
  const id = reading.kind === "record" ? reading.value.id : null;
  const known = new Set(earlier.map((one) => meaningOf(one.policy)));
  const built = meaningOf(current.policy);
  const kinds = servedPolicies(evidence.policyHost).map((live) => {
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

/** Whether a declared policy was built, but neither its record nor its policy is live yet. */
export function isUndeployed(subject: Subject): boolean {
  const { declared } = subject;
  if (declared === null || declared.policy === null || declared.current === null) return false;
  const { announced, served } = deploymentOf(subject, declared, declared.current);
  return announced === "absent" && served === "nothing";
}
