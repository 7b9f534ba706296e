/** What a TLS handshake showed: plain data, not judged. Every text in it may be hostile. */

/** A completed TLS handshake, whether its certificate is valid or not. */
export interface TlsEvidence {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** As served, the leaf first, at most 10. */
  readonly chain: readonly CertificateEvidence[];
  /**
   * Whether the chain leads to a trusted root, dates and names aside. `self-signed`: the leaf is its own
   * issuer. `private-root`: it leads to a root that is not trusted. `incomplete`: the issuer of the
   * last certificate was not served and is not known. `invalid`: a signature is wrong, or a certificate
   * that is no CA issued another.
   */
  readonly trust: "trusted" | "self-signed" | "private-root" | "incomplete" | "invalid";
}

export interface CertificateEvidence {
  /** Common names, for people; may be "". */
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** dNSName entries of the SAN extension, unchanged, at most 100. */
  readonly dnsNames: readonly string[];
  /** How many dNSName entries there are in all. */
  readonly dnsNameCount: number;
  /** SHA-256, hexadecimal without colons. */
  readonly fingerprint: string;
}
