/**
 * A mailbox in one file → its mails, one at a time in memory.
 *
 * @see RFC 4155
 */

/** Bytes that a mail may have; of a larger one only the beginning is given. */
export const maxMailBytes = 32 * 1024 * 1024;

export interface MboxMail {
  /** Counts from 1. */
  readonly number: number;
  /** Without the `From ` line. */
  readonly bytes: Buffer;
  /** False: the mail is larger than {@link maxMailBytes}, and `bytes` is its beginning. */
  readonly isWhole: boolean;
  /** Offset in the file at which the mail ends. */
  readonly end: number;
}

/** The line before a mail, with an address or a time; a sentence that begins with `From ` has neither. */
const postmark = /^From \S.{0,500}\d\d:\d\d.{0,100}\b\d{4}\b|^From \S{0,320}@\S{1,320}\s*$/;
const maxPostmark = 700;

/** Bytes that are given of a mail that is too large; its header is among them. */
const beginning = 64 * 1024;

/** Splits a mailbox. The line before each mail begins with `From `, and is the first line or follows an empty one. */
export async function* splitMbox(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<MboxMail> {
  const splitter = new Splitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

class Splitter {
  #held: Buffer = Buffer.alloc(0);
  /** Where the current mail begins in {@link #held}, with its `From ` line. */
  #start = 0;
  /** No other mail begins before this index. */
  #searched = 0;
  /** Bytes of the file before {@link #held}. */
  #passed = 0;
  #number = 0;
  /** The beginning of the current mail, where it is too large. */
  #large: Buffer | null = null;

  *push(chunk: Uint8Array): Generator<MboxMail> {
    this.#held = Buffer.concat([this.#held.subarray(this.#start), chunk]);
    this.#passed += this.#start;
    this.#searched -= this.#start;
    this.#start = 0;
    for (let next = this.#findNext(); next !== null; next = this.#findNext()) yield this.#cut(next);
    if (this.#held.length - this.#start <= maxMailBytes + maxPostmark) return;
    // Only the end is kept, because the next mail may begin in it.
    this.#large ??= Buffer.from(this.#held.subarray(this.#start, this.#start + beginning));
    this.#start = this.#searched;
  }

  *end(): Generator<MboxMail> {
    if (this.#held.length > this.#start) yield this.#cut(this.#held.length);
  }

  /** Where the next `From ` line begins; null: not in what has been read. */
  #findNext(): number | null {
    for (let from = this.#searched; ;) {
      const at = this.#held.indexOf("\nFrom ", from, "latin1");
      if (at === -1) {
        this.#searched = Math.max(this.#start, this.#held.length - 8);
        return null;
      }
      from = at + 1;
      if (!this.#isAfterBlank(at)) continue;
      const lineEnd = this.#held.indexOf(0x0a, from);
      const stop = lineEnd === -1 ? this.#held.length : lineEnd;
      if (lineEnd === -1 && stop - from < maxPostmark) {
        // The line is not complete yet, so it is looked at again.
        this.#searched = Math.max(this.#start, at - 2);
        return null;
      }
      const line = this.#held.toString("latin1", from, Math.min(stop, from + maxPostmark));
      if (postmark.test(line)) return from;
    }
  }

  /** Whether the line that ends at an index is empty. */
  #isAfterBlank(at: number): boolean {
    const before = this.#held[at - 1] === 0x0d ? at - 1 : at;
    return before <= this.#start || this.#held[before - 1] === 0x0a;
  }

  #cut(end: number): MboxMail {
    this.#number += 1;
    const held = this.#held.subarray(this.#start, end);
    const large = this.#large ?? (held.length > maxMailBytes ? held.subarray(0, beginning) : null);
    this.#large = null;
    this.#start = end;
    this.#searched = end;
    return {
      number: this.#number,
      bytes: mailOf(large ?? held),
      isWhole: large === null,
      end: this.#passed + end,
    };
  }
}

/** Removes the `From ` line, and one `>` from lines that were quoted because they begin with `From `. */
function mailOf(held: Buffer): Buffer {
  const isMarked = held.toString("latin1", 0, 5) === "From ";
  const lineEnd = held.indexOf(0x0a);
  const mail = isMarked ? held.subarray(lineEnd === -1 ? held.length : lineEnd + 1) : held;
  if (!mail.includes(">From ")) return mail;
  return Buffer.from(mail.toString("latin1").replace(/^>(>*From )/gm, "$1"), "latin1");
}
