import { Problems } from "../diagnostics/problems.ts";
import type { Parsed } from "../diagnostics/diagnostic.ts";
import { readHostName } from "./host-name.ts";

/** A domain name in both its forms. */
export interface DomainName {
  /** Lower-case A-labels, at least two, no trailing dot; at most 253 octets. */
  readonly ascii: string;
  /** The name as written where some label is an international one, else null. */
  readonly unicode: string | null;
}

/**
 * Reads the name of a mail domain, international names as they are written.
 *
 * Refuses, each with its own `name/…` code: empty and overlong labels and names, a trailing dot,
 * underscores, wildcards, addresses, URLs, ports, lists, single labels and all-digit top-level
 * domains. Offsets count UTF-16 code units of `text`.
 * @see RFC 5321 §4.1.2, RFC 1035 §2.3.4, RFC 5891 §4
 */
export function parseDomainName(text: string): Parsed<DomainName> {
  const { ascii, faults } = readHostName(text, 0, true);
  const out = new Problems();
  for (const fault of faults) out.push(fault);
  // eslint-disable-next-line no-control-regex -- everything outside ASCII
  const international = ascii.includes("xn--") && /[^\x00-\x7f]/.test(text);
  return out.answer({ ascii, unicode: international ? text : null });
}

/** Reads a host name by the rules of {@link parseDomainName}; gives its lower-case A-labels. */
export function parseHostName(text: string): Parsed<string> {
  const { ascii, faults } = readHostName(text, 0, true);
  const out = new Problems();
  for (const fault of faults) out.push(fault);
  return out.answer(ascii);
}
