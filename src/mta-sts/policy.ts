/** The policy text (RFC 8461 §3.2). */
import type { Parsed } from "../diagnostics/diagnostic.ts";
import { Problems } from "../diagnostics/problems.ts";
import { decodeUtf8 } from "../diagnostics/utf8-text.ts";
import { fieldNameFault } from "./extension.ts";
import {
  isExtensionValue,
  maxMaxAgeSeconds,
  maxPolicyBytes,
  modes,
  type Policy,
} from "./policy-grammar.ts";
import { readPolicy } from "./policy-reader.ts";

export type { Mode, Policy } from "./policy-grammar.ts";

/**
 * Reads a policy as strictly as the RFC's grammar, with every problem of the text in one answer.
 *
 * Where the RFC is not clear and senders differ, the policy is taken with a warning: a blank line, a
 * repeated field (the first counts), an `mx` with a trailing dot or one that no MX can match, a
 * `max_age` above the maximum (which is then the value). Notes are for what is right but not wise.
 * Offsets count UTF-16 code units of `text`. Patterns are lowered. Never throws; time is linear.
 * @see RFC 8461 §3.2, errata 6253 and 7282
 */
export function parsePolicy(text: string): Parsed<Policy> {
  const out = new Problems();
  if (text.startsWith("\ufeff")) out.add("text/bom", {}, 0, 1);
  return out.answer(readPolicy(text, out));
}

/**
 * Reads a policy from the body of an HTTPS response or a file, as {@link parsePolicy} does. Also
 * refuses what is not UTF-8 (`text/not-utf8`) and more than 64 KB (`policy/too-large`). Offsets
 * count UTF-16 code units of the decoded text.
 * @see RFC 8461 §3.2 and §3.3
 */
export function parsePolicyBytes(bytes: Uint8Array): Parsed<Policy> {
  return decodePolicy(bytes).parsed;
}

/** The same, with the decoded text that the offsets point into. */
export function decodePolicy(bytes: Uint8Array): {
  readonly text: string;
  readonly parsed: Parsed<Policy>;
} {
  const out = new Problems();
  if (bytes.length > maxPolicyBytes) out.add("policy/too-large", { bytes: bytes.length }, 0, 0);
  const text = decodeUtf8(bytes, out);
  return { text, parsed: out.answer(readPolicy(text, out)) };
}

/**
 * Prints a policy in the form that every known sender reads: `version`, `mode`, each `mx`,
 * `max_age`, then extensions; every line ends in CRLF. `parsePolicy` of it gives the policy again.
 * @throws RangeError where a value cannot stand in a policy, such as a pattern with a line break.
 * @see RFC 8461 §3.2
 */
export function formatPolicy(policy: Policy): string {
  const { mode, mx, maxAgeSeconds, extensions } = policy;
  insist(modes.includes(mode), "mode");
  insist(mode === "none" || mx.length > 0, "mx");
  insist(
    Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0 && maxAgeSeconds <= maxMaxAgeSeconds,
    "max_age",
  );
  let text = `version: STSv1\r\nmode: ${mode}\r\n`;
  for (const pattern of mx) {
    insist(/^(?:\*\.)?[A-Za-z0-9.-]+$/.test(pattern), "mx");
    text += `mx: ${pattern}\r\n`;
  }
  text += `max_age: ${String(maxAgeSeconds)}\r\n`;
  for (const { name, value } of extensions) {
    insist(fieldNameFault(name) === null && isExtensionValue(value), name);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

function insist(right: boolean, field: string): void {
  if (!right) throw new RangeError(`this value of ${field} cannot stand in an MTA-STS policy`);
}
