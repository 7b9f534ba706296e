/** Which organisation a domain belongs to, by the public suffix list. */
import { domainToASCII } from "node:url";
import { getDomain } from "tldts";

/**
 * Gives the organisational domain in A-labels and lower case: `example.co.uk` for `mail.example.co.uk`. Below a
 * suffix that its owner added to the list, such as `github.io`, every customer is an organisation. A name that
 * has none, such as a public suffix or an address, is given as it is.
 *
 * @see RFC 7489 §3.2
 */
export function organizationalDomain(name: string): string {
  const domain = getDomain(name, { allowIcannDomains: true, allowPrivateDomains: true }) ?? name;
  const ascii = /^[\x21-\x7e]*$/.test(domain) ? domain : domainToASCII(domain);
  return (ascii === "" ? domain : ascii).toLowerCase();
}
