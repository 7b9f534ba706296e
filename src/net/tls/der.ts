/** Reads DER, the encoding of certificates, as far as a certificate's fields need it. */

/** One element; `content` and `whole` are views into the bytes that were read. */
export interface DerElement {
  /** The identifier byte, class and form included, such as 0x30 for a SEQUENCE. */
  readonly tag: number;
  readonly content: Buffer;
  /** With its identifier and length. */
  readonly whole: Buffer;
}

/**
 * Yields the elements that stand one after another. Stops where the bytes are no DER: what comes
 * after cannot be known.
 *
 * @see ITU-T X.690 §10
 */
export function* derElements(bytes: Buffer): Generator<DerElement, undefined> {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const tag = bytes.readUInt8(at);
    const first = bytes.readUInt8(at + 1);
    const from = at;
    let start = at + 2;
    let length = first;
    if (first >= 0x80) {
      const lengthBytes = first & 0x7f;
      if (lengthBytes < 1 || lengthBytes > 4 || start + lengthBytes > bytes.length) return;
      length = bytes.readUIntBE(start, lengthBytes);
      start += lengthBytes;
    }
    // Tags of several bytes do not occur in certificates.
    if ((tag & 0x1f) === 0x1f || start + length > bytes.length) return;
    at = start + length;
    yield { tag, content: bytes.subarray(start, at), whole: bytes.subarray(from, at) };
  }
}
