/**
 * A mailbox in one file → its mails, of which one at a time is in memory.
 *
 * @see RFC 4155
 */

/** Octets that a mail may have; of one that has more only the beginning is given. */
export const maxMailBytes = 32 * 1024 * 1024;

export interface MboxMail {
  /** Counts from 1. */
  readonly number: number;
  /** Without the `From ` line. */
  readonly bytes: Buffer;
  /** Whether the octets are all; else it is larger than {@link maxMailBytes}. */
  readonly isWhole: boolean;
  /** Octets of the file up to its end. */
  readonly end: number;
}

/** Tells the line before a mail, with its address or its time, from a sentence that begins with `From `. */
const postmark = /^From \S.{0,500}\d\d:\d\d.{0,100}\b\d{4}\b|^From \S{0,320}@\S{1,320}\s*$/;
const maxPostmark = 700;

/** Octets of a mail that is too large: its head is among them. */
const beginning = 64 * 1024;

/** Splits a mailbox. The line before each mail begins with `From `, and stands at the beginning or after an empty line. */
export async function* splitMbox(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<MboxMail> {
  const splitter = new Splitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

class Splitter {
  #held: Buffer = Buffer.alloc(0);
  /** Where the mail that is being read begins in what is held, with its `From ` line. */
  #start = 0;
  /** Up to here there is no beginning of another. */
  #searched = 0;
  /** Octets of the file before what is held. */
  #passed = 0;
  #number = 0;
  /** Of a mail that is too large, its beginning. */
  #large: Buffer | null = null;

  *push(chunk: Uint8Array): Generator<MboxMail> {
    this.#held = Buffer.concat([this.#held.subarray(this.#start), chunk]);
    this.#passed += this.#start;
    this.#searched -= this.#start;
    this.#start = 0;
    for (let next = this.#findNext(); next !== null; next = this.#findNext()) yield this.#cut(next);
    if (this.#held.length - this.#start <= maxMailBytes + maxPostmark) return;
    // Only the end is kept, in which the next may begin.
    this.#large ??= Buffer.from(this.#held.subarray(this.#start, this.#start + beginning));
    this.#start = this.#searched;
  }

  *end(): Generator<MboxMail> {
    if (this.#held.length > this.#start) yield this.#cut(this.#held.length);
  }

  /** Where the next `From ` line begins; null: it is not here yet. */
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
        // The line is not whole yet: it is looked at again.
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

/** Takes off the `From ` line, and one `>` from lines that were quoted so as not to look like one. */
function mailOf(held: Buffer): Buffer {
  const isMarked = held.toString("latin1", 0, 5) === "From ";
  const lineEnd = held.indexOf(0x0a);
  const mail = isMarked ? held.subarray(lineEnd === -1 ? held.length : lineEnd + 1) : held;
  if (!mail.includes(">From ")) return mail;
  return Buffer.from(mail.toString("latin1").replace(/^>(>*From )/gm, "$1"), "latin1");
}
