import { describe, expect, test } from "vitest";
import { Options } from "../../../../src/cli/options.ts";
import { formatDiagnostic } from "../../../../src/cli/text.ts";
import { success } from "../../../../src/diagnostics/result.ts";
import { readFetchOptions } from "../../../../src/reports/cli/options/fetch-options.ts";

type Given = Readonly<Record<string, string | boolean>>;

const needed = { host: "imap.example.com", user: "reports@example.com" };

function read(given: Given) {
  return readFetchOptions(new Options("reports fetch", { ...needed, ...given }));
}

describe("taken", () => {
  test("TLS from the beginning, and a mark that nobody sees", () => {
    expect(read({})).toEqual(
      success({
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
      }),
    );
  });

  test.each<[Given, object]>([
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
    expect(read(options)).toMatchObject({ value: expected });
  });
});

const plain = { colour: false };

describe("refused", () => {
  test.each<[Given, string]>([
    [{ insecurePlain: true }, "send the password in the clear"],
    [{ insecurePlain: true, host: "192.0.2.1" }, "send the password in the clear"],
    [{ insecurePlain: true, host: "localhost.example.com" }, "send the password in the clear"],
    [{ insecurePlain: true, host: "127.0.0.1.example.com" }, "send the password in the clear"],
    [{ insecurePlain: true, host: "localhost", starttls: true }, "exclude each other"],
    [{ host: "imap.example.com\r\nA1 DELETE" }, "which is not the name of a server"],
    [{ host: "" }, "which is not the name of a server"],
    [{ user: "" }, "which is not the name of a mailbox"],
    [{ user: "a\r\nb" }, "which is not the name of a mailbox"],
    [{ port: "0" }, "--port is"],
    [{ port: "70000" }, "--port is"],
    [{ port: "1e3" }, "--port is"],
    [{ timeout: "0" }, "--timeout is"],
    [{ mark: "delete" }, "which is not keyword, seen, flag, none or move:FOLDER"],
    [{ mark: "move:" }, "which is not keyword, seen, flag, none or move:FOLDER"],
    [{ mark: "move:a\nb" }, "which is not keyword, seen, flag, none or move:FOLDER"],
    [{ resolver: "dns.example" }, "--resolver is"],
  ])("%j", (given, words) => {
    const options = read(given);
    if (options.ok) throw new Error("it is taken");
    expect(options.problems).toHaveLength(1);
    const text = options.problems.map((one) => formatDiagnostic(one, plain)).join("");
    expect(text).toContain(words);
    expect(text).toContain("stspress reports fetch --");
  });

  test("everything at once that is wrong", () => {
    const options = read({
      host: "a b",
      user: "",
      port: "x",
      mark: "x",
      insecurePlain: true,
      starttls: true,
    });
    if (options.ok) throw new Error("it is taken");
    expect(options.problems).toHaveLength(5);
  });
});
