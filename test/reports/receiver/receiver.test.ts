/** The receiver over real sockets, with a real journal on the disk. */
import net from "node:net";
import os from "node:os";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { json, maxBytes, send, start } from "../support/receiver-bench.ts";
import { waitFor } from "../../support/wait-for.ts";

describe("accepted, and in the journal before the answer", () => {
  test.each([
    ["application/tlsrpt+json", json],
    ["application/tlsrpt+gzip", zlib.gzipSync(json)],
    ["Application/TLSRPT+JSON; charset=utf-8", json],
    ["application/tlsrpt", zlib.gzipSync(json)],
    ["application/tlsrpt+gzip", json],
    ["application/tlsrpt+json", zlib.gzipSync(json)],
  ])("%s", async (type, body) => {
    const { port, journal, log } = await start();
    expect(await send(port, body, { type })).toMatchObject({ status: 201, body: "accepted\n" });
    expect(await journal()).toEqual([json]);
    expect(log[0]).toMatch(/^20\d\d-\S+Z 201 127\.0\.0\.1 \d+ bytes, about$/);
  });

  test("with Content-Encoding", async () => {
    const { port, journal } = await start();
    const headers = { "Content-Encoding": "gzip" };
    expect((await send(port, zlib.gzipSync(json), { headers })).status).toBe(201);
    expect(await journal()).toEqual([json]);
  });

  test("at any path: whatever the rua says", async () => {
    const { port, journal } = await start();
    for (const at of ["/", "/v1/tlsrpt?x=1", "/healthz", "//"]) {
      expect((await send(port, json, { path: at })).status).toBe(201);
    }
    expect(await journal()).toHaveLength(4);
  });

  test("the same twice: it is told apart later", async () => {
    const { port } = await start();
    expect((await send(port, json)).status).toBe(201);
    expect((await send(port, json)).status).toBe(201);
  });

  test("10 MB exactly, packed and unpacked", async () => {
    const { port, journal } = await start();
    const large = JSON.stringify("x".repeat(maxBytes - 2));
    expect(large).toHaveLength(maxBytes);
    expect((await send(port, large)).status).toBe(201);
    const type = "application/tlsrpt+gzip";
    expect((await send(port, zlib.gzipSync(large), { type })).status).toBe(201);
    expect((await journal()).map((text) => text.length)).toEqual([maxBytes, maxBytes]);
  });

  test("after it asked whether it may send", async () => {
    const { port, journal } = await start();
    const headers = { Expect: "100-continue", "Content-Length": json.length };
    expect((await send(port, json, { headers })).status).toBe(201);
    expect(await journal()).toEqual([json]);
  });

  test("two hundred at once", async () => {
    const { port, journal } = await start();
    const texts = Array.from({ length: 200 }, (_, n) => JSON.stringify({ "report-id": n }));
    const answers = await Promise.all(texts.map((text) => send(port, text)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect((await journal()).sort()).toEqual(texts.sort());
  });
});

describe("refused, with a reason", () => {
  test.each(["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])("405: %s", async (method) => {
    const { port } = await start();
    const answer = await send(port, "", { method });
    expect(answer).toMatchObject({ status: 405, body: "send reports by POST\n" });
    expect(answer.headers.allow).toBe("POST");
  });

  test.each([
    null,
    "",
    "text/plain",
    "application/json",
    "application/x-www-form-urlencoded",
    "application/tlsrpt+zip",
  ])("415: Content-Type %s", async (type) => {
    const { port, journal } = await start();
    const answer = await send(port, json, { type });
    expect(answer.status).toBe(415);
    expect(answer.headers["accept-post"]).toContain("application/tlsrpt+gzip");
    expect(await journal()).toEqual([]);
  });

  test("415: a content encoding that nobody unpacks", async () => {
    const { port } = await start();
    const answer = await send(port, json, { headers: { "Content-Encoding": "br" } });
    expect(answer.status).toBe(415);
  });

  test("413: one byte too many, told or not", async () => {
    const { port, journal } = await start();
    const large = JSON.stringify("x".repeat(maxBytes - 1));
    expect((await send(port, large)).status).toBe(413);
    const headers = { "Transfer-Encoding": "chunked" };
    expect((await send(port, large, { headers })).status).toBe(413);
    expect(await journal()).toEqual([]);
  });

  test("413: before anything is sent, where the client asks", async () => {
    const { port } = await start();
    const socket = net.connect(port, "127.0.0.1");
    const head = [
      "POST / HTTP/1.1",
      "Host: x",
      "Content-Type: application/tlsrpt+json",
      "Content-Length: 99999999",
      "Expect: 100-continue",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    const said = await new Promise<string>((resolve) => {
      socket.once("data", (bytes) => {
        resolve(bytes.toString("latin1"));
      });
    });
    socket.destroy();
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("415: a client that sends everything before it reads gets the reason, and may go on", async () => {
    const { port, journal } = await start();
    const socket = net.connect(port, "127.0.0.1");
    let said = "";
    socket.setEncoding("latin1").on("data", (text: string) => (said += text));
    const failed = new Promise<never>((_, reject) => socket.on("error", reject));
    const write = (text: string | Buffer): Promise<void> =>
      new Promise((resolve, reject) => {
        socket.write(text, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    const head = (type: string, length: number) =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${String(length)}\r\n\r\n`;
    await write(head("text/plain", 9_000_000));
    for (let part = 0; part < 90; part += 1) await write(Buffer.alloc(100_000, "x"));
    // A connection that was closed meanwhile would have taken the answer with it.
    await write(head("application/tlsrpt+json", json.length) + json);
    await Promise.race([waitFor(() => / 415 [^]* 201 /.test(said), "both answers"), failed]);
    socket.destroy();
    expect(await journal()).toEqual([json]);
  });

  test("413: a bomb of a gigabyte", async () => {
    const { port, quarantined } = await start();
    // A member of 16 MB of zeros, 64 times: gzip may be put one behind the other.
    const member = zlib.gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
    const answer = await send(port, bomb, { type: "application/tlsrpt+gzip" });
    expect(answer.status).toBe(413);
    expect(quarantined).toEqual([]);
  });

  test.each([
    ["no JSON", "<html>", "the JSON is malformed or truncated"],
    ["broken gzip", Buffer.from([0x1f, 0x8b, 8, 0, 1]), "the gzip data is damaged"],
  ])("400: %s is quarantined", async (_, body, reason) => {
    const { port, quarantined, journal } = await start();
    const answer = await send(port, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(reason);
    expect(quarantined).toHaveLength(1);
    expect(quarantined[0]).toContain(Buffer.from(body).toString("latin1"));
    expect(await journal()).toEqual([]);
  });

  test("400: nothing, of which nothing is kept", async () => {
    const { port, quarantined } = await start();
    expect(await send(port, "")).toMatchObject({ status: 400, body: "the body is empty\n" });
    expect(quarantined).toEqual([]);
  });

  test("429: one client sends too much, another is served", async () => {
    const { port, log } = await start({ perMinute: 3 });
    const from = (client: string) => send(port, json, { headers: { "X-Forwarded-For": client } });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await from("192.0.2.1")).status);
    expect(statuses).toEqual([201, 201, 201, 429, 429, 429]);
    const answer = await from("192.0.2.1");
    expect(Number(answer.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(60);
    // What a client writes before the last hop does not make it another.
    expect((await from("198.51.100.9, 192.0.2.1")).status).toBe(429);
    expect((await from("192.0.2.2")).status).toBe(201);
    expect(log.filter((line) => line.includes(" 429 192.0.2.1 "))).toHaveLength(1);
  });

  test("429: a /64 is one client, and a large report counts as several", async () => {
    const { port } = await start({ perMinute: 10 });
    const large = JSON.stringify("x".repeat(1_100_000));
    const from = (client: string, body: string | Buffer) =>
      send(port, body, { headers: { "X-Forwarded-For": client } });
    expect((await from("2001:db8:0:1::1", large)).status).toBe(201);
    expect((await from("2001:db8:0:1:2:3:4:5", json)).status).toBe(429);
    const packed = zlib.gzipSync(large);
    expect(packed.length).toBeLessThan(10_000);
    expect((await from("2001:db8:0:3::1", packed)).status).toBe(201);
    expect((await from("2001:db8:0:3::1", packed)).status).toBe(429);
    expect((await from("2001:db8:0:2::1", json)).status).toBe(201);
  });

  test.each(["ENOSPC", "EDQUOT", "EIO"])("503: %s, and the health check says so", async (code) => {
    let full = true;
    const { port } = await start({
      append: () =>
        full ? Promise.reject(Object.assign(new Error(code), { code })) : Promise.resolve(),
    });
    const answer = await send(port, json);
    expect(answer).toMatchObject({ status: 503, body: `the report cannot be written: ${code}\n` });
    expect(answer.headers["retry-after"]).toBe("300");
    const sick = await send(port, "", { method: "GET", path: "/healthz" });
    expect(sick.status).toBe(503);
    full = false;
    expect((await send(port, json)).status).toBe(201);
    const well = await send(port, "", { method: "GET", path: "/healthz" });
    expect(well).toMatchObject({ status: 200, body: "ok\n" });
  });

  test("503: before the disk is full", async () => {
    const { port, journal } = await start({ hasDiskSpace: () => Promise.resolve(false) });
    expect((await send(port, json)).status).toBe(503);
    expect(await journal()).toEqual([]);
  });
});

describe("bounded", () => {
  test("a health check is not waited for: it ends its connection", async () => {
    const { port } = await start();
    const answer = await send(port, "", { method: "GET", path: "/healthz" });
    expect(answer).toMatchObject({ status: 200, headers: { connection: "close" } });
  });

  test("a head that never ends, and a body that drips, are cut off", async () => {
    const { port, log } = await start({ timeoutMs: 300 });
    const ended = async (text: string): Promise<string> => {
      const socket = net.connect(port, "127.0.0.1");
      let said = "";
      socket.on("data", (bytes) => (said += bytes.toString("latin1")));
      socket.on("error", () => undefined);
      socket.write(text);
      const drip = setInterval(() => socket.write("x"), 50);
      await new Promise((resolve) => socket.once("close", resolve));
      clearInterval(drip);
      return said;
    };
    const post = "POST / HTTP/1.1\r\nHost: x\r\n";
    expect(await ended(`${post}X-Slow: `)).toMatch(/^HTTP\/1\.1 408 /);
    const type = "Content-Type: application/tlsrpt+json\r\nContent-Length: 5000\r\n\r\n";
    await ended(post + type);
    await waitFor(
      () => log.some((line) => line.includes(" 499 127.0.0.1 ")),
      "its line in the log",
    );
  });

  test("a head of 20 kB", async () => {
    const { port } = await start();
    const headers = { "X-Long": "x".repeat(20_000) };
    await expect(send(port, json, { headers })).resolves.toMatchObject({ status: 431 });
  });

  test("what is not HTTP", async () => {
    const { port } = await start();
    const socket = net.connect(port, "127.0.0.1");
    socket.write("\u0016\u0003\u0001\u0000 hello\r\n\r\n");
    const said = await new Promise<string>((resolve) => {
      socket.once("data", (bytes) => {
        resolve(bytes.toString("latin1"));
      });
    });
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect((await send(port, json)).status).toBe(201);
  });

  test("a log line holds nothing that a client wrote", async () => {
    const { port, log } = await start();
    const headers = { "X-Forwarded-For": "red, not an address", "User-Agent": "evil" };
    await send(port, json, { path: "/%1b[31m", headers });
    await send(port, "\u001b[31m", { headers });
    for (const line of log) expect(line).toMatch(/^[ -~]+ 127\.0\.0\.1 [ -~]+$/);
    expect(log.join()).not.toMatch(/evil|red|%1b/);
  });
});

describe("stopping", () => {
  test("what has begun is finished, and nothing new is taken", async () => {
    const held: (() => void)[] = [];
    const kept: unknown[] = [];
    const { port, stop } = await start({
      append: (record) =>
        new Promise((resolve) => {
          held.push(() => {
            kept.push(record);
            resolve(null);
          });
        }),
    });
    const begun = send(port, json);
    await waitFor(() => held.length > 0, "the report, on its way to the disk");
    const stopped = stop();
    await expect(send(port, json)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    held[0]?.();
    const answer = await begun;
    expect(answer.status).toBe(201);
    expect(answer.headers.connection).toBe("close");
    await stopped;
    expect(kept).toHaveLength(1);
  });

  test("a client that has gone away is waited for all the same", async () => {
    const held: (() => void)[] = [];
    const { port, stop, closed } = await start({
      append: () =>
        new Promise((resolve) => {
          held.push(() => {
            resolve(null);
          });
        }),
    });
    const socket = net.connect(port, "127.0.0.1");
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/tlsrpt+json\r\nContent-Length: ${String(json.length)}\r\n\r\n${json}`,
    );
    await waitFor(() => held.length > 0, "the report, on its way to the disk");
    socket.destroy();
    let isStopped = false;
    const stopped = stop().then(() => {
      isStopped = true;
    });
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    held[0]?.();
    await stopped;
  });
});

describe("a proxy on another machine", () => {
  test("who is neither it nor on this machine is refused", async () => {
    const outside = Object.values(os.networkInterfaces())
      .flat()
      .find((one) => one !== undefined && !one.internal && one.family === "IPv4")?.address;
    const { port } = await start({ proxy: "192.0.2.80" });
    // From this machine it is trusted as ever.
    expect((await send(port, json)).status).toBe(201);
    if (outside === undefined) return;
    const elsewhere = await start({ address: outside, proxy: "192.0.2.80" });
    const request = (receiverPort: number) =>
      fetch(`http://${outside}:${String(receiverPort)}/`, {
        method: "POST",
        body: json,
        headers: { "Content-Type": "application/tlsrpt+json" },
      });
    expect((await request(elsewhere.port)).status).toBe(403);
    const trusting = await start({ address: outside, proxy: outside });
    expect((await request(trusting.port)).status).toBe(201);
  });
});
