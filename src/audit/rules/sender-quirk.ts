/** What RFC 8461 allows, and well-known programs reject all the same. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import { isPolicyMediaType } from "../../mta-sts/media-type.ts";
import { expectsPolicy } from "../expectation.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { servedBodies } from "../served-policy.ts";
import { readStsTxt } from "../txt-reading.ts";

const host = "mta-sts.example.com";
const quirk = { severity: "warning", effect: "none" } as const;

/** Problems of the parser that are no problem to the RFC. */
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
        "Senders should check the media type, and need not. Those that do refuse everything but `text/plain`, and a missing type too.",
      example: { host, found: "application/octet-stream" },
      message: (a) =>
        `${a.host} serves the policy ${a.found === null ? "without a media type" : `as ${quote(a.found)}`}; postfix-tlspol, postfix-mta-sts-resolver and go-mtasts then refuse it`,
      fix: () => "serve it with the header `Content-Type: text/plain`",
    }),
    "sender-quirk/blank-line": prose<{ host: string }>({
      ...quirk,
      source: "RFC 8461 §3.2",
      reason:
        "The grammar has no blank lines, and most senders skip them. One that does not drops the whole policy.",
      example: { host },
      message: (a) =>
        `the policy of ${a.host} has a blank line; postfix-tlspol then drops the whole policy`,
      fix: () => "remove the line; one line end after `max_age` is enough",
    }),
    "sender-quirk/extension-field": prose<{ host: string }>({
      ...quirk,
      source: "RFC 8461 §3.2",
      reason:
        "Senders have to ignore fields that they do not know. Checkers do not, and what they call invalid their users believe to be.",
      example: { host },
      message: (a) =>
        `the policy of ${a.host} has a field that RFC 8461 does not know; checkdmarc then calls the policy invalid`,
      fix: () => "leave only version, mode, mx and max_age, unless somebody reads the field",
    }),
    "sender-quirk/field-order": prose<{ host: string }>({
      ...quirk,
      source: "RFC 8461 §3.2",
      reason:
        "The RFC leaves the order of the fields open. Google's instructions ask for the version first.",
      example: { host },
      message: (a) =>
        `the policy of ${a.host} does not begin with the version; Google asks for it in the first line`,
      fix: () => "move `version: STSv1` to the top",
    }),
    "sender-quirk/unrelated-txt": prose<{ name: string; count: number; sample: string }>({
      ...quirk,
      source: "RFC 8461 §3.1",
      reason:
        "Senders have to discard TXT records that do not begin with `v=STSv1;`. Checkers do not all do so, and large answers need TCP, which not every network lets through.",
      example: { name: "_mta-sts.example.com", count: 1, sample: "site-verification=abc" },
      message: (a) =>
        `${a.count === 1 ? `there is another TXT record at ${a.name}:` : `${String(a.count)} other TXT records are at ${a.name}, such as`} ${quote(a.sample)}; checkdmarc then calls the record invalid`,
      fix: () => "move them to the names that they belong to",
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
      for (const [code, told] of Object.entries(ofText)) {
        if (codes.has(code as keyof typeof ofText)) add(told, { host }, where);
      }
    }
  },
);
