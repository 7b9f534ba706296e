/** Whose reports may decide on a rollout. */
import type { ReportsTrust } from "../../config/site-config.ts";

/**
 * The domains of the two largest reporters. Google's mails come from `noreply-smtp-tls-reporting@google.com`, name
 * google.com as submitter and are signed with `d=google.com`, as recipients have published them; Microsoft's
 * reports name `tlsrpt-noreply@microsoft.com` as their contact. Neither domain has mailboxes for the public. One
 * that has must not stand here, though it reports too (mail.ru does): its users can send what it signs. Others
 * are for the user to name: anybody can sign with a domain of his own, and write any organization's name into a
 * report.
 */
const wellKnown = ["google.com", "microsoft.com"] as const;

/** The well-known signers and the user's own, each once, sorted; in lower-case A-labels. */
export function trustedSigners(own: readonly string[]): readonly string[] {
  return [...new Set([...wellKnown, ...own])].sort();
}

/** Whether a signer (`d=`) is one of the trusted domains, or below one. */
export function isTrustedSigner(signer: string, trusted: readonly string[]): boolean {
  return trusted.some((domain) => signer === domain || signer.endsWith(`.${domain}`));
}

/** What reports of a signer are worth for a rollout; null: no signature proves who sent them. */
export function countsForRollout(
  signer: string | null,
  trust: ReportsTrust,
  trusted: readonly string[],
): boolean {
  return trust === "all" || (signer !== null && isTrustedSigner(signer, trusted));
}
