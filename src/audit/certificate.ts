/** What is wrong with a certificate chain, for policy hosts and MX hosts alike. */
import { dnsIdMatches } from "./dns-id.ts";
import { prose, type FindingProse } from "./finding.ts";
import { pluralize } from "./pluralize.ts";
import { dayOf, daysBetween } from "./dates.ts";
import { quote } from "../diagnostics/catalogue/quote.ts";
import type { CertificateEvidence, TlsEvidence } from "../net/tls/tls-evidence.ts";

/** From here on an expiry is announced. */
const warningDays = 21;
const shownNames = 3;

export type CertificateFault =
  | "expired"
  | "not-yet-valid"
  | "name"
  | "self-signed"
  | "private-root"
  | "incomplete"
  | "invalid"
  | "expiring";

/** The certificate that a fault is about. Subject, issuer and names may be hostile text. */
export interface CertificateArgs {
  readonly host: string;
  readonly subject: string;
  readonly issuer: string;
  /** First and last day of its validity. */
  readonly from: string;
  readonly until: string;
  /** Since it expired, until it expires, or until it is valid. */
  readonly days: number;
  /** Some of the names that it was issued for. */
  readonly names: readonly string[];
  readonly nameCount: number;
}

/** A fault of a chain that was served for a host. */
export interface FaultyCertificate {
  readonly fault: CertificateFault;
  readonly args: CertificateArgs;
}

/**
 * Finds what is wrong with a chain at a time in Unix seconds: trust, dates and name are independent.
 * Of a chain the leaf's dates count, and those of the certificate that issued it.
 * @see RFC 8461 §3.3 and §4.2
 */
export function certificateFaults(
  { chain, trust }: TlsEvidence,
  host: string,
  now: number,
): readonly FaultyCertificate[] {
  const [leaf, next] = chain;
  if (leaf === undefined) {
    const args = {
      host,
      subject: "",
      issuer: "",
      from: "",
      until: "",
      days: 0,
      names: [],
      nameCount: 0,
    };
    return [{ fault: "invalid", args }];
  }
  const found: FaultyCertificate[] = [];
  const add = (fault: CertificateFault, of: CertificateEvidence, days = 0): void => {
    found.push({ fault, args: argsOf(host, of, days) });
  };
  if (trust !== "trusted") add(trust, leaf);
  const issuer = next !== undefined && next.subject === leaf.issuer ? [next] : [];
  const dated = [leaf, ...issuer];
  const expired = dated.find(({ notAfter }) => !(notAfter >= now));
  const early = dated.find(({ notBefore }) => !(notBefore <= now));
  if (expired !== undefined) add("expired", expired, daysBetween(expired.notAfter, now));
  else if (early !== undefined) add("not-yet-valid", early, daysBetween(now, early.notBefore));
  else if (leaf.notAfter - now <= warningDays * 86_400) {
    add("expiring", leaf, daysBetween(now, leaf.notAfter));
  }
  // Of many names the evidence holds those that match before all others, so what is not there is missing.
  if (!leaf.dnsNames.some((name) => dnsIdMatches(name, host))) add("name", leaf);
  return found;
}

function argsOf(host: string, of: CertificateEvidence, days: number): CertificateArgs {
  return {
    host,
    subject: of.subject,
    issuer: of.issuer,
    from: dayOf(of.notBefore),
    until: dayOf(of.notAfter),
    days,
    names: of.dnsNames.slice(0, shownNames),
    nameCount: of.dnsNameCount,
  };
}

/** What differs between the two kinds of host. */
interface Kind {
  readonly source: string;
  /** What a certificate's fault costs there: a clause in lower case. */
  readonly cost: string;
  readonly example: string;
}

type Prose = Readonly<Record<CertificateFault, FindingProse<CertificateArgs>>>;

/** Words the faults for one kind of host. */
export function certificateProse({ source, cost: clause, example: host }: Kind): Prose {
  const cost = `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
  const example: CertificateArgs = {
    host,
    subject: "www.example.net",
    issuer: "Example CA",
    from: "2026-03-01",
    until: "2026-05-30",
    days: 9,
    names: ["www.example.net"],
    nameCount: 1,
  };
  const error = { severity: "error", effect: "no", source } as const;
  return {
    expired: prose<CertificateArgs>({
      ...error,
      reason: `A certificate that has expired proves nothing any more. ${cost} Mostly the renewal failed, or the server was not reloaded after it.`,
      example,
      message: (a) =>
        `${a.host} shows a certificate that expired on ${a.until}${a.days === 0 ? "" : `, ${pluralize(a.days, "day")} ago`}${
          a.subject === "" || a.subject === a.host ? "" : ` (${quote(a.subject)})`
        }`,
      fix: () => "renew it, reload the server, and let a timer do both from now on",
    }),
    "not-yet-valid": prose<CertificateArgs>({
      ...error,
      reason: `A certificate counts from its first day on. ${cost} Either it was put in place too early or a clock is wrong.`,
      example: { ...example, from: "2026-12-01" },
      message: (a) => `${a.host} shows a certificate that is not valid before ${a.from}`,
      fix: () =>
        "put the former certificate back until that day, or correct the clock of the issuer",
    }),
    name: prose<CertificateArgs>({
      ...error,
      reason: `One of the certificate's DNS names must match the host's name; the common name does not count, and a \`*\` stands for exactly one label. ${cost} A default certificate of the server, or a name that was forgotten in the order, is the usual cause.`,
      example,
      message: (a) =>
        `${a.host} shows a certificate that is not for it: ${
          a.names.length === 0
            ? `it has no DNS name${a.subject === "" ? "" : `, and the common name ${quote(a.subject)} does not count`}`
            : `it is for ${a.names.map(quote).join(", ")}${a.nameCount > a.names.length ? ` and ${String(a.nameCount - a.names.length)} more` : ""}`
        }`,
      fix: (a) =>
        `get a certificate with the DNS name ${a.host}, and check that the server selects it by SNI`,
    }),
    "self-signed": prose<CertificateArgs>({
      ...error,
      reason: `Anybody can issue such a certificate, so it proves nothing. ${cost}`,
      example: { ...example, subject: host },
      message: (a) => `${a.host} shows a certificate that it issued to itself`,
      fix: () => "get one from a public certificate authority, such as Let's Encrypt",
    }),
    "private-root": prose<CertificateArgs>({
      ...error,
      reason: `Senders trust public certificate authorities and no others. ${cost}`,
      example,
      message: (a) =>
        `${a.host} shows a certificate of an authority that the public does not trust${a.issuer === "" ? "" : `: ${quote(a.issuer)}`}`,
      fix: () =>
        "get one from a public certificate authority, such as Let's Encrypt (to audit a test network, name its root with --ca)",
    }),
    incomplete: prose<CertificateArgs>({
      ...error,
      reason: `The server must send the intermediate certificates too. Browsers fetch or remember them, mail servers do not, so this goes unnoticed for long. ${cost}`,
      example,
      message: (a) =>
        `${a.host} does not send the intermediate certificate${a.issuer === "" ? "" : ` ${quote(a.issuer)}`}`,
      fix: () => "configure the full chain (`fullchain.pem` of an ACME client, not `cert.pem`)",
    }),
    invalid: prose<CertificateArgs>({
      ...error,
      reason: `A signature in the chain is wrong, or one of its certificates may not issue others: the chain does not hold together. ${cost} Mixed-up files are more likely than an attack.`,
      example,
      message: (a) => `${a.host} shows a certificate chain that does not hold together`,
      fix: () => "put the certificate and the intermediates from one and the same order in place",
    }),
    expiring: prose<CertificateArgs>({
      severity: "warning",
      effect: "none",
      source,
      reason: `Automatic renewal is done long before ${String(warningDays)} days are left, so it has most likely stopped. Once this one has expired, ${clause}.`,
      example: { ...example, until: "2026-12-04" },
      message: (a) =>
        `the certificate of ${a.host} expires on ${a.until}, ${a.days === 0 ? "within a day" : `in ${pluralize(a.days, "day")}`}`,
      fix: () => "renew it now, and find out why the timer did not",
    }),
  };
}
