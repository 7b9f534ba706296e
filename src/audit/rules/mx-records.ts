/** The domain's MX records: whether there are any, and whether each names a host. */
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";

export const mxRecords = defineRule(
  {
    "mx/none": prose<{ domain: string }>({
      severity: "warning",
      effect: "no",
      source: "RFC 5321 §5.1",
      reason:
        "Without an MX record senders fall back to the domain's own address, and a policy's patterns are matched against that name.",
      message: ({ domain }) => `${domain} has no MX record`,
      fix: ({ domain }) => `publish an MX record for ${domain}, or none and no policy`,
    }),
  },
  ({ domain, evidence }, report) => {
    const { mx } = evidence;
    if (mx.status === "no-data") report("mx/none", { domain }, { kind: "dns", name: mx.name });
  },
);
