/** The body of a POST → the JSON text of a report, within limits. */
import { promisify } from "node:util";
import zlib from "node:zlib";
import { maxPostBytes } from "../../tls-rpt/report/bounds.ts";
import { describeRefusal } from "../../tls-rpt/report/refusal.ts";
import { codeOf } from "../../runtime/system-error.ts";
import { Rejection, tooLarge } from "./rejection.ts";

const gunzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const gzip = promisify<zlib.InputType, Buffer>(zlib.gzip);

export interface PostedReport {
  /** The JSON text. */
  readonly json: Buffer;
  /** The JSON text, gzipped: the body itself if it was. */
  readonly gzip: Buffer;
}

/** Decompresses a body if it is gzip, whatever its headers say. @throws {@link Rejection} */
export async function unpack(body: Buffer): Promise<PostedReport> {
  if (body.length === 0) throw new Rejection(400, "the body is empty");
  if (body[0] !== 0x1f || body[1] !== 0x8b) return { json: body, gzip: await gzip(body) };
  try {
    return { json: await gunzip(body, { maxOutputLength: maxPostBytes }), gzip: body };
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    const refusal = "gzip-damaged";
    throw new Rejection(400, describeRefusal(refusal), { refusal });
  }
}
