/** Reads the fields of a certificate that evidence records. Every text in it may be hostile. */
import { hash } from "node:crypto";
import { derElements, type DerElement } from "./der.ts";

/** The fields of a certificate. */
export interface CertificateFields {
  readonly subject: string;
  readonly issuer: string;
  /** Unix seconds; 0 where the time cannot be read. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** dNSName entries of the SAN extension, each byte one character; of many thousands only the first. */
  readonly dnsNames: readonly string[];
  /** How many there are in all. */
  readonly dnsNameCount: number;
  /** SHA-256, hexadecimal without colons. */
  readonly fingerprint: string;
}

const maxText = 200;
/** Longer than any host name, so that a name that was cut off matches none. */
const maxDnsName = 300;
/** More than fit into the 100 KB of certificates that OpenSSL accepts in a handshake. */
const maxDnsNames = 20_000;

const kept = new Map<string, CertificateFields>();
const maxKept = 256;
/** In bytes; intermediates are smaller. */
const maxKeptBytes = 4096;

/**
 * Reads the fields of a certificate in DER. The last few hundred are cached, because the same intermediates
 * occur again and again.
 */
export function readCertificate(der: Buffer): CertificateFields {
  const fingerprint = hash("sha256", der, "hex");
  const known = kept.get(fingerprint);
  if (known !== undefined) kept.delete(fingerprint);
  const fields = known ?? { ...fieldsOf(der), fingerprint };
  if (der.length > maxKeptBytes) return fields;
  kept.set(fingerprint, fields);
  if (kept.size > maxKept) {
    for (const oldest of kept.keys()) {
      kept.delete(oldest);
      break;
    }
  }
  return fields;
}

/** @see RFC 5280 §4.1 */
function fieldsOf(der: Buffer): Omit<CertificateFields, "fingerprint"> {
  const [toBeSigned] = inside(derElements(der).next().value);
  const parts = inside(toBeSigned);
  // The version field, which certificates of version 1 lack.
  if (parts[0]?.tag === 0xa0) parts.shift();
  const [, , issuer, validity, subject] = parts;
  const [notBefore, notAfter] = inside(validity);
  const extensions = parts.find(({ tag }) => tag === 0xa3);
  return {
    subject: commonNames(subject),
    issuer: commonNames(issuer),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    ...dnsNamesOf(extensions),
  };
}

function inside(element: DerElement | undefined): DerElement[] {
  return element === undefined ? [] : [...derElements(element.content)];
}

const oids = { commonName: "550403", subjectAltName: "551d11" };

function isOid(element: DerElement | undefined, oid: string): boolean {
  return element?.tag === 0x06 && element.content.toString("hex") === oid;
}

function commonNames(name: DerElement | undefined): string {
  const texts: string[] = [];
  for (const part of inside(name)) {
    for (const attribute of inside(part)) {
      const [type, value] = inside(attribute);
      if (isOid(type, oids.commonName) && value !== undefined) texts.push(textOf(value));
    }
  }
  return texts.join(", ").slice(0, maxText);
}

function textOf({ tag, content }: DerElement): string {
  const bytes = content.subarray(0, maxText * 4);
  if (tag === 0x0c) return bytes.toString("utf8");
  if (tag !== 0x1e) return bytes.toString("latin1");
  // BMPString: UTF-16 with the high byte first.
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString("utf16le");
}

/** @see RFC 5280 §4.1.2.5 */
function timeOf(time: DerElement | undefined): number {
  const text = time?.content.toString("latin1") ?? "";
  const match = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null || (time?.tag === 0x17) !== (match[1] === undefined)) return 0;
  const [, century, ...parts] = match;
  const [inCentury = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const year =
    inCentury + (century === undefined ? (inCentury < 50 ? 2000 : 1900) : Number(century) * 100);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000;
}

/** @see RFC 5280 §4.2.1.6 */
function dnsNamesOf(
  extensions: DerElement | undefined,
): Pick<CertificateFields, "dnsNames" | "dnsNameCount"> {
  const dnsNames: string[] = [];
  let dnsNameCount = 0;
  const [list] = inside(extensions);
  const found = inside(list).find((one) => isOid(inside(one)[0], oids.subjectAltName));
  const [names] = inside(inside(found).at(-1));
  for (const { tag, content } of inside(names)) {
    if (tag !== 0x82) continue;
    dnsNameCount += 1;
    if (dnsNameCount > maxDnsNames) continue;
    dnsNames.push(content.subarray(0, maxDnsName).toString("latin1"));
  }
  return { dnsNames, dnsNameCount };
}
