/** A line without its terminator, as offsets. */
export interface Line {
  readonly start: number;
  readonly end: number;
  /** Whether it ends in CR alone, which is no terminator. */
  readonly bareCr: boolean;
}

/**
 * Cuts a text into lines at LF and CRLF, and at a lone CR too, so that what follows one can still be
 * read. The last terminator is optional and begins no further line.
 * @see RFC 8461 §3.2, erratum 6253
 */
export function* linesOf(text: string, from: number): Generator<Line> {
  let [lf, cr] = [-1, -1];
  for (let start = from; start < text.length;) {
    // Each search goes on where the last one stopped: time stays linear.
    if (lf < start) lf = find(text, "\n", start);
    if (cr < start) cr = find(text, "\r", start);
    if (cr < lf - 1) {
      yield { start, end: cr, bareCr: true };
      start = cr + 1;
    } else {
      yield { start, end: Math.min(cr, lf), bareCr: cr < lf && lf === text.length };
      start = lf + 1;
    }
  }
}

function find(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at === -1 ? text.length : at;
}
