import { entry } from "./entry.ts";
import { quote, shorten } from "./quote.ts";

type Nothing = Record<string, never>;

const example = "version: STSv1, mode: enforce, mx: mail.example.com, max_age: 604800";

const fieldFixes: Readonly<Record<string, string>> = {
  version: "add the line `version: STSv1` at the top",
  mode: "add a line `mode: testing` or `mode: enforce`",
  max_age: "add a line `max_age: 604800`, in seconds",
};

/** What can be wrong with a text's bytes, with a policy, and with an mx pattern. */
export const policyCodes = {
  "text/bom": entry<Nothing>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: () =>
      "the text begins with a byte order mark, which senders read as part of the first field name",
    fix: () => "save the file as UTF-8 without BOM",
  }),
  "text/not-utf8": entry<{ bytes: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `these bytes are not UTF-8: ${a.bytes}`,
    fix: () => "save the file as plain ASCII",
  }),
  "policy/empty": entry<Nothing>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: () => "the policy is empty",
    fix: () => `it needs one line each: ${example}`,
  }),
  "policy/not-a-policy": entry<{ what: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `this is ${a.what}, not a policy`,
    fix: () => `serve plain text, one line each: ${example}`,
  }),
  "policy/too-large": entry<{ bytes: number }>({
    severity: "error",
    source: "RFC 8461 §3.3",
    message: (a) => `the policy has ${String(a.bytes)} bytes; senders may stop reading at 65536`,
    fix: () => "use wildcard patterns, or fewer mx lines",
  }),
  "policy/blank-line": entry<Nothing>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: () => "blank line: the grammar allows none, and some senders reject the whole policy",
    fix: () => "remove the line",
  }),
  "policy/bare-cr": entry<{ count: number }>({
    severity: "error",
    source: "RFC 8461 §3.2, erratum 6253",
    message: (a) =>
      a.count === 1
        ? "a line ends in a bare CR"
        : `${String(a.count)} lines end in a bare CR, here and below`,
    fix: () => "end lines in CRLF or LF",
  }),
  "policy/leading-space": entry<{ line: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) =>
      `${quote(a.line)} is indented; lines of a policy are neither indented nor folded`,
    fix: () => "start the line with the field name",
  }),
  "policy/no-colon": entry<{ line: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `${quote(a.line)} is not a field: there is no colon`,
    fix: (a) => {
      const parts = /^([A-Za-z0-9_.-]{1,32})[ \t]*[= \t][ \t]*(\S.{0,60})$/.exec(a.line);
      if (parts !== null) return `write ${quote(`${parts[1] ?? ""}: ${parts[2] ?? ""}`)}`;
      return "write `name: value`, or remove the line; there are no comments in a policy";
    },
  }),
  "policy/space-before-colon": entry<{ name: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `there is a space between ${quote(a.name)} and the colon`,
    fix: (a) => `write ${quote(`${a.name}: …`)}`,
  }),
  "policy/field-name": entry<{
    name: string;
    reason: "empty" | "too-long" | "first" | "character";
  }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) =>
      a.reason === "empty"
        ? "there is no field name before the colon"
        : a.reason === "too-long"
          ? `the field name ${quote(a.name)} has more than 32 characters`
          : a.reason === "first"
            ? `the field name ${quote(a.name)} does not begin with a letter or a digit`
            : `the field name ${quote(a.name)} has a character other than letters, digits, "_", "-" and "."`,
    fix: () => "remove the line; a policy needs only version, mode, mx and max_age",
  }),
  "policy/empty-value": entry<{ field: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `${quote(a.field)} has no value`,
    fix: (a) =>
      a.field === "mx"
        ? "write the host name of one MX, such as `mx: mail.example.com`, or remove the line"
        : a.field === "max_age"
          ? "write seconds, such as `max_age: 604800`"
          : a.field === "mode"
            ? "write none, testing or enforce"
            : a.field === "version"
              ? "write `version: STSv1`"
              : "write a value, or remove the line",
  }),
  "policy/missing-field": entry<{ field: "version" | "mode" | "max_age" }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `the policy has no \`${a.field}\``,
    fix: (a) => fieldFixes[a.field] ?? "",
  }),
  "policy/missing-mx": entry<{ mode: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `mode ${a.mode} needs at least one \`mx\``,
    fix: () => "add a line `mx: <host name>` for every MX record of the domain",
  }),
  "policy/duplicate-field": entry<{ field: string }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) =>
      `${quote(a.field)} appears twice; most senders use the first, some the last, some neither`,
    fix: () => "keep one line",
  }),
  "policy/duplicate-mx": entry<{ pattern: string }>({
    severity: "note",
    source: "RFC 8461 §3.2",
    message: (a) => `the pattern ${quote(a.pattern)} appears twice`,
    fix: () => "remove the line; it changes nothing",
  }),
  "policy/version-not-first": entry<Nothing>({
    severity: "note",
    source: "RFC 8461 §3.2",
    message: () =>
      "`version` is not the first line; the RFC allows that, but Google wants it first",
    fix: () => "move the line to the top",
  }),
  "policy/version": entry<{ found: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `the version is ${quote(a.found)}, not STSv1`,
    fix: () => "write `version: STSv1`, exactly so",
  }),
  "policy/mode": entry<{ found: string; meant: string | null }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `there is no mode ${quote(a.found)}`,
    fix: (a) =>
      a.meant === null ? "write none, testing or enforce" : `did you mean \`mode: ${a.meant}\`?`,
  }),
  "policy/max-age-not-digits": entry<{ found: string; seconds: number | null }>({
    severity: "error",
    source: "RFC 8461 §3.2, erratum 7282",
    message: (a) => `max_age is ${quote(a.found)}; only digits are allowed`,
    fix: (a) =>
      `write whole seconds without unit, sign or separator, such as \`max_age: ${String(a.seconds ?? 604800)}\``,
  }),
  "policy/max-age-too-many-digits": entry<{ found: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `max_age is ${quote(a.found)}, longer than 10 digits`,
    fix: () => "write at most 31557600, which is one year",
  }),
  "policy/max-age-too-large": entry<{ found: number }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) =>
      `max_age is ${String(a.found)}, above the maximum of 31557600; some senders reject the policy`,
    fix: () => "write at most 31557600, which is one year",
  }),
  "policy/max-age-short": entry<{ found: number }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) =>
      a.found === 0
        ? "max_age is 0: senders may keep nothing, so the policy protects no mail"
        : `max_age is ${String(a.found)}, less than a day: senders forget the policy between two mails, and then nothing protects the next one from an attacker who blocks the policy host`,
    fix: () => "write at least 86400, a day; for enforce, several weeks",
  }),
  "policy/extension": entry<{ name: string }>({
    severity: "note",
    source: "RFC 8461 §3.2",
    message: (a) =>
      `${quote(a.name)} is an unknown field; senders ignore it, some checkers complain`,
    fix: () => "remove the line, unless somebody uses it",
  }),
  "policy/extension-value": entry<{ name: string; character: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `the value of ${quote(a.name)} has the control character ${quote(a.character)}`,
    fix: () => "remove the character, or the line",
  }),
  "policy/similar-field": entry<{ name: string; meant: string }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) => `${quote(a.name)} is an unknown field, so senders ignore the line`,
    fix: (a) => `did you mean \`${a.meant}:\`?`,
  }),
  "policy/mx-trailing-dot": entry<{ pattern: string; fixed: string }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) => `the pattern ${quote(a.pattern)} ends in a dot; some senders reject the policy`,
    fix: (a) => `write \`mx: ${shorten(a.fixed)}\``,
  }),
  "policy/mx-single-label": entry<{ pattern: string }>({
    severity: "warning",
    source: "RFC 8461 §4.1",
    message: (a) =>
      `the pattern ${quote(a.pattern)} has one label only; no public MX has such a name`,
    fix: () => "write the full host name from the MX record",
  }),
  "policy/mx-wildcard-tld": entry<{ pattern: string }>({
    severity: "warning",
    source: "RFC 8461 §10.4",
    message: (a) => `the pattern ${quote(a.pattern)} allows every host of a whole top-level domain`,
    fix: () => "list the MX hosts, or use a wildcard under your own domain or your mail provider's",
  }),
  "policy/mx-unmatchable": entry<{
    pattern: string;
    reason: "ip-address" | "numeric-tld" | "label-too-long" | "a-label";
  }>({
    severity: "warning",
    source: "RFC 8461 §4.1",
    message: (a) =>
      `no MX record can match the pattern ${quote(a.pattern)}: ${
        a.reason === "ip-address"
          ? "it is an IP address"
          : a.reason === "numeric-tld"
            ? "its last label is all digits"
            : a.reason === "label-too-long"
              ? "a label is longer than 63 bytes"
              : "an xn-- label is not a valid A-label"
      }`,
    fix: () => "write the host name from the MX record",
  }),
  "mx/empty": entry<Nothing>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: () => "the mx pattern is empty",
    fix: () => "write the host name of one MX, such as mail.example.com or *.mail.example.com",
  }),
  "mx/wildcard-alone": entry<{ pattern: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `${quote(a.pattern)} alone is not a pattern: it would allow every host`,
    fix: () => "write `*.` and a domain, such as *.mail.example.com",
  }),
  "mx/wildcard-partial": entry<{ pattern: string; label: string }>({
    severity: "error",
    source: "RFC 8461 §4.1",
    message: (a) => `${quote(a.label)}: the * stands for one whole label, never for a part of one`,
    fix: () => "write `*.` and a domain, or the whole host name",
  }),
  "mx/wildcard-several": entry<{ pattern: string }>({
    severity: "error",
    source: "RFC 8461 §4.1",
    message: (a) => `${quote(a.pattern)} has more than one *`,
    fix: () =>
      "use one * as the leftmost label; for deeper hosts, write one pattern per parent domain",
  }),
  "mx/wildcard-not-first": entry<{ pattern: string }>({
    severity: "error",
    source: "RFC 8461 §4.1",
    message: (a) => `the * in ${quote(a.pattern)} is not the leftmost label`,
    fix: () => "write every host name, or a wildcard as the leftmost label",
  }),
  "mx/wildcard-tld": entry<{ pattern: string }>({
    severity: "error",
    source: "RFC 8461 §10.4",
    message: (a) => `${quote(a.pattern)} would allow every host of a whole top-level domain`,
    fix: () => "list the MX hosts, or use a wildcard under your own domain or your mail provider's",
  }),
  "mx/leading-dot": entry<{ pattern: string }>({
    severity: "error",
    source: "RFC 8461 §4.1",
    message: (a) => `${quote(a.pattern)} begins with a dot`,
    fix: (a) => `write ${quote(`*${a.pattern}`)}; the * stands for exactly one label`,
  }),
  "mx/preference": entry<{ pattern: string; host: string }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `${quote(a.pattern)} has the preference number of an MX record`,
    fix: (a) => `write the host name only: ${shorten(a.host)}`,
  }),
} as const;
