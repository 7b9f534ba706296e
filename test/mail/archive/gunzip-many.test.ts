/** Small files that are decompressed together come out as each would alone. */
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { UnpackBudget, gunzip, gunzipMany } from "../../../src/mail/archive/decompress.ts";

const texts = ["one", "", "three".repeat(500), "{}"];
const good = texts.map((text) => zlib.gzipSync(text));
const first = zlib.gzipSync("first");
const strange: Readonly<Record<string, Buffer>> = {
  "cut off": first.subarray(0, -3),
  "followed by what is no gzip": Buffer.concat([first, Buffer.from("\n\n\n\n")]),
  "of two members": Buffer.concat([first, zlib.gzipSync("second")]),
  "of two members, the last with the length of both": Buffer.concat([
    first,
    zlib.gzipSync("second").subarray(0, -4),
    Buffer.from([11, 0, 0, 0]),
  ]),
  "damaged within": Buffer.from(first).fill(0xff, 12, 16),
  "no gzip behind its mark": Buffer.from("\u001f\u008bnothing of the kind, though long", "latin1"),
  // A stored block that is not over when the file is.
  "reaching for what follows": Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 200, 0, 55, 255]),
    Buffer.from("the beginning of it"),
  ]),
};

describe("many files at once", () => {
  test("each has what is in it", () => {
    expect(gunzipMany(good).map(String)).toEqual(texts);
  });

  test("what is large, or not gzip, is left to others", () => {
    const large = zlib.gzipSync(Buffer.alloc(1024 * 1024));
    const found = gunzipMany([...good, large, Buffer.from("{}"), new Uint8Array()]);
    expect(found.map((one) => one?.toString() ?? null)).toEqual([...texts, null, null, null]);
  });

  for (const [name, file] of Object.entries(strange)) {
    test(`one that is ${name} changes no other`, () => {
      const alone = gunzip(file, new UnpackBudget());
      const found = gunzipMany([...good, file, ...good]);
      for (const [index, text] of [...texts, null, ...texts].entries()) {
        const one = found[index]?.toString() ?? null;
        if (text !== null) expect([text, null]).toContain(one);
        else if (one !== null) expect(alone).toMatchObject({ ok: true, value: found[index] });
      }
    });
  }
});
