import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxMailBytes, splitMbox } from "../../src/mail/mbox.ts";

const line = "From a@b.example Tue Nov 24 10:00:00 2026\n";

async function split(text: string, chunk = text.length): Promise<(string | null)[]> {
  const bytes = Buffer.from(text, "latin1");
  const chunks = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  const mails = [];
  let end = 0;
  for await (const mail of splitMbox(chunks)) {
    mails.push(mail.bytes.toString("latin1"));
    expect(mail.number).toBe(mails.length);
    expect(mail.end).toBeGreaterThan(end);
    end = mail.end;
  }
  expect(end).toBe(bytes.length);
  return mails;
}

describe("a mailbox is taken apart", () => {
  test.each<[string, string, readonly string[]]>([
    ["one mail", `${line}A: b\n\nc\n`, ["A: b\n\nc\n"]],
    ["two", `${line}A: b\n\nc\n\n${line}D: e\n\nf\n`, ["A: b\n\nc\n\n", "D: e\n\nf\n"]],
    [
      "with CRLF",
      `${line}A: b\n\nc\n\n${line}D: e\n`.replaceAll("\n", "\r\n"),
      ["A: b\r\n\r\nc\r\n\r\n", "D: e\r\n"],
    ],
    [
      "with a quoted From",
      `${line}A: b\n\n>From me\n>>From you\n> From\n`,
      ["A: b\n\nFrom me\n>From you\n> From\n"],
    ],
    [
      "with a sentence that begins with From",
      `${line}A: b\n\nFrom here on\n\nFrom now\n`,
      ["A: b\n\nFrom here on\n\nFrom now\n"],
    ],
    [
      "with a From line that follows no empty one",
      `${line}A: b\n\nx\n${line}c\n`,
      [`A: b\n\nx\n${line}c\n`],
    ],
    [
      "without times",
      "From a@b.example\nA: b\n\nc\n\nFrom d@e.example\nF: g\n",
      ["A: b\n\nc\n\n", "F: g\n"],
    ],
    ["with an empty mail", `${line}\n${line}A: b\n`, ["\n", "A: b\n"]],
    ["without a last line end", `${line}A: b`, ["A: b"]],
    ["with nothing but a postmark", line.trimEnd(), [""]],
  ])("%s, in pieces of any size", async (_, text, expected) => {
    for (const size of [1, 2, 3, 7, 64, text.length])
      expect(await split(text, size)).toEqual(expected);
  });

  test("whatever the pieces, the mails are the same", async () => {
    const part = fc.constantFrom(
      line,
      "\n",
      "A: b\n",
      "From x\n",
      ">From y\n",
      "\r\n",
      "x",
      "From a@b\n",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        async (parts, size) => {
          const text = `${line}${parts.join("")}`;
          expect(await split(text, size)).toEqual(await split(text));
        },
      ),
    );
  });
});

test("of a mail beyond the bound the beginning is given, and the next is found", async () => {
  const chunk = Buffer.alloc(1024 * 1024, "x".repeat(1023) + "\n");
  const count = (2 * maxMailBytes) / chunk.length;
  function* chunks() {
    yield Buffer.from(`${line}A: b\n\nc\n\n${line}Large: yes\n\n`);
    for (let index = 0; index < count; index += 1) yield chunk;
    yield Buffer.from(`\n${line}D: e\n`);
  }
  const found = [];
  for await (const { bytes, isWhole } of splitMbox(chunks())) {
    expect(bytes.length).toBeLessThan(100_000);
    found.push([bytes.toString("latin1", 0, 9), isWhole]);
  }
  expect(found).toEqual([
    ["A: b\n\nc\n\n", true],
    ["Large: ye", false],
    ["D: e\n", true],
  ]);
});
