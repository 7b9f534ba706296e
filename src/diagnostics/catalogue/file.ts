import { entry } from "./entry.ts";

/** Why a text is not YAML, in the terms of {@link fileCodes}. */
export const syntaxReasons = {
  "closing-quote": "the closing quote is missing",
  "closing-bracket": "the closing `]` or `}` is missing, or what is inside is not indented",
  comma: "a `,` is missing between two items",
  "colon-space": "a `:` after a key is missing, or the space after it",
  indentation: "the indentation does not fit the lines above",
  tab: "tabs cannot indent YAML",
  escape: "this backslash escape does not exist",
  start: "a plain value cannot begin with this character",
  "nested-map": "a second `key: value` cannot stand on the same line",
  "long-key": "a key cannot be longer than 1,024 characters",
  "surplus-bracket": "this bracket closes nothing",
  "after-value": "something follows the end of the value",
  unexpected: "this was not expected here",
} as const;
export type SyntaxReason = keyof typeof syntaxReasons;

const syntaxFixes: Readonly<Record<SyntaxReason, string>> = {
  "closing-quote": "add the quote that ends the value",
  "closing-bracket": "close the bracket, and indent what is inside it below its key",
  comma: "put a `,` between the items, and quotes around a value that contains one",
  "colon-space": "write `key: value`, with a space after the colon",
  indentation: "indent all keys of one map by the same number of spaces",
  tab: "indent with spaces",
  escape: "use single quotes, where a backslash has no special meaning",
  start: "put the value in quotes",
  "nested-map": "put quotes around the value, or begin a new line",
  "long-key": "a `:` may be missing, or a quote",
  "surplus-bracket": "remove it, or add the opening bracket",
  "after-value": "put the whole value between one pair of quotes, or begin a new line",
  unexpected: "look for a missing quote, colon or dash on this line or the one before",
};

/** What can be wrong with a YAML text, before it means anything. */
export const fileCodes = {
  "file/not-utf8": entry<{ utf16: boolean }>({
    severity: "error",
    message: (a) => (a.utf16 ? "the file is encoded as UTF-16" : "this byte is not valid UTF-8"),
    fix: () => "save the file as UTF-8, without a byte order mark",
  }),
  "file/bom": entry<Record<string, never>>({
    severity: "error",
    message: () => "the file begins with a byte order mark (U+FEFF)",
    fix: () => "save the file as UTF-8, without a byte order mark",
  }),
  "file/control-character": entry<{ code: string }>({
    severity: "error",
    message: (a) => `the invisible character ${a.code} is not allowed: reviewers could not see it`,
    fix: () => "remove it",
  }),
  "file/too-large": entry<{ bytes: number; limit: number }>({
    severity: "error",
    message: (a) =>
      `the file has ${a.bytes.toLocaleString("en-US")} bytes; the limit is ${a.limit.toLocaleString("en-US")}`,
    fix: () => "split the group into several files",
  }),
  "file/empty": entry<Record<string, never>>({
    severity: "error",
    message: () => "the file is empty",
    fix: () => "start with `domain: example.com`, or delete the file",
  }),
  "file/not-a-map": entry<{
    got: "text" | "list" | "number" | "boolean";
    /** What such a file may begin with. */
    beginning: string;
  }>({
    severity: "error",
    message: (a) =>
      `the file is ${{ text: "one text", list: "a list", number: "one number", boolean: "a single true or false" }[a.got]}, not a map of keys`,
    fix: (a) => `begin with \`${a.beginning}\``,
  }),
  "file/several-documents": entry<Record<string, never>>({
    severity: "error",
    message: () => "a second YAML document starts here; a file may hold only one",
    fix: () => "remove the `---` line, or move what follows into a file of its own",
  }),
  "file/directive": entry<{ name: string }>({
    severity: "error",
    message: (a) => `YAML directives such as ${a.name} are not supported`,
    fix: () => "remove the line; the file is read as YAML 1.2",
  }),
  "file/tag": entry<{ tag: string }>({
    severity: "error",
    message: (a) => `YAML tags such as ${a.tag} are not supported`,
    fix: () => "remove the tag; quote the value if you mean text",
  }),
  "file/anchor": entry<{ name: string }>({
    severity: "error",
    message: (a) => `YAML anchors such as &${a.name} are not supported`,
    fix: () =>
      "put values that many domains share under `defaults:` or `profiles:` in stspress.yaml",
  }),
  "file/alias": entry<{ name: string }>({
    severity: "error",
    message: (a) => `YAML aliases such as *${a.name} are not supported`,
    fix: () =>
      "put values that many domains share under `defaults:` or `profiles:` in stspress.yaml",
  }),
  "file/unquoted-star": entry<{ text: string }>({
    severity: "error",
    message: (a) => `${a.text} begins with a \`*\`, which YAML takes for an alias`,
    fix: (a) =>
      a.text === "*" || a.text === "*."
        ? 'write `*.` and a domain, in quotes, such as "*.mail.example.com"'
        : `put it in quotes: "${a.text}"`,
  }),
  "file/duplicate-key": entry<{ key: string }>({
    severity: "error",
    message: (a) => `the key ${a.key} appears twice`,
    fix: () => "keep one of the two",
  }),
  "file/key": entry<Record<string, never>>({
    severity: "error",
    message: () => "this cannot be a key: keys are plain words",
    fix: () => "write `key: value`",
  }),
  "file/too-deep": entry<{ limit: number }>({
    severity: "error",
    message: (a) => `maps and lists are nested more than ${String(a.limit)} levels deep`,
    fix: () => "no key needs that; look for a stray bracket or a wrong indentation",
  }),
  "file/syntax": entry<{ reason: SyntaxReason }>({
    severity: "error",
    message: (a) => `this is not YAML: ${syntaxReasons[a.reason]}`,
    fix: (a) => syntaxFixes[a.reason],
  }),
} as const;
