/** The SMTP probe against real servers, and against those that only look like one. */
import fc from "fast-check";
import net from "node:net";
import tls from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { probeMx } from "../../../src/audit/probe/smtp-probe.ts";
import { flood } from "../../zoo/sockets.ts";
import { authority, host, openConnections, probe, probeRaw, unbearable } from "../support/stand.ts";
import type { Script } from "../../zoo/mx-server.ts";
import type { ConnectionFailure } from "../../../src/net/failure.ts";

const ehlo = "250-mx\r\n250 STARTTLS\r\n";

/** Answers the n-th line of the client with the n-th text; null: not at all. */
function answers(...texts: readonly (string | null)[]) {
  return (socket: net.Socket): void => {
    const left = [...texts];
    const next = (): void => {
      const text = left.shift();
      if (text != null) socket.write(text, "latin1");
    };
    socket.on("data", next);
    next();
  };
}

describe("a server in good health", () => {
  test("shows its banner, its keywords, its certificate with and without SNI", async () => {
    const { evidence, connections } = await probe({ withoutSni: "wrong-name" });
    expect(evidence).toMatchObject({
      address: "127.0.0.1",
      failure: null,
      banner: `${host} ESMTP`,
      startTls: "offered",
      injected: false,
      tls: { protocol: "TLSv1.3", trust: "trusted" },
      dnsNamesWithoutSni: ["elsewhere.zoo.test"],
    });
    expect(evidence.keywords).toContain("STARTTLS");
    expect(evidence.tls?.chain.map(({ subject }) => subject)).toEqual([host, "Zoo Intermediate"]);
    expect(evidence.tls?.chain[0]).toMatchObject({ dnsNames: [host], dnsNameCount: 1 });
    expect(evidence.fingerprintWithoutSni).toMatch(/^[\da-f]{64}$/);
    expect(evidence.fingerprintWithoutSni).not.toBe(evidence.tls?.chain[0]?.fingerprint);
    expect(connections).toBe(2);
  });

  test("is left politely, and asked for one connection at a time", async () => {
    const { identities } = await authority();
    const context = tls.createSecureContext(await identities.issue("good", [host]));
    const said: string[] = [];
    const { evidence } = await probeRaw((socket) => {
      said.push("connection");
      socket.write("220-long\r\n220 mx\r\n");
      socket.on("data", function hear(bytes: Buffer) {
        const line = bytes.toString();
        said.push(line);
        if (line.startsWith("EHLO")) socket.write(ehlo);
        if (line !== "STARTTLS\r\n") return;
        socket.off("data", hear);
        socket.write("220 go ahead\r\n");
        const secured = new tls.TLSSocket(socket, { isServer: true, secureContext: context });
        secured.on("error", () => undefined);
        secured.on("data", (quit: Buffer) => {
          said.push(`TLS ${quit.toString()}`);
          secured.end("221 bye\r\n");
        });
      });
    });
    expect(evidence.failure).toBeNull();
    const once = ["connection", "EHLO audit.test\r\n", "STARTTLS\r\n", "TLS QUIT\r\n"];
    expect(said).toEqual([...once, ...once]);
  });
});

describe("what ends a conversation", () => {
  type Row = [
    what: string,
    script: Script,
    stage: ConnectionFailure["stage"],
    kind: ConnectionFailure["kind"],
    detail: string,
  ];
  test.each<Row>([
    ["no greeting", { greeting: null }, "banner", "timeout", ""],
    ["no SMTP", { greeting: "SSH-2.0-x\r\n" }, "banner", "protocol", "SSH-2.0-x"],
    ["code 250", { greeting: "250 hello\r\n" }, "banner", "protocol", "250 hello"],
    ["code 600", { greeting: "600 hello\r\n" }, "banner", "protocol", "600 hello"],
    ["554", { greeting: "554-5.7.1 go\r\n554 away\r\n" }, "banner", "rejected", "554 5.7.1 go"],
    ["421", { greeting: "421 busy\r\n" }, "banner", "rejected", "421 busy"],
    ["no answer to EHLO", { ehlo: null }, "ehlo", "timeout", ""],
    ["half an answer", { ehlo: "250-mx\r\n250-SIZE\r\n" }, "ehlo", "timeout", ""],
    ["550 to EHLO", { ehlo: "550 who?\r\n" }, "ehlo", "rejected", "550 who?"],
    ["babble", { ehlo: "250-mx\r\nSTARTTLS\r\n" }, "ehlo", "protocol", "STARTTLS"],
    ["no STARTTLS", { ehlo: "250 mx\r\n" }, "starttls", "rejected", ""],
    ["454", { startTls: "454 not now\r\n" }, "starttls", "rejected", "454 not now"],
    ["250 to STARTTLS", { startTls: "250 what?\r\n" }, "starttls", "protocol", "250 what?"],
    ["no go-ahead", { startTls: null }, "starttls", "timeout", ""],
    ["silence", { handshake: (socket) => void socket.resume() }, "tls", "timeout", ""],
    [
      "the end",
      { handshake: (socket) => void socket.once("data", () => socket.destroy()) },
      "tls",
      "closed",
      "",
    ],
    [
      "a reset",
      { handshake: (socket) => void socket.once("data", () => socket.resetAndDestroy()) },
      "tls",
      "reset",
      "read ECONNRESET",
    ],
    [
      "clear text",
      { handshake: (socket) => void socket.once("data", () => socket.write("500 no\r\n")) },
      "tls",
      "tls",
      "wrong version number",
    ],
  ])("%s", async (_, script, stage, kind, detail) => {
    const { evidence, connections } = await probe({ script }, { timeoutMs: 300 });
    expect(evidence.failure).toEqual({ stage, kind, detail });
    expect(evidence).toMatchObject({ tls: null, fingerprintWithoutSni: null });
    // What failed once is not asked again.
    expect(connections).toBe(1);
  });

  test("the connection ends before the greeting", async () => {
    const { evidence } = await probeRaw((socket) => socket.end());
    expect(evidence.failure).toEqual({ stage: "banner", kind: "closed", detail: "" });
  });

  test("the connection ends after half a line", async () => {
    const { evidence } = await probeRaw((socket) => socket.end("220 half a gree"));
    expect(evidence).toMatchObject({
      failure: { stage: "banner", kind: "closed", detail: "" },
      banner: null,
    });
  });

  test("nobody listens", async () => {
    const { trust } = await authority();
    const server = net.createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        resolve((server.address() as net.AddressInfo).port);
      });
    });
    await new Promise((resolve) => server.close(resolve));
    const request = { host, port, trust, heloName: "audit.test", timeoutMs: 2000 };
    const evidence = await probeMx({ ...request, address: "127.0.0.1", allowPrivate: true });
    expect(evidence.failure).toMatchObject({ stage: "connect", kind: "refused" });
  });

  test.each(["127.0.0.1", "10.1.2.3", "::1", "fe80::1", "::ffff:192.0.2.1"])(
    "%s is not public, and not tried",
    async (address) => {
      const { trust } = await authority();
      const request = { host, address, port: 9, trust, heloName: "audit.test", timeoutMs: 2000 };
      const { durationMs, ...evidence } = await probeMx({ ...request, allowPrivate: false });
      expect(evidence).toEqual({
        address,
        failure: { stage: "connect", kind: "not-public", detail: "" },
        banner: null,
        keywords: null,
        startTls: "unknown",
        injected: false,
        tls: null,
        fingerprintWithoutSni: null,
        dnsNamesWithoutSni: null,
      });
      expect(durationMs).toBeGreaterThanOrEqual(0);
    },
  );
});

describe("a refusal", () => {
  test.each<[string, Script]>([
    ["of the client", { greeting: "554 no\r\n" }],
    ["of EHLO", { ehlo: "550 no\r\n" }],
    ["of STARTTLS", { startTls: "454 no\r\n" }],
    ["by silence about STARTTLS", { ehlo: "250 mx\r\n" }],
  ])("%s is answered by QUIT", async (_, script) => {
    const said: string[] = [];
    const greeting = script.greeting ?? "220 mx\r\n";
    await probeRaw((socket) => {
      socket.write(greeting);
      socket.on("data", (bytes: Buffer) => {
        const line = bytes.toString().trimEnd();
        said.push(line.split(" ")[0] ?? "");
        if (line.startsWith("EHLO")) socket.write(script.ehlo ?? ehlo);
        else if (line === "STARTTLS") socket.write(script.startTls ?? "");
        else socket.end("221 bye\r\n");
      });
    });
    expect(said.at(-1)).toBe("QUIT");
  });

  test("the goodbye is not waited for as long as an answer", async () => {
    const { evidence } = await probeRaw(answers("554 no\r\n"), { timeoutMs: unbearable });
    expect(evidence.failure?.kind).toBe("rejected");
  });
});

describe("EHLO", () => {
  test("is followed by HELO where it is not known", async () => {
    const { evidence } = await probeRaw(
      answers("220 mx\r\n", "500 what?\r\n", "250-mx\r\n250 STARTTLS\r\n", "221 bye\r\n"),
    );
    expect(evidence).toMatchObject({ keywords: [], startTls: "not-offered" });
  });

  test("keywords are counted and cut, and STARTTLS is found beyond the last that is kept", async () => {
    const many = Array.from({ length: 90 }, (_, at) => `250-x${String(at)} ${"y".repeat(300)}\r\n`);
    const script = { ehlo: `250-mx\r\n250-${"z".repeat(300)}\r\n${many.join("")}250 starttls\r\n` };
    const { evidence } = await probe({ script });
    expect(evidence.failure).toBeNull();
    expect(evidence.startTls).toBe("offered");
    expect(evidence.keywords).toHaveLength(50);
    expect(evidence.keywords?.slice(0, 2)).toEqual(["Z".repeat(200), "X0"]);
  });

  test.each([
    ["bytes one by one", "220 mx\r\n"],
    ["lines that end in LF", "220-a\n220 mx\n"],
    ["a code alone", "220\r\n"],
  ])("%s", async (_, greeting) => {
    const { evidence } = await probeRaw((socket) => {
      socket.setNoDelay(true);
      const bytes = [...greeting];
      const timer = setInterval(() => {
        const byte = bytes.shift();
        if (byte === undefined) clearInterval(timer);
        else socket.write(byte);
      }, 2);
      answers(null, "250 mx\r\n", "221 bye\r\n")(socket);
    });
    expect(evidence.startTls).toBe("not-offered");
  });
});

describe("bytes in clear after the go-ahead", () => {
  test.each<[string, Script]>([
    ["along with it", { startTls: "220 go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n" }],
    ["less than a line", { startTls: "220 go ahead\r\n2" }],
  ])("%s are told, and kept out of TLS", async (_, script) => {
    const { evidence } = await probe({ script });
    expect(evidence).toMatchObject({
      failure: null,
      injected: true,
      tls: { trust: "trusted" },
    });
  });

  test("in a segment of their own", async () => {
    const { identities } = await authority();
    const context = tls.createSecureContext(await identities.issue("good", [host]));
    const { evidence } = await probeRaw((socket) => {
      socket.setNoDelay(true).write("220 mx\r\n");
      socket.on("data", function hear(bytes: Buffer) {
        const line = bytes.toString();
        if (line.startsWith("EHLO")) socket.write(ehlo);
        if (line !== "STARTTLS\r\n") return;
        socket.off("data", hear);
        socket.write("220 go ahead\r\n");
        // Two turns later: the client has read the go-ahead by itself.
        const inject = (): void => {
          socket.write("250 injected\r\n", () => {
            const secured = new tls.TLSSocket(socket, { isServer: true, secureContext: context });
            secured.on("error", () => undefined).on("data", () => secured.end("221 bye\r\n"));
          });
        };
        setImmediate(() => setImmediate(inject));
      });
    });
    expect(evidence.injected).toBe(true);
  });
});

describe("hostile servers", () => {
  test.each<[string, Script, ConnectionFailure["stage"]]>([
    ["a greeting without end", { endless: { on: "connect", line: "220-more\r\n" } }, "banner"],
    ["a line without end", { endless: { on: "connect", line: "220 more " } }, "banner"],
    ["empty lines without end", { endless: { on: "connect", line: "220-\r\n" } }, "banner"],
    ["an EHLO reply without end", { endless: { on: "EHLO", line: "250-X\r\n" } }, "ehlo"],
  ])("%s: too large, and soon", async (_, script, stage) => {
    const { evidence, written } = await probe({ script }, { timeoutMs: unbearable });
    expect(evidence.failure).toEqual({ stage, kind: "too-large", detail: "" });
    // What the system's own buffers hold, and no more.
    expect(written).toBeLessThan(32_000_000);
  });

  test("a hundred lines are a greeting, one more is too much", async () => {
    const lines = (count: number): string => `${"220-x\r\n".repeat(count - 1)}220 mx\r\n`;
    const most = await probe({ script: { greeting: lines(100) } });
    expect(most.evidence.failure).toBeNull();
    const more = await probe({ script: { greeting: lines(101) } });
    expect(more.evidence.failure).toEqual({ stage: "banner", kind: "too-large", detail: "" });
  });

  test("garbage in place of the handshake", async () => {
    const { evidence, written } = await probe({
      script: {
        // In place of the server's part of it: what came along with the go-ahead would be in clear.
        handshake: (socket) => {
          socket.once("data", () => {
            flood(socket, Buffer.alloc(65_536, 0x16), Infinity);
          });
        },
      },
    });
    expect(evidence.failure).toMatchObject({ stage: "tls", kind: "tls" });
    expect(written).toBeLessThan(32_000_000);
  });

  test("a flood in place of the goodbye, from one who does not hang up", async () => {
    // Its patience for a goodbye never ends.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { evidence, written } = await probeRaw(
      (socket) => {
        socket.write("554 no\r\n");
        socket.once("data", () => {
          flood(socket, Buffer.alloc(65_536, "2"), Infinity);
        });
      },
      { allowHalfOpen: true },
    );
    expect(evidence.failure?.kind).toBe("rejected");
    expect(written).toBeLessThan(32_000_000);
  });

  test("a byte now and then does not move the deadline", async () => {
    // They go on until it has hung up.
    const { evidence } = await probeRaw(
      (socket) => {
        const timer = setInterval(() => socket.write("220-x\r\n"), 30);
        socket.on("close", () => {
          clearInterval(timer);
        });
      },
      { timeoutMs: 400 },
    );
    expect(evidence.failure).toEqual({ stage: "banner", kind: "timeout", detail: "" });
  });

  test("whatever comes, there is evidence", async () => {
    const piece = fc.oneof(
      fc.constantFrom("220", "250", "554", "-", " ", "\r\n", "\n", "STARTTLS", "250-mx\r\n"),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    const said = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 4 }), async (texts) => {
        const { evidence } = await probeRaw(
          (socket) => {
            const left = [...texts];
            const next = (): void => {
              const text = left.shift();
              if (text === undefined) socket.end();
              else socket.write(text, "latin1");
            };
            socket.on("data", next).on("error", () => undefined);
            next();
          },
          { timeoutMs: 60 },
        );
        expect(evidence.failure).not.toBeNull();
        expect(evidence.tls).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  test("what they say is kept as it came, and short", async () => {
    const escape = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u0000\u007f";
    const greeting = `220-${escape}${"x".repeat(5000)}\r\n220 mx\r\n`;
    const { evidence } = await probe({
      script: { greeting, startTls: `454 ${escape}${"y".repeat(5000)}\r\n` },
    });
    expect(evidence.banner).toBe(`${escape}${"x".repeat(5000)}`.slice(0, 200));
    expect(evidence.failure?.detail).toBe(`454 ${escape}${"y".repeat(5000)}`.slice(0, 200));
  });
});

describe("TLS versions", () => {
  /** Answers the ClientHello with these bytes. */
  const record = (hex: string): Script => ({
    handshake: (socket) => void socket.once("data", () => socket.write(Buffer.from(hex, "hex"))),
  });

  test("1.0 and 1.1 only", async () => {
    const { evidence } = await probe({ oldTls: true });
    expect(evidence.failure).toMatchObject({ stage: "tls", kind: "tls-version" });
  });

  test.each([
    ["an alert in SSL 3.0", "15030000020246"],
    ["an alert in TLS 1.0", "15030100020246"],
    ["a ServerHello of TLS 1.0", `160301002a020000260301${"00".repeat(32)}00002f00`],
    ["a ServerHello of SSL 3.0", `160300002a020000260300${"00".repeat(32)}00002f00`],
  ])("%s", async (_, hex) => {
    const { evidence } = await probe({ script: record(hex) });
    expect(evidence.failure).toMatchObject({ stage: "tls", kind: "tls-version" });
  });

  test("another alert is another failure", async () => {
    const { evidence } = await probe({ script: record("15030300020228") });
    expect(evidence.failure).toMatchObject({ stage: "tls", kind: "tls" });
  });
});

test("nothing is left open", async () => {
  for (const script of [{ greeting: null }, { ehlo: null }, { startTls: null }, {}]) {
    await probe({ script }, { timeoutMs: 200 });
  }
  await probe({});
  await probe({ oldTls: true });
  await probe({ certificate: "endless-chain" });
  await expect.poll(openConnections, { timeout: 5000 }).toBe(0);
});
