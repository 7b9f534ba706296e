/** Every domain of the zoo, in the order in which it is shown. */
import { declaredEntries } from "./entries/declared.ts";
import { dnsEntries } from "./entries/dns.ts";
import { healthyEntries } from "./entries/healthy.ts";
import { mxHostEntries } from "./entries/mx-host.ts";
import { policyHostEntries } from "./entries/policy-host.ts";
import type { ZooEntry } from "./entry.ts";

export const zooTable: readonly ZooEntry[] = [
  ...healthyEntries,
  ...dnsEntries,
  ...policyHostEntries,
  ...mxHostEntries,
  ...declaredEntries,
];
