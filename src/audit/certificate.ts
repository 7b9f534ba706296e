/** What is wrong with a certificate chain, of policy hosts and MX hosts alike. */
import { prose, type FindingProse } from "./finding.ts";
import { formatDay, wholeDays } from "./dates.ts";
import { pluralize } from "./wording.ts";
import { quote } from "../diagnostics/catalogue/quote.ts";
import { chainFaults, type ChainFault } from "../live/chain-faults.ts";
import type { CertificateEvidence, TlsEvidence } from "../net/tls/tls-evidence.ts";

/** An expiry is reported from so many days before it. */
const warningDays = 21;
const shownNames = 3;

export type CertificateFault = ChainFault | "expiring";

/** The certificate that a fault is about. Subject, issuer and names may be hostile text. */
export interface CertificateArgs {
  readonly host: string;
  readonly subject: string;
  readonly issuer: string;
  /** First and last day of its validity. */
  readonly from: string;
  readonly until: string;
  /** Days since it expired, until it expires, or until it becomes valid. */
  readonly days: number;
  /** The first of its DNS names. */
  readonly names: readonly string[];
  readonly nameCount: number;
}

/** A fault of a chain that was served for a host. */
export interface FaultyCertificate {
  readonly fault: CertificateFault;
  readonly args: CertificateArgs;
}

/** Finds what is wrong with a chain at a time in Unix seconds, or soon will be. */
export function certificateFaults(
  tls: TlsEvidence,
  host: string,
  now: number,
): readonly FaultyCertificate[] {
  const faults = chainFaults(tls, host, now);
  const found: FaultyCertificate[] = faults.map(({ fault, certificate }) => ({
    fault,
    args: argsOf(host, certificate, daysOf(fault, certificate, now)),
  }));
  const [leaf] = tls.chain;
  const isDated = faults.some(({ fault }) => fault === "expired" || fault === "not-yet-valid");
  if (leaf === undefined || isDated || leaf.notAfter - now > warningDays * 86_400) return found;
  const args = argsOf(host, leaf, wholeDays(now, leaf.notAfter));
  const name = found.findIndex(({ fault }) => fault === "name");
  return found.toSpliced(name < 0 ? found.length : name, 0, { fault: "expiring", args });
}

function daysOf(fault: ChainFault, certificate: CertificateEvidence | null, now: number): number {
  if (certificate === null) return 0;
  if (fault === "expired") return wholeDays(certificate.notAfter, now);
  return fault === "not-yet-valid" ? wholeDays(now, certificate.notBefore) : 0;
}

function argsOf(host: string, of: CertificateEvidence | null, days: number): CertificateArgs {
  if (of === null) {
    return { host, subject: "", issuer: "", from: "", until: "", days, names: [], nameCount: 0 };
  }
  return {
    host,
    subject: of.subject,
    issuer: of.issuer,
    from: formatDay(of.notBefore),
    until: formatDay(of.notAfter),
    days,
    names: of.dnsNames.slice(0, shownNames),
    nameCount: of.dnsNameCount,
  };
}

/** What differs between policy hosts and MX hosts. */
interface HostKind {
  readonly source: string;
  /** What a faulty certificate causes there: a clause in lower case. */
  readonly effect: string;
  readonly example: string;
}

type CertificateProse = FindingProse<CertificateArgs>;

/** Words the faults for one kind of host. */
export function certificateProse(
  kind: HostKind,
): Readonly<Record<CertificateFault, CertificateProse>> {
  return { ...dateProse(kind), ...nameProse(kind), ...trustProse(kind) };
}

function dateProse(
  kind: HostKind,
): Readonly<Record<"expired" | "not-yet-valid" | "expiring", CertificateProse>> {
  return {
    expired: prose<CertificateArgs>({
      ...errorOf(kind),
      reason: `An expired certificate proves nothing. ${sentence(kind.effect)} Usually the renewal failed, or the server was not reloaded after it.`,
      example: exampleOf(kind),
      message: (a) =>
        `${a.host} presents a certificate that expired on ${a.until}${a.days === 0 ? "" : `, ${pluralize(a.days, "day")} ago`}${
          a.subject === "" || a.subject === a.host ? "" : ` (${quote(a.subject)})`
        }`,
      fix: () => "renew it and reload the server, and automate both",
    }),
    "not-yet-valid": prose<CertificateArgs>({
      ...errorOf(kind),
      reason: `A certificate is valid from its first day on. ${sentence(kind.effect)} Either it was installed too early, or a clock is wrong.`,
      example: { ...exampleOf(kind), from: "2026-12-01" },
      message: (a) => `${a.host} presents a certificate that is not valid before ${a.from}`,
      fix: () =>
        "use the previous certificate until that day, or correct the clock of whoever issued it",
    }),
    expiring: prose<CertificateArgs>({
      severity: "warning",
      effect: "none",
      source: kind.source,
      reason: `Automatic renewal happens long before the last ${String(warningDays)} days, so it has probably stopped. When the certificate expires, ${kind.effect}.`,
      example: { ...exampleOf(kind), until: "2026-12-04" },
      message: (a) =>
        `the certificate of ${a.host} expires on ${a.until}, ${a.days === 0 ? "within a day" : `in ${pluralize(a.days, "day")}`}`,
      fix: () => "renew it now, and find out why it was not renewed automatically",
    }),
  };
}

function nameProse(kind: HostKind): Readonly<Record<"name", CertificateProse>> {
  return {
    name: prose<CertificateArgs>({
      ...errorOf(kind),
      reason: `One of the certificate's DNS names must match the host's name. The common name does not count, and \`*\` stands for exactly one label. ${sentence(kind.effect)} Usual causes are the server's default certificate, or a name that was forgotten in the order.`,
      example: exampleOf(kind),
      message: (a) =>
        `${a.host} presents a certificate that is not valid for it: ${
          a.names.length === 0
            ? `it has no DNS name${a.subject === "" ? "" : `, and the common name ${quote(a.subject)} does not count`}`
            : `it is for ${a.names.map(quote).join(", ")}${a.nameCount > a.names.length ? ` and ${String(a.nameCount - a.names.length)} more` : ""}`
        }`,
      fix: (a) =>
        `get a certificate with the DNS name ${a.host}, and check that the server selects it by SNI`,
    }),
  };
}

function trustProse(
  kind: HostKind,
): Readonly<Record<"self-signed" | "private-root" | "incomplete" | "invalid", CertificateProse>> {
  return {
    "self-signed": prose<CertificateArgs>({
      ...errorOf(kind),
      reason: `Anybody can issue such a certificate, so it proves nothing. ${sentence(kind.effect)}`,
      example: { ...exampleOf(kind), subject: kind.example },
      message: (a) => `${a.host} presents a self-signed certificate`,
      fix: () => "get one from a public certificate authority, such as Let's Encrypt",
    }),
    "private-root": prose<CertificateArgs>({
      ...errorOf(kind),
      reason: `Senders trust only public certificate authorities. ${sentence(kind.effect)}`,
      example: exampleOf(kind),
      message: (a) =>
        `${a.host} presents a certificate from an authority that is not publicly trusted${a.issuer === "" ? "" : `: ${quote(a.issuer)}`}`,
      fix: () =>
        "get one from a public certificate authority, such as Let's Encrypt (to audit a test network, give its root with --ca)",
    }),
    incomplete: prose<CertificateArgs>({
      ...errorOf(kind),
      reason: `The server must send the intermediate certificates too. Browsers download or remember them, mail servers do not, so this often goes unnoticed. ${sentence(kind.effect)}`,
      example: exampleOf(kind),
      message: (a) =>
        `${a.host} does not send the intermediate certificate${a.issuer === "" ? "" : ` ${quote(a.issuer)}`}`,
      fix: () => "configure the full chain (`fullchain.pem` of an ACME client, not `cert.pem`)",
    }),
    invalid: prose<CertificateArgs>({
      ...errorOf(kind),
      reason: `A signature in the chain is wrong, or one of its certificates may not issue others. ${sentence(kind.effect)} Mixed-up files are more likely than an attack.`,
      example: exampleOf(kind),
      message: (a) => `${a.host} presents a broken certificate chain`,
      fix: () => "install the certificate and the intermediates from the same order",
    }),
  };
}

function errorOf({ source }: HostKind) {
  return { severity: "error", effect: "no", source } as const;
}

function exampleOf({ example: host }: HostKind): CertificateArgs {
  return {
    host,
    subject: "www.example.net",
    issuer: "Example CA",
    from: "2026-03-01",
    until: "2026-05-30",
    days: 9,
    names: ["www.example.net"],
    nameCount: 1,
  };
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
