/** The fetch of a policy from real HTTPS servers, and from those that only look like one. */
import fc from "fast-check";
import net from "node:net";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { fetchPolicy } from "../../../src/audit/probe/policy-fetch.ts";
import {
  brokenOff,
  dripBody,
  endlessHeaders,
  gzipped,
  status,
  tenGigabytes,
} from "../../zoo/policy-server.ts";
import { flood, whileOpen } from "../../zoo/sockets.ts";
import {
  authority,
  fetchFrom,
  fetchText,
  host,
  openConnections,
  policy,
  unbearable,
} from "../support/stand.ts";
import type { ConnectionFailure } from "../../../src/net/failure.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

/** Two streams, each of which reads what is written to the other. */
function duplexPair(): readonly [Duplex, Duplex] {
  const sides: Duplex[] = [0, 1].map(
    (side) =>
      new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _encoding, done) => {
          sides[1 - side]?.push(chunk);
          done();
        },
      }),
  );
  const [first, second] = sides;
  if (first === undefined || second === undefined) throw new Error("two sides make a pair");
  return [first, second];
}

describe("a server in good health", () => {
  test("the whole response is recorded", async () => {
    const { evidence, connections } = await fetchFrom({});
    const { durationMs, tls, ...rest } = evidence;
    expect(rest).toEqual({
      address: "127.0.0.1",
      failure: null,
      status: 200,
      location: null,
      contentType: "text/plain",
      contentEncoding: null,
      server: null,
      mitigated: null,
      body: { encoding: "utf8", data: policy, complete: true },
    });
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(tls).toMatchObject({ protocol: "TLSv1.3", trust: "trusted" });
    expect(tls?.chain.map(({ subject }) => subject)).toEqual([host, "Zoo Intermediate"]);
    expect(connections).toBe(1);
  });

  test("the request is a sender's", async () => {
    let asked: unknown;
    await fetchFrom({
      answer: (response, text) => {
        const { method, url, httpVersion, headers } = response.req;
        asked = { method, url, httpVersion, headers };
        response.end(text);
      },
    });
    expect(asked).toEqual({
      method: "GET",
      url: "/.well-known/mta-sts.txt",
      httpVersion: "1.1",
      headers: { host, "user-agent": "stspress", accept: "*/*", connection: "close" },
    });
  });

  test("a redirect is recorded, and not followed", async () => {
    const location = "https://elsewhere.test/";
    const { evidence, connections } = await fetchFrom({ answer: status(301, { location }, "") });
    expect(evidence).toMatchObject({ failure: null, status: 301, location });
    expect(connections).toBe(1);
  });

  test("what Cloudflare sends with a challenge", async () => {
    const headers = { server: "cloudflare", "cf-mitigated": "challenge" };
    const { evidence } = await fetchFrom({ answer: status(403, headers, "no") });
    expect(evidence).toMatchObject({ status: 403, server: "cloudflare", mitigated: "challenge" });
  });

  test("a compressed body is left as it is", async () => {
    const { evidence } = await fetchFrom({ answer: gzipped });
    expect(evidence).toMatchObject({
      failure: null,
      contentEncoding: "gzip",
      body: { encoding: "base64", complete: true },
    });
    expect(Buffer.from(evidence.body?.data ?? "", "base64").readUInt16BE()).toBe(0x1f8b);
  });
});

describe("bodies", () => {
  const body = (text: string, complete = true) => ({ encoding: "utf8", data: text, complete });

  test.each([
    ["up to the end of the connection", `${ok}\r\nhello`, "hello"],
    ["by length", `${ok}Content-Length: 5\r\n\r\nhello and more`, "hello"],
    [
      "by the same length twice",
      `${ok}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
      "hello",
    ],
    [
      "in chunks",
      `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n`,
      "hello",
    ],
    [
      "in chunks with trailers",
      `${ok}Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n`,
      "hello",
    ],
    ["none at 204", "HTTP/1.1 204 No Content\r\n\r\n", ""],
    [
      "after 103",
      `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok}Content-Length: 5\r\n\r\nhello`,
      "hello",
    ],
    ["in HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", "hello"],
    ["after lines that end in LF", "HTTP/1.1 200 OK\nServer: x\n\nhello\r\n", "hello\r\n"],
    ["after a status line without words", "HTTP/1.1 200\r\n\r\nhello", "hello"],
    ["with a byte order mark, which stays", `${ok}\r\n\xef\xbb\xbfhello`, "\ufeffhello"],
  ])("%s", async (_, text, expected) => {
    const { evidence } = await fetchText(text);
    expect(evidence.failure).toBeNull();
    expect(evidence.body).toEqual(body(expected));
  });

  test("of 65,536 bytes are whole, of one more are not", async () => {
    const most = "x".repeat(65_536);
    const whole = await fetchText(`${ok}\r\n${most}`);
    expect(whole.evidence).toMatchObject({ failure: null, body: body(most) });
    const more = await fetchText(`${ok}\r\n${most}x`);
    expect(more.evidence).toMatchObject({
      status: 200,
      failure: { stage: "body", kind: "too-large" },
      body: body(most, false),
    });
  });

  test.each<[string, string, ConnectionFailure["kind"], string, string]>([
    ["shorter than said", `${ok}Content-Length: 9\r\n\r\nhello`, "closed", "hello", ""],
    [
      "without the last chunk",
      `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
      "closed",
      "hello",
      "",
    ],
    ["in half a chunk", `${ok}Transfer-Encoding: chunked\r\n\r\n9\r\nhello`, "closed", "hello", ""],
    [
      "with a chunk of no length",
      `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      "protocol",
      "",
      "zz",
    ],
    [
      "with a chunk of 16 TB",
      `${ok}Transfer-Encoding: chunked\r\n\r\nfffffffffff\r\n`,
      "protocol",
      "",
      "fffffffffff",
    ],
    [
      "with a chunk longer than said",
      `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n`,
      "protocol",
      "he",
      "llo",
    ],
    [
      "of two lengths",
      `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
      "protocol",
      "",
      "Content-Length: 5,6",
    ],
    [
      "of a length below zero",
      `${ok}Content-Length: -5\r\n\r\nhello`,
      "protocol",
      "",
      "Content-Length: -5",
    ],
    [
      "in another coding",
      `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`,
      "protocol",
      "",
      "Transfer-Encoding: gzip, chunked",
    ],
  ])("%s", async (_, text, kind, data, detail) => {
    const { evidence } = await fetchText(text);
    expect(evidence.failure).toEqual({ stage: "body", kind, detail });
    expect(evidence.body).toEqual(body(data, false));
  });

  test("broken off by the server", async () => {
    const { evidence } = await fetchFrom({ answer: brokenOff });
    expect(evidence).toMatchObject({
      status: 200,
      failure: { stage: "body", kind: "closed" },
      body: { data: policy, complete: false },
    });
  });
});

describe("what is no response", () => {
  test.each<[string, string, ConnectionFailure["stage"], ConnectionFailure["kind"], string]>([
    ["nothing", "", "request", "closed", ""],
    ["half a status line", "HTTP/1.1 20", "headers", "closed", ""],
    ["no HTTP", "220 mx ESMTP\r\n", "headers", "protocol", "220 mx ESMTP"],
    ["HTTP/2", "HTTP/2 200\r\n\r\n", "headers", "protocol", "HTTP/2 200"],
    ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "headers", "protocol", "HTTP/1.1 20 OK"],
    ["a field without a colon", `${ok}huh\r\n\r\n`, "headers", "protocol", "huh"],
    ["a field in two lines", `${ok} more\r\n\r\n`, "headers", "protocol", " more"],
    ["no end of the fields", `${ok}Server: x\r\n`, "headers", "closed", ""],
    ["early hints alone", "HTTP/1.1 103 x\r\n\r\n".repeat(3000), "headers", "too-large", ""],
    ["one long field", `${ok}Server: ${"x".repeat(40_000)}`, "headers", "too-large", ""],
  ])("%s", async (_, text, stage, kind, detail) => {
    const { evidence } = await fetchText(text);
    expect(evidence).toMatchObject({ failure: { stage, kind, detail }, status: null, body: null });
    expect(evidence.tls?.trust).toBe("trusted");
  });

  test("no answer in time", async () => {
    const { evidence } = await fetchFrom({ answer: () => undefined }, { timeoutMs: 300 });
    expect(evidence.failure).toEqual({ stage: "request", kind: "timeout", detail: "" });
  });
});

describe("hostile servers", () => {
  const escape = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u0000\u007f";

  test("what they say is kept as it came, and short", async () => {
    const { evidence } = await fetchText(
      `HTTP/1.1 302 ${escape}\r\nServer: ${escape}${"s".repeat(900)}\r\nLocation: ${escape}\r\n\r\n`,
    );
    expect(evidence).toMatchObject({
      failure: null,
      status: 302,
      location: escape,
      server: `${escape}${"s".repeat(900)}`.slice(0, 500),
    });
    const line = await fetchText(`${escape}${"x".repeat(900)}\r\n`);
    expect(line.evidence.failure?.detail).toBe(`${escape}${"x".repeat(900)}`.slice(0, 200));
  });

  test.each([
    ["ten gigabytes", { answer: tenGigabytes }, "body"],
    ["header fields without end", { answer: endlessHeaders }, "headers"],
  ])("%s: too large, and soon", async (_, server, stage) => {
    const { evidence, written } = await fetchFrom(server, { timeoutMs: unbearable });
    expect(evidence.failure).toEqual({ stage, kind: "too-large", detail: "" });
    // What the system's own buffers hold, and no more.
    expect(written).toBeLessThan(32_000_000);
  });

  test("garbage in place of TLS", async () => {
    const { evidence } = await fetchFrom({
      raw: (socket) => {
        flood(socket, Buffer.alloc(65_536, 0x16), Infinity);
      },
    });
    expect(evidence).toMatchObject({ failure: { stage: "tls", kind: "tls" }, tls: null });
  });

  test("garbage right behind the handshake", async () => {
    const { identities } = await authority();
    const context = tls.createSecureContext(await identities.issue("good", [host]));
    const { evidence } = await fetchFrom({
      raw: (socket) => {
        // Between the two sides, to put something behind the server's first flight.
        const [outer, inner] = duplexPair();
        const secured = new tls.TLSSocket(inner, { isServer: true, secureContext: context });
        secured.on("error", () => undefined);
        socket.pipe(outer);
        outer.on("data", (flight: Buffer) => {
          if (socket.writable)
            socket.write(Buffer.concat([flight, Buffer.from("\r\ngarbage\r\n")]));
        });
      },
    });
    expect(evidence).toMatchObject({ failure: { kind: "tls" }, status: null });
  });

  test("HTTP in place of TLS", async () => {
    const { evidence } = await fetchFrom({
      raw: (socket) => void socket.once("data", () => socket.end("HTTP/1.1 400 Bad\r\n\r\n")),
    });
    expect(evidence.failure).toMatchObject({ stage: "tls", kind: "tls" });
  });

  test("a connection that is only taken", async () => {
    const { evidence } = await fetchFrom({ raw: () => undefined }, { timeoutMs: 300 });
    expect(evidence.failure).toEqual({ stage: "tls", kind: "timeout", detail: "" });
  });

  test("a connection that is closed at once", async () => {
    const { evidence } = await fetchFrom({ raw: (socket) => socket.destroy() });
    expect(evidence.failure).toMatchObject({ stage: "tls", kind: "closed" });
  });

  test("a drip does not move the deadline", async () => {
    // It goes on until the client has hung up.
    const { evidence } = await fetchFrom(
      {
        answer: ({ socket }) => {
          if (socket === null) return;
          socket.write(ok);
          whileOpen(socket, 20, () => socket.write("A: b\r\n"));
        },
      },
      { timeoutMs: 400 },
    );
    expect(evidence.failure).toEqual({ stage: "headers", kind: "timeout", detail: "" });
  });

  test("what came of a body at the deadline is kept", async () => {
    const { evidence } = await fetchFrom({ answer: dripBody }, { timeoutMs: 1500 });
    expect(evidence).toMatchObject({
      status: 200,
      failure: { stage: "body", kind: "timeout", detail: "" },
      body: { encoding: "utf8", data: "v", complete: false },
    });
  });

  test("whatever comes, there is evidence", async () => {
    const piece = fc.oneof(
      fc.constantFrom("HTTP/1.1 ", "200", " OK", "\r\n", "\r\n\r\n", "0", "5", ";", ":", " ", "ff"),
      fc.constantFrom("Content-Length: ", "Transfer-Encoding: chunked\r\n", ok, "Location: "),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const { evidence } = await fetchText(pieces.join(""), { timeoutMs: 2000 });
        expect(evidence.failure === null).toBe(evidence.body?.complete === true);
        expect(evidence.failure?.kind).not.toBe("timeout");
      }),
      { numRuns: 40 },
    );
  });

  test("chunks of one byte", async () => {
    const chunks = "1\r\nx\r\n".repeat(70_000);
    const { evidence } = await fetchText(
      `${ok}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
      { timeoutMs: unbearable },
    );
    expect(evidence.failure).toMatchObject({ stage: "body", kind: "too-large" });
    expect(evidence.body?.data).toHaveLength(65_536);
  });
});

describe("addresses", () => {
  const request = { host, port: 443, timeoutMs: 2000 };

  test.each(["127.0.0.1", "100.64.0.1", "::1", "64:ff9b::7f00:1"])(
    "%s is not public, and not tried",
    async (address) => {
      const { trust } = await authority();
      const evidence = await fetchPolicy({ ...request, address, trust, allowPrivate: false });
      expect(evidence).toMatchObject({
        address,
        failure: { stage: "connect", kind: "not-public", detail: "" },
        tls: null,
        status: null,
        body: null,
      });
    },
  );

  test("nobody listens", async () => {
    const { trust } = await authority();
    const server = net.createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        resolve((server.address() as net.AddressInfo).port);
      });
    });
    await new Promise((resolve) => server.close(resolve));
    const address = "127.0.0.1";
    const evidence = await fetchPolicy({ ...request, address, port, trust, allowPrivate: true });
    expect(evidence.failure).toMatchObject({ stage: "connect", kind: "refused" });
  });
});

test("TLS 1.0 and 1.1 only", async () => {
  const { evidence } = await fetchFrom({ oldTls: true });
  expect(evidence).toMatchObject({ failure: { stage: "tls", kind: "tls-version" }, tls: null });
});

test("nothing is left open", async () => {
  await fetchFrom({});
  await fetchFrom({ oldTls: true });
  await fetchFrom({ raw: (socket) => socket.destroy() });
  await fetchFrom({ raw: (socket) => void socket.resume() }, { timeoutMs: 200 });
  await fetchFrom({ answer: () => undefined }, { timeoutMs: 200 });
  await fetchFrom({ answer: tenGigabytes });
  await fetchText(ok, { end: false, timeoutMs: 200 });
  await expect.poll(openConnections, { timeout: 5000 }).toBe(0);
});
