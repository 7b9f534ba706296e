/** A mail's lines, counted before anything parses them that is slow for many lines. */

/** More than any reporter sends; parsing time grows with the square of the lines. */
const maxHeaderBytes = 128 * 1024;
const maxHeaderLines = 2000;

/** 10 MB in base64 are 190,000. Canonicalization takes microseconds for each, even an empty one. */
const maxLines = 500_000;

const lf = 10;
const cr = 13;

export interface SignedLines {
  /** Whether the header has a DKIM-Signature. */
  readonly hasSignature: boolean;
  /** Whether some line ends in a bare line feed, as in files; signatures are computed over CRLF. */
  readonly hasBareLf: boolean;
}

/** Looks through a mail; null where its header is too large, or its lines are too many, to be checked. */
export function readSignedLines(message: Uint8Array): SignedLines | null {
  let lines = 0;
  let start = 0;
  let isHeader = true;
  let hasSignature = false;
  let hasBareLf = false;
  for (let end = message.indexOf(lf); end >= 0; end = message.indexOf(lf, start)) {
    const endsInCrlf = message[end - 1] === cr;
    hasBareLf ||= !endsInCrlf;
    lines += 1;
    if (lines > maxLines) return null;
    if (isHeader) {
      isHeader = end - start > (endsInCrlf ? 1 : 0);
      if (end > maxHeaderBytes || lines > maxHeaderLines) return null;
      hasSignature ||= isSignature(message.subarray(start, end));
    }
    start = end + 1;
  }
  return isHeader && message.length > maxHeaderBytes ? null : { hasSignature, hasBareLf };
}

const signatureName = /^dkim-signature[ \t]*:/i;

function isSignature(line: Uint8Array): boolean {
  return signatureName.test(Buffer.from(line.subarray(0, 40)).toString("latin1"));
}
