import { entry } from "./entry.ts";
import { quote, shorten } from "./quote.ts";

/** What can be wrong with a domain name or a host name, wherever one stands. */
export const nameCodes = {
  "name/empty": entry<Record<string, never>>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: () => "the name is empty",
    fix: () => "write a name such as mail.example.com",
  }),
  "name/trailing-dot": entry<{ name: string; fixed: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} ends in a dot`,
    fix: (a) => `write ${shorten(a.fixed)}; the final dot belongs in zone files only`,
  }),
  "name/empty-label": entry<{ name: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) =>
      a.name.startsWith(".")
        ? `${quote(a.name)} begins with a dot`
        : `${quote(a.name)} has two dots in a row`,
    fix: () => "remove the extra dot",
  }),
  "name/label-too-long": entry<{ name: string; label: string }>({
    severity: "error",
    source: "RFC 1035 §2.3.4",
    message: (a) =>
      `the label ${quote(a.label)} is ${String(a.label.length)} bytes long; DNS allows 63`,
    fix: () => "shorten the part between the dots to at most 63 bytes",
  }),
  "name/too-long": entry<{ name: string; octets: number }>({
    severity: "error",
    source: "RFC 1035 §2.3.4",
    message: (a) => `${quote(a.name)} is ${String(a.octets)} bytes long; DNS allows 253`,
    fix: () => "use a shorter name",
  }),
  "name/hyphen": entry<{ name: string; label: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) =>
      `the label ${quote(a.label)} ${a.label.startsWith("-") ? "begins" : "ends"} with a hyphen`,
    fix: () => "remove the hyphen: a label begins and ends with a letter or a digit",
  }),
  "name/underscore": entry<{ name: string; label: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} has an underscore, which a host name cannot have`,
    fix: (a) => {
      // `_mta-sts.acme.de` is where a record of `acme.de` stands.
      const below = /^(?:_[^.]*\.)+([^_]+)$/.exec(a.name)?.[1];
      if (below !== undefined) return `write ${shorten(below)}`;
      return a.label.startsWith("_")
        ? `write the name without ${quote(a.label)}`
        : "use a hyphen instead, in DNS too";
    },
  }),
  "name/wildcard": entry<{ name: string }>({
    severity: "error",
    source: "RFC 8461 §3.4",
    message: (a) => `${quote(a.name)} is a pattern, not a name`,
    fix: () => "list every domain: a policy never covers subdomains",
  }),
  "name/single-label": entry<{ name: string }>({
    severity: "error",
    source: "RFC 5321 §2.3.5",
    message: (a) => `${quote(a.name)} has one label only; it is not a fully qualified name`,
    fix: () => "write the whole name, such as mail.example.com",
  }),
  "name/numeric-tld": entry<{ name: string; label: string }>({
    severity: "error",
    source: "RFC 3696 §2",
    message: (a) => `${quote(a.name)} ends in ${quote(a.label)}; no top-level domain is all digits`,
    fix: () => "write a host name, not an address or a version number",
  }),
  "name/ip-address": entry<{ name: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} is an IP address, not a name`,
    fix: () => "write the host name from the MX record, or the host name of this address",
  }),
  "name/url": entry<{ name: string; host: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} is a URL or a path, not a name`,
    fix: (a) =>
      a.host === "" ? "write the host name only" : `write the host name only: ${shorten(a.host)}`,
  }),
  "name/mail-address": entry<{ name: string; domain: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} has an @; it is a mail address, not a name`,
    fix: (a) =>
      a.domain === ""
        ? "write the name after the @"
        : `write the part after the @: ${shorten(a.domain)}`,
  }),
  "name/port": entry<{ name: string; host: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} has a port`,
    fix: (a) => `write ${shorten(a.host)}`,
  }),
  "name/list": entry<{ name: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} is not one name: it contains a space, a comma or a semicolon`,
    fix: () => "write one name per line, or one per list item",
  }),
  "name/space": entry<{ name: string; fixed: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} has spaces around the name`,
    fix: (a) => `write ${shorten(a.fixed)}`,
  }),
  "name/character": entry<{ name: string; character: string }>({
    severity: "error",
    source: "RFC 5321 §4.1.2",
    message: (a) => `${quote(a.name)} has the character ${quote(a.character)}`,
    fix: () => "use letters, digits, hyphens and dots only",
  }),
  "name/non-ascii": entry<{ name: string; ascii: string | null }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) =>
      `${quote(a.name)} has characters outside ASCII; write the name in A-labels here (xn--…)`,
    fix: (a) =>
      a.ascii === null
        ? "write the name in its ASCII form, xn--…"
        : `write ${shorten(a.ascii)}, the form that DNS uses`,
  }),
  "name/international": entry<{ name: string }>({
    severity: "error",
    source: "RFC 5891 §4",
    message: (a) => `${quote(a.name)} cannot be written as a DNS name`,
    fix: () => "check the characters: some are not allowed in international names, or not together",
  }),
  "name/a-label": entry<{ name: string; label: string }>({
    severity: "error",
    source: "RFC 5890 §2.3.2.1",
    message: (a) => `${quote(a.label)} begins with xn-- but does not encode an international label`,
    fix: () => "write the label in its own script, or copy the xn-- form from your registrar",
  }),
} as const;
