/** The body of a POST: unpacked within bounds, or turned away. */
import { promisify } from "node:util";
import zlib from "node:zlib";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";

/** Before and after decompression. @see RFC 8460 §3: a receiver may refuse what is larger */
export const maxBytes = 10 * 1024 * 1024;

/** A request that is turned away: the status of the answer, and why. */
export class Rejection extends Error {
  readonly status: number;
  /** Why what was sent is no report; null: that is not why. */
  readonly refusal: Refusal | null;

  constructor(status: number, reason: string, refusal: Refusal | null = null) {
    super(reason);
    this.status = status;
    this.refusal = refusal;
  }
}

export const tooLarge = `a report may have ${String(maxBytes)} bytes, packed and unpacked`;

const gunzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const gzip = promisify<zlib.InputType, Buffer>(zlib.gzip);

export interface Posted {
  /** The JSON text. */
  readonly json: Buffer;
  /** The same, gzipped: as it came where it came so. */
  readonly gzip: Buffer;
}

/** Unpacks a body, whatever its label says of gzip. @throws {@link Rejection} */
export async function unpack(body: Buffer): Promise<Posted> {
  if (body.length === 0) throw new Rejection(400, "the body is empty");
  if (body[0] !== 0x1f || body[1] !== 0x8b) return { json: body, gzip: await gzip(body) };
  try {
    return { json: await gunzip(body, { maxOutputLength: maxBytes }), gzip: body };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new Rejection(413, tooLarge);
    }
    throw new Rejection(400, "the gzip data is damaged or cut off", "gzip-damaged");
  }
}
