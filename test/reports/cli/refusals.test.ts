/** What the verbs of the reports refuse, and how they say it: exit code 2, or 3 where a mailbox cannot be read. */
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runVerb, type Ran } from "../support/run-verb.ts";

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-refusals-"));
});
afterEach(() => {
  fs.rmSync(root, { recursive: true });
});

type Given = Readonly<Record<string, string | boolean>>;
const say = (verb: string, options: Given, operands: readonly string[] = []): Promise<Ran> =>
  runVerb(verb, { operands, options: { site: root, ...options } }, 1_795_500_000);

const mailbox = { host: "127.0.0.1", user: "reports@example.com", insecurePlain: true };

/** A port of this machine where somebody listens, who says nothing and ends what comes. */
async function withServer(use: (port: number) => Promise<void>): Promise<void> {
  const server = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as net.AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("usage", () => {
  test.each<[string, Given, string]>([
    [
      "reports serve",
      { listen: "127.0.0.1" },
      '--listen is "127.0.0.1", which is not an IP address and a port [usage/value]\n  fix: write it like: stspress reports serve --listen 127.0.0.1:8460\n',
    ],
    ["reports serve", { proxy: "x" }, '--proxy is "x", which is not an IP address [usage/value]'],
    [
      "reports serve",
      { rate: "0" },
      '--rate is "0", which is not a whole number from 1 to 999999 [usage/value]',
    ],
    [
      "reports serve",
      { listen: "0.0.0.0:8460" },
      "other machines may send to it only through a proxy [usage/combination]\n  fix: write for example: stspress reports serve --listen 127.0.0.1:8460, or add --proxy and the IP address of the web server\n",
    ],
    [
      "reports status",
      { all: true, changes: true },
      "--all and --changes contradict each other [usage/combination]\n  fix: write for example: stspress reports status --changes\n",
    ],
    ["reports add", {}, "the operand <path> is missing [usage/missing-operand]"],
    ["reports add", { resolver: "x" }, '--resolver is "x", which is not an IP address or IP:port'],
    ["reports fetch", { ...mailbox, port: "x" }, '--port is "x", which is not a whole number'],
  ])("%s %j", async (verb, options, words) => {
    const { code, out, err } = await say(verb, options);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
  });

  test("as JSON where that is asked for", async () => {
    const { code, out, err } = await say("reports fetch", { ...mailbox, port: "x", json: true });
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(JSON.parse(out)).toMatchObject({ version: 1, diagnostics: [{ code: "usage/value" }] });
  });
});

describe("fetch", () => {
  test("without a password", async () => {
    const { code, err } = await say("reports fetch", mailbox);
    expect(code).toBe(2);
    expect(err).toBe(
      "error: there is no password [reports/no-password]\n  fix: set the environment variable STSPRESS_IMAP_PASSWORD, or pass a file with --password-file\n\n1 error\n",
    );
  });

  test("with a password that cannot be read, or that others may read", async () => {
    const file = path.join(root, "password");
    const options = { ...mailbox, passwordFile: file };
    const none = await say("reports fetch", options);
    expect(none.code).toBe(2);
    expect(none.err).toBe(
      `error: the password cannot be read from ${file}: there is no such file or folder [reports/password-file]\n  fix: write it to a file that only you can read, and pass that file with --password-file\n\n1 error\n`,
    );
    fs.writeFileSync(file, "secret\n");
    fs.chmodSync(file, 0o644);
    const open = await say("reports fetch", options);
    expect(open.code).toBe(2);
    expect(open.err).toContain(
      "other users can read it; run chmod 600 on it [reports/password-file]",
    );
  });

  test("with certificates that cannot be read", async () => {
    const file = path.join(root, "password");
    fs.writeFileSync(file, "secret\n", { mode: 0o600 });
    const ca = path.join(root, "none.pem");
    const { code, err } = await say("reports fetch", { ...mailbox, passwordFile: file, ca });
    expect(code).toBe(2);
    expect(err).toContain(
      `${ca} cannot be read: there is no such file or folder [site/unreadable]`,
    );
  });

  test("from a server that does not answer: exit code 3", async () => {
    const file = path.join(root, "password");
    fs.writeFileSync(file, "secret\n", { mode: 0o600 });
    await withServer(async (port) => {
      const options = { ...mailbox, passwordFile: file, port: String(port), timeout: "5" };
      const { code, out, err } = await say("reports fetch", options);
      expect({ code, out }).toEqual({ code: 3, out: "" });
      expect(err).toMatch(/^error: 127\.0\.0\.1: .+ \[reports\/mailbox\]\n {2}fix: check --host/);
    });
  });
});

test("serve where another listens", async () => {
  await withServer(async (port) => {
    const { code, err } = await say("reports serve", { listen: `127.0.0.1:${String(port)}` });
    expect(code).toBe(2);
    expect(err).toBe(
      `error: reports cannot be received at 127.0.0.1 port ${String(port)}: another program is listening there [reports/cannot-listen]\n  fix: stop the program that listens there, or choose another address with --listen\n\n1 error\n`,
    );
  });
});
