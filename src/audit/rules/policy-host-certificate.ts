/** The certificate of the policy host, at each of its addresses. */
import { certificateFaults, certificateProse } from "../certificate.ts";
import { expectsPolicy } from "../expects-policy.ts";
import { defineRule } from "../rule.ts";

const words = certificateProse({
  source: "RFC 8461 §3.3",
  effect:
    "senders accept no policy from this host, and keep the one that they hold until it expires",
  example: "mta-sts.example.com",
});

export const policyHostCertificate = defineRule(
  {
    "policy-host/certificate-expired": words.expired,
    "policy-host/certificate-not-yet-valid": words["not-yet-valid"],
    "policy-host/certificate-name": words.name,
    "policy-host/certificate-self-signed": words["self-signed"],
    "policy-host/certificate-private-root": words["private-root"],
    "policy-host/certificate-incomplete": words.incomplete,
    "policy-host/certificate-invalid": words.invalid,
    "policy-host/certificate-expiring": words.expiring,
  },
  (subject, add) => {
    if (!expectsPolicy(subject)) return;
    const { policyHost, observedAt } = subject.evidence;
    const { host } = policyHost;
    for (const { address, tls } of policyHost.fetches) {
      if (tls === null) continue;
      for (const { fault, args } of certificateFaults(tls, host, observedAt)) {
        add(`policy-host/certificate-${fault}`, args, { kind: "policy-host", host, address });
      }
    }
  },
);
