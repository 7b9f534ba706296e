/** The certificate of each MX host, at each of its addresses. */
import { certificateFaults, certificateProse } from "../certificate.ts";
import { dnsIdMatches } from "../../names/dns-id.ts";
import type { SmtpProbe } from "../evidence.ts";
import { prose } from "../finding.ts";
import { probesOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { listQuoted } from "../wording.ts";

const words = certificateProse({
  source: "RFC 8461 §4.2",
  effect: "senders that honour an enforced policy do not deliver to this host",
  example: "mx1.example.com",
});

export const mxHostCertificate = defineRule(
  {
    "mx-host/certificate-expired": words.expired,
    "mx-host/certificate-not-yet-valid": words["not-yet-valid"],
    "mx-host/certificate-name": words.name,
    "mx-host/certificate-self-signed": words["self-signed"],
    "mx-host/certificate-private-root": words["private-root"],
    "mx-host/certificate-incomplete": words.incomplete,
    "mx-host/certificate-invalid": words.invalid,
    "mx-host/certificate-expiring": words.expiring,
    "mx-host/certificate-needs-sni": prose<{ host: string; names: readonly string[] }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §4.2",
      reason:
        "Senders that honour MTA-STS send SNI, so the policy works. Older senders and many test tools do not, and get another host's certificate; they then deliver in clear text, or warn.",
      example: { host: "mx1.example.com", names: ["default.example.net"] },
      message: (a) =>
        `${a.host} presents ${a.names.length === 0 ? "a certificate without a DNS name" : `the certificate of ${listQuoted(a.names)}`} to clients that send no SNI`,
      fix: (a) => `make the certificate of ${a.host} the server's default`,
    }),
  },
  (subject, add) => {
    const { observedAt } = subject.evidence;
    for (const { host, probe } of probesOf(subject)) {
      const where = { kind: "mx", host, address: probe.address } as const;
      if (probe.tls === null) continue;
      for (const { fault, args } of certificateFaults(probe.tls, host, observedAt)) {
        add(`mx-host/certificate-${fault}`, args, where);
      }
      const names = otherNames(host, probe);
      if (names !== null) add("mx-host/certificate-needs-sni", { host, names }, where);
    }
  },
);

/** The names of the certificate that is served without SNI, if it is not valid for the host; else null. */
function otherNames(host: string, probe: SmtpProbe): readonly string[] | null {
  const { tls, fingerprintWithoutSni, dnsNamesWithoutSni } = probe;
  const leaf = tls?.chain[0];
  if (leaf === undefined || fingerprintWithoutSni === null || dnsNamesWithoutSni === null)
    return null;
  if (fingerprintWithoutSni === leaf.fingerprint) return null;
  if (dnsNamesWithoutSni.some((name) => dnsIdMatches(name, host))) return null;
  return dnsNamesWithoutSni.slice(0, 3);
}
