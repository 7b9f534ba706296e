/** What RFC 8461 allows, but well-known programs reject. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import { isPolicyMediaType } from "../../mta-sts/media-type.ts";
import { expectsPolicy } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { servedBodies } from "../served-policy.ts";
import { readStsTxt } from "../txt-reading.ts";

const host = "mta-sts.example.com";
const quirk = { severity: "warning", effect: "none" } as const;

/** Problems that the parser finds, but RFC 8461 allows. */
const ofText = {
  "policy/blank-line": "sender-quirk/blank-line",
  "policy/extension": "sender-quirk/extension-field",
  "policy/version-not-first": "sender-quirk/field-order",
} as const satisfies Partial<Record<DiagnosticCode, string>>;

export const senderQuirk = defineRule(
  {
    "sender-quirk/media-type": prose<{ host: string; found: string | null }>({
      ...quirk,
      source: "RFC 8461 §3.2",
      reason:
        "Senders should check the media type, but need not. Those that do reject everything except `text/plain`, and a missing type too.",
      example: { host, found: "application/octet-stream" },
      message: (a) =>
        `${a.host} serves the policy ${a.found === null ? "without a media type" : `as ${quote(a.found)}`}; postfix-tlspol, postfix-mta-sts-resolver and go-mtasts then reject it`,
      fix: () => "serve it with the header `Content-Type: text/plain`",
    }),
    "sender-quirk/blank-line": prose<{ host: string }>({
      ...quirk,
      source: "RFC 8461 §3.2",
      reason:
        "The grammar has no blank lines. Most senders skip them, but one rejects the whole policy.",
      example: { host },
      message: (a) =>
        `the policy of ${a.host} has a blank line; postfix-tlspol then rejects the whole policy`,
      fix: () => "remove the blank line; one line break after `max_age` is enough",
    }),
    "sender-quirk/extension-field": prose<{ host: string }>({
      ...quirk,
      source: "RFC 8461 §3.2",
      reason:
        "Senders must ignore fields that they do not know. Some checkers do not, and people believe what they say.",
      example: { host },
      message: (a) =>
        `the policy of ${a.host} has a field that RFC 8461 does not define; checkdmarc then calls the policy invalid`,
      fix: () => "keep only version, mode, mx and max_age, unless somebody uses the field",
    }),
    "sender-quirk/field-order": prose<{ host: string }>({
      ...quirk,
      source: "RFC 8461 §3.2",
      reason:
        "RFC 8461 does not prescribe the order of the fields. Google's instructions ask for the version first.",
      example: { host },
      message: (a) =>
        `the policy of ${a.host} does not begin with the version; Google asks for it in the first line`,
      fix: () => "move `version: STSv1` to the top",
    }),
    "sender-quirk/unrelated-txt": prose<{ name: string; count: number; sample: string }>({
      ...quirk,
      source: "RFC 8461 §3.1",
      reason:
        "Senders must discard TXT records that do not begin with `v=STSv1;`. Not all checkers do, and large answers need TCP, which some networks block.",
      example: { name: "_mta-sts.example.com", count: 1, sample: "site-verification=abc" },
      message: (a) =>
        `${a.count === 1 ? `there is another TXT record at ${a.name}:` : `there are ${String(a.count)} other TXT records at ${a.name}, such as`} ${quote(a.sample)}; checkdmarc then calls the MTA-STS record invalid`,
      fix: () => "move them to the names where they belong",
    }),
  },
  (subject, add) => {
    const { evidence } = subject;
    const reading = readStsTxt(evidence);
    const [sample] = reading.kind === "record" ? reading.unrelated : [];
    if (reading.kind === "record" && sample !== undefined) {
      const { name } = evidence.stsTxt;
      const count = reading.unrelated.length;
      add("sender-quirk/unrelated-txt", { name, count, sample }, { kind: "dns", name });
    }
    if (!expectsPolicy(subject)) return;
    const { host, fetches } = evidence.policyHost;
    for (const { address, parsed } of servedBodies(evidence.policyHost)) {
      if (!parsed.ok) continue;
      const where = { kind: "policy-host", host, address } as const;
      const fetch = fetches.find((one) => one.address === address);
      if (fetch !== undefined && !isPolicyMediaType(fetch.contentType)) {
        add("sender-quirk/media-type", { host, found: fetch.contentType }, where);
      }
      const codes = new Set(parsed.warnings.map(({ code }) => code));
      for (const [code, finding] of Object.entries(ofText)) {
        if (codes.has(code as keyof typeof ofText)) add(finding, { host }, where);
      }
    }
  },
);
