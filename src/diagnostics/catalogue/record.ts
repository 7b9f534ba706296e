import { entry } from "./entry.ts";
import { quote, shorten } from "./quote.ts";

const both = "RFC 8461 §3.1, RFC 8460 §3";

/** `v=STSv1` or `v=TLSRPTv1`. */
export interface Of {
  readonly version: string;
}

/** Why a text does not begin as its record must. */
export type VersionFault =
  | "empty"
  | "leading-space"
  | "quoted"
  | "case"
  | "space-around-equals"
  | "not-first"
  | "delimiter"
  | "zone-line"
  | "other-record"
  | "other-version";

const versionFixes: Readonly<Record<VersionFault, (a: Of) => string>> = {
  empty: (a) => `write \`${a.version}; …\``,
  "leading-space": (a) => `remove the space: the first character is the v of \`${a.version};\``,
  quoted: () =>
    "remove the quotation marks: they belong in the zone file, not in the record's text",
  case: (a) => `write \`${a.version};\` exactly so`,
  "space-around-equals": (a) => `write \`${a.version};\` without spaces around =`,
  "not-first": (a) => `move \`${a.version};\` to the beginning`,
  delimiter: (a) => `separate the fields with semicolons: \`${a.version}; …\``,
  "zone-line": (a) => `pass only the text of the record, starting at \`${a.version};\``,
  "other-record": (a) =>
    `this is a record of another kind (a wildcard TXT record?); publish one that begins with \`${a.version};\``,
  "other-version": (a) => `begin the text with \`${a.version};\``,
};

/** What can be wrong with an `_mta-sts` or an `_smtp._tls` TXT record. */
export const recordCodes = {
  "record/version": entry<Of & { found: string; fault: VersionFault }>({
    severity: "error",
    source: both,
    message: (a) =>
      a.fault === "empty"
        ? "the record is empty"
        : `the record begins with ${quote(a.found)}, not with ${quote(`${a.version};`)}`,
    fix: (a) => versionFixes[a.fault](a),
  }),
  "record/space-after-version": entry<Of>({
    severity: "warning",
    source: "RFC 8461 §3.1, erratum 6285; RFC 8460 §3",
    message: (a) =>
      `there is a space between ${quote(a.version)} and the semicolon; senders that look for ${quote(`${a.version};`)} discard the record`,
    fix: (a) => `write \`${a.version};\``,
  }),
  "record/trailing-space": entry<Record<string, never>>({
    severity: "warning",
    source: both,
    message: () => "the record ends in a space, which is allowed only before a semicolon",
    fix: () => "remove the space",
  }),
  "record/empty-field": entry<Record<string, never>>({
    severity: "error",
    source: both,
    message: () => "there is no field between two semicolons",
    fix: () => "remove one semicolon; the record may end in one",
  }),
  "record/space-around-equals": entry<{ name: string }>({
    severity: "error",
    source: both,
    message: (a) => `there is a space beside the = of ${quote(a.name)}`,
    fix: (a) => `write ${quote(`${a.name}=…`)}`,
  }),
  "record/field-name": entry<{
    name: string;
    reason: "empty" | "too-long" | "first" | "character";
  }>({
    severity: "error",
    source: both,
    message: (a) =>
      a.reason === "empty"
        ? "there is no field name before ="
        : a.reason === "too-long"
          ? `the field name ${quote(a.name)} has more than 32 characters`
          : a.reason === "first"
            ? `the field name ${quote(a.name)} does not begin with a letter or a digit`
            : `the field name ${quote(a.name)} has a character other than letters, digits, "_", "-" and "."`,
    fix: () => "remove the field, or give it another name",
  }),
  "record/field-value": entry<{ name: string; character: string | null }>({
    severity: "error",
    source: both,
    message: (a) =>
      a.character === null
        ? `the field ${quote(a.name)} has no value`
        : `the value of ${quote(a.name)} has the character ${quote(a.character)}, which is not allowed`,
    fix: () => "use printable ASCII without spaces, = and semicolons, or remove the field",
  }),
  "record/duplicate-field": entry<{ name: string }>({
    severity: "warning",
    source: both,
    message: (a) =>
      `${quote(a.name)} appears twice; most senders use the first, some the last, some neither`,
    fix: () => "keep one",
  }),
  "record/extension": entry<{ name: string }>({
    severity: "note",
    source: both,
    message: (a) =>
      `${quote(a.name)} is an unknown field; senders ignore it, some checkers complain`,
    fix: () => "remove it, unless somebody uses it",
  }),
  "record/similar-field": entry<{ name: string; meant: string }>({
    severity: "warning",
    source: both,
    message: (a) => `${quote(a.name)} is an unknown field, so senders ignore it`,
    fix: (a) => `did you mean \`${a.meant}=\`?`,
  }),
  "record/none": entry<Of & { owner: string; discarded: number }>({
    severity: "error",
    source: both,
    message: (a) =>
      a.discarded === 0
        ? `there is no TXT record at ${a.owner}`
        : a.discarded === 1
          ? `the TXT record at ${a.owner} does not begin with ${quote(`${a.version};`)}`
          : `none of the ${String(a.discarded)} TXT records at ${a.owner} begins with ${quote(`${a.version};`)}`,
    fix: (a) => `publish one TXT record that begins with \`${a.version};\``,
  }),
  "record/several": entry<Of & { owner: string; count: number }>({
    severity: "error",
    source: both,
    message: (a) =>
      `${String(a.count)} TXT records at ${a.owner} begin with ${quote(`${a.version};`)}; senders then ignore all of them`,
    fix: () => "keep one and remove the others",
  }),
  "record/discarded": entry<Of & { text: string; similar: boolean }>({
    severity: "warning",
    source: both,
    message: (a) =>
      `senders discard ${quote(a.text)}: it does not begin with ${quote(`${a.version};`)}`,
    fix: (a) =>
      a.similar
        ? `start it with exactly \`${a.version};\`, or remove it`
        : "remove the record from this name",
  }),
  "record/strings": entry<{ detail: string }>({
    severity: "error",
    source: "RFC 1035 §5.1",
    message: (a) => `the quoted strings cannot be read: ${a.detail}`,
    fix: () => 'write "…" "…", as in a zone file, or the bare text without quotation marks',
  }),
  "sts-record/missing-id": entry<Record<string, never>>({
    severity: "error",
    source: "RFC 8461 §3.1",
    message: () => "the record has no `id`",
    fix: () => "add `id=` and up to 32 letters and digits; use an id that no earlier policy had",
  }),
  "sts-record/id": entry<{
    id: string;
    fault: "empty" | "too-long" | "character";
    character: string;
  }>({
    severity: "error",
    source: "RFC 8461 §3.1",
    message: (a) =>
      a.fault === "empty"
        ? "the id is empty"
        : a.fault === "too-long"
          ? `the id ${quote(a.id)} has ${String(a.id.length)} characters; 32 are allowed`
          : `the id ${quote(a.id)} has the character ${quote(a.character)}; only ASCII letters and digits are allowed`,
    fix: (a) => {
      const letters = a.id.slice(0, 200).replace(/[^A-Za-z0-9]/g, "");
      return a.fault === "character" && letters !== "" && letters.length <= 32
        ? `write \`id=${letters}\`, if no earlier policy had that id`
        : "use a UTC time such as `id=20261124T093000Z`";
    },
  }),
  "sts-record/field-without-value": entry<{ field: string }>({
    severity: "error",
    source: "RFC 8461 §3.1",
    message: (a) => `${quote(a.field)} is not a field: there is no =`,
    fix: () => "write `name=value`, or remove it",
  }),
  "sts-record/policy-field": entry<{ name: string }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) => `${quote(a.name)} belongs in the policy file; senders ignore it here`,
    fix: (a) =>
      `write \`${shorten(a.name)}:\` into the policy, and only \`v\` and \`id\` into the record`,
  }),
} as const;
