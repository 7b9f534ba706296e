import { describe, expect, test } from "vitest";
import { readFetchOptions } from "../../../../src/reports/cli/options/fetch-options.ts";

type Options = Readonly<Record<string, string | boolean>>;

const needed = { host: "imap.example.com", user: "reports@example.com" };

function read(options: Options) {
  return readFetchOptions({ operands: [], options: { ...needed, ...options } });
}

describe("taken", () => {
  test("TLS from the beginning, and a mark that nobody sees", () => {
    expect(read({})).toEqual({
      host: "imap.example.com",
      port: 993,
      user: "reports@example.com",
      folder: "INBOX",
      security: "tls",
      mark: { how: "keyword" },
      passwordFile: null,
      caFile: null,
      timeoutMs: 60_000,
      resolver: null,
    });
  });

  test.each<[Options, object]>([
    [{ starttls: true }, { security: "starttls", port: 143 }],
    [
      { starttls: true, port: "1143" },
      { security: "starttls", port: 1143 },
    ],
    [
      { insecurePlain: true, host: "localhost" },
      { security: "plain", port: 143 },
    ],
    [{ insecurePlain: true, host: "127.0.0.5" }, { security: "plain" }],
    [{ insecurePlain: true, host: "::1" }, { security: "plain" }],
    [{ mark: "seen" }, { mark: { how: "seen" } }],
    [
      { mark: "move:Archive/TLS reports" },
      { mark: { how: "move", folder: "Archive/TLS reports" } },
    ],
    [
      { timeout: "5", resolver: "192.0.2.1" },
      { timeoutMs: 5000, resolver: { address: "192.0.2.1", port: 53 } },
    ],
  ])("%j", (options, expected) => {
    expect(read(options)).toMatchObject(expected);
  });
});

describe("refused", () => {
  test.each<[Options, string]>([
    [{ insecurePlain: true }, "send the password in the clear"],
    [{ insecurePlain: true, host: "192.0.2.1" }, "send the password in the clear"],
    [{ insecurePlain: true, host: "localhost.example.com" }, "send the password in the clear"],
    [{ insecurePlain: true, host: "127.0.0.1.example.com" }, "send the password in the clear"],
    [{ insecurePlain: true, host: "localhost", starttls: true }, "exclude each other"],
    [{ host: "imap.example.com\r\nA1 DELETE" }, "--host is not"],
    [{ host: "" }, "--host is not"],
    [{ user: "" }, "--user is not"],
    [{ user: "a\r\nb" }, "--user is not"],
    [{ port: "0" }, "--port is not"],
    [{ port: "70000" }, "--port is not"],
    [{ port: "1e3" }, "--port is not"],
    [{ timeout: "0" }, "--timeout is not"],
    [{ mark: "delete" }, "--mark is none of"],
    [{ mark: "move:" }, "--mark is none of"],
    [{ mark: "move:a\nb" }, "--mark is none of"],
    [{ resolver: "dns.example" }, "--resolver is not"],
  ])("%j", (options, usage) => {
    expect(read(options)).toMatchObject({ usage: expect.stringContaining(usage) as string });
  });
});
