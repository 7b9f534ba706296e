import { entry } from "./entry.ts";
import { percentEncode, quote, shorten } from "./quote.ts";

export interface Uri {
  readonly uri: string;
}

/** What can be wrong with an `_smtp._tls` record and with a report URI. */
export const tlsRptCodes = {
  "tls-rpt/missing-rua": entry<Record<string, never>>({
    severity: "error",
    source: "RFC 8460 §3",
    message: () => "the record has no `rua`",
    fix: () => "add `rua=mailto:` and the address that should receive the reports",
  }),
  "tls-rpt/empty-uri": entry<Record<string, never>>({
    severity: "error",
    source: "RFC 8460 §3",
    message: () => "a URI is missing here, after `rua=` or next to a comma",
    fix: () => "write a URI such as mailto:tls-reports@example.com, or remove the extra comma",
  }),
  "tls-rpt/semicolon-separator": entry<Uri>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `a semicolon ends the list of URIs, so ${quote(a.uri)} is not part of it`,
    fix: () => "separate the URIs with commas",
  }),
  "tls-rpt/field-without-value": entry<{ field: string }>({
    severity: "warning",
    source: "RFC 8460 §3",
    message: (a) =>
      `${quote(a.field)} is not a field: there is no =; some senders refuse the record`,
    fix: () => "write `name=value`, or remove it",
  }),
  "tls-rpt/rua-http": entry<Uri>({
    severity: "warning",
    source: "RFC 8460 §3",
    message: (a) => `${quote(a.uri)} is not https; senders do not send reports there`,
    fix: (a) => `write ${quote(a.uri.replace(/^http/i, "https"))}`,
  }),
  "rua/empty": entry<Record<string, never>>({
    severity: "error",
    source: "RFC 8460 §3",
    message: () => "the report URI is empty",
    fix: () => "write a URI such as mailto:tls-reports@example.com",
  }),
  "rua/http": entry<Uri>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `${quote(a.uri)} is not https; reports are sent only by https or mailto`,
    fix: (a) => `write ${quote(a.uri.replace(/^http/i, "https"))}`,
  }),
  "rua/bare-address": entry<Uri>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `${quote(a.uri)} is a mail address, not a URI`,
    fix: (a) => `write mailto:${shorten(a.uri)}`,
  }),
  "rua/no-scheme": entry<Uri>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `${quote(a.uri)} is not a URI: it has no scheme`,
    fix: () => "start it with mailto: or https://",
  }),
  "rua/scheme": entry<Uri & { scheme: string }>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `reports cannot be sent by ${quote(`${a.scheme}:`)}`,
    fix: () => "use mailto: or https:",
  }),
  "rua/size-suffix": entry<Uri & { suffix: string; fixed: string }>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `${quote(a.suffix)} is a size limit of old DMARC records; TLS-RPT has none`,
    fix: (a) => `write ${shorten(a.fixed)}`,
  }),
  "rua/unencoded": entry<Uri & { character: string; fixed: string }>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) =>
      `${quote(a.character)} must be written ${percentEncode(a.character)} inside a URI`,
    fix: (a) => `write ${shorten(a.fixed)}`,
  }),
  "rua/several": entry<Uri>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `${quote(a.uri)} is more than one URI`,
    fix: () => "write a list with one URI per item; in a TXT record, separate them with commas",
  }),
  "rua/character": entry<Uri & { character: string }>({
    severity: "error",
    source: "RFC 3986 §2",
    message: (a) => `${quote(a.character)} is not allowed at this point of a URI`,
    fix: (a) => `write it as ${percentEncode(a.character)}, or remove it`,
  }),
  "rua/non-ascii": entry<Uri & { encoded: string }>({
    severity: "error",
    source: "RFC 3986 §2.1",
    message: (a) => `${quote(a.uri)} has characters outside ASCII`,
    fix: (a) => `write ${shorten(a.encoded)}`,
  }),
  "rua/percent": entry<Uri & { found: string }>({
    severity: "error",
    source: "RFC 3986 §2.1",
    message: (a) => `${quote(a.found)} is not a percent-encoded character`,
    fix: () => "write % and two hexadecimal digits that make UTF-8; the % itself is %25",
  }),
  "rua/control-character": entry<Uri & { character: string }>({
    severity: "error",
    source: "RFC 3986 §2",
    message: (a) => `the URI has the control character ${quote(a.character)}`,
    fix: () => "remove it",
  }),
  "rua/space": entry<Uri & { fixed: string | null }>({
    severity: "error",
    source: "RFC 8460 §3",
    message: (a) => `${quote(a.uri)} has a space`,
    fix: (a) =>
      a.fixed === null
        ? "separate several URIs with commas; inside one, a space is %20"
        : `write ${shorten(a.fixed)}`,
  }),
  "rua/mailto-slashes": entry<Uri & { fixed: string }>({
    severity: "error",
    source: "RFC 6068 §2",
    message: () => "slashes do not belong after mailto:",
    fix: (a) => `write ${shorten(a.fixed)}`,
  }),
  "rua/mailbox": entry<
    Uri & { mailbox: string; fault: "no-at" | "several-at" | "local" | "domain" }
  >({
    severity: "error",
    source: "RFC 6068 §2",
    message: (a) =>
      a.mailbox === ""
        ? "there is no mail address after mailto:"
        : a.fault === "no-at"
          ? `${quote(a.mailbox)} is not a mail address: there is no @`
          : a.fault === "several-at"
            ? `${quote(a.mailbox)} has more than one @`
            : a.fault === "domain"
              ? `${quote(a.mailbox)} has no domain after the @`
              : `the part before the @ in ${quote(a.mailbox)} is not a valid local part`,
    fix: () => "write an address such as mailto:tls-reports@example.com",
  }),
  "rua/header-fields": entry<Uri & { fixed: string }>({
    severity: "warning",
    source: "RFC 8460 §5.3",
    message: (a) =>
      `${quote(a.uri)} sets header fields; senders set their own, and some read these as part of the address`,
    fix: (a) => `write ${shorten(a.fixed)}`,
  }),
  "rua/no-host": entry<Uri>({
    severity: "error",
    source: "RFC 9110 §4.2.2",
    message: (a) => `${quote(a.uri)} has no host`,
    fix: () => "write https://, a host name and a path, such as https://tls.example.com/reports",
  }),
  "rua/host": entry<Uri & { host: string }>({
    severity: "error",
    source: "RFC 3986 §3.2.2",
    message: (a) => `${quote(a.host)} is not an IPv6 address in brackets`,
    fix: () => "write the host name",
  }),
  "rua/userinfo": entry<Uri>({
    severity: "error",
    source: "RFC 9110 §4.2.4",
    message: () =>
      "the URI contains a user name; the record is public, and clients refuse such a URI",
    fix: () => "remove the @ and everything before it",
  }),
  "rua/port": entry<Uri & { port: string }>({
    severity: "error",
    source: "RFC 3986 §3.2.3",
    message: (a) =>
      a.port === "" ? "there is no port after the colon" : `${quote(a.port)} is not a port`,
    fix: () => "write a number from 1 to 65535 after the colon, or remove the colon",
  }),
} as const;
