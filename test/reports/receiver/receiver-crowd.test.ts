/** Many posts at once, and slow ones: what one network may hold, what all may, and who is waited for. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { json, mostBytes, send, start } from "../support/receiver-bench.ts";

const million = 1024 * 1024;
const patient = { minDataRate: { bytesPerSecond: 8 * 1024, graceMs: 60_000 } };

/** A post that is not sent to its end, and what is answered to it. */
class Unfinished {
  readonly socket: net.Socket;
  said = "";
  isClosed = false;

  constructor(port: number, from: string, head: readonly string[] = [], length = mostBytes) {
    this.socket = net.connect({ port, host: "127.0.0.1", localAddress: from });
    this.socket.on("data", (bytes) => (this.said += bytes.toString("latin1")));
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => (this.isClosed = true));
    const lines = [
      ...["POST /tlsrpt HTTP/1.1", "Host: x", "Content-Type: application/tlsrpt+json"],
      ...[`Content-Length: ${String(length)}`, ...head],
    ];
    this.socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  /** Resolves when the octets are with the kernel, or the receiver has hung up. */
  async send(octets: number): Promise<this> {
    const closed = once(this.socket, "close");
    const sent = new Promise((resolve) => this.socket.write(Buffer.alloc(octets, 0x20), resolve));
    if (!this.isClosed) await Promise.race([sent, closed]);
    return this;
  }

  /** The status of its answer; 0: there is none so far. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(this.said)?.[1] ?? 0);
  }

  async answered(): Promise<number> {
    while (this.status === 0 && !this.isClosed) await sleep(10);
    return this.status;
  }
}

/** Posts of nine and a half megabytes that then stall. */
async function stalled(
  count: number,
  post: (index: number) => Unfinished,
): Promise<readonly Unfinished[]> {
  const posts = Array.from({ length: count }, (_, index) => post(index));
  await Promise.all(posts.map((one) => one.send(9.5 * million)));
  // What is with the kernel is read within moments.
  await sleep(300);
  return posts;
}

function spread(posts: readonly Unfinished[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of posts) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const largest = JSON.stringify("x".repeat(mostBytes - 2));

describe("a network has a quarter of what may be held", () => {
  test("seven stalled posts from one address, and another posts as ever", async () => {
    const { port, log } = await start(patient);
    const posts = await stalled(7, () => new Unfinished(port, "127.0.0.2"));
    expect(spread(posts)).toEqual({ 0: 1, 429: 6 });
    const refused = posts.find(({ status }) => status === 429)?.said ?? "";
    expect(refused).toMatch(/\r\nRetry-After: 30\r\n/i);
    expect(refused).toMatch(/\r\n\r\n.*too much data at once from this address\n/s);
    expect(log.filter((line) => line.includes(" 429 127.0.0.2 "))).toHaveLength(1);

    expect((await send(port, json, { from: "127.0.0.1" })).status).toBe(201);
    expect((await send(port, largest, { from: "127.0.0.1" })).status).toBe(201);
    // The network itself has room for what is small.
    expect((await send(port, json, { from: "127.0.0.2" })).status).toBe(201);
    expect((await send(port, largest, { from: "127.0.0.2" })).status).toBe(429);

    for (const { socket } of posts) socket.destroy();
    await sleep(100);
    expect((await send(port, largest, { from: "127.0.0.2" })).status).toBe(201);
  });

  test("a /64 behind the proxy is one network", async () => {
    const { port } = await start(patient);
    const client = (host: number | string) => `X-Forwarded-For: 2001:db8:0:1::${String(host)}`;
    const posts = await stalled(7, (n) => new Unfinished(port, "127.0.0.1", [client(n + 1)]));
    expect(spread(posts)).toEqual({ 0: 1, 429: 6 });
    const from = (address: string) => ({ headers: { "X-Forwarded-For": address } });
    expect((await send(port, largest, from("2001:db8:0:1:ffff::9"))).status).toBe(429);
    expect((await send(port, largest, from("2001:db8:0:2::1"))).status).toBe(201);
  });

  test("nor has it all the connections: a post that sends nothing counts as well", async () => {
    const { port } = await start(patient);
    const posts = Array.from({ length: 400 }, () => new Unfinished(port, "127.0.0.2"));
    await sleep(500);
    expect(spread(posts)).toEqual({ 0: 256, 429: 144 });
    expect((await send(port, json, { from: "127.0.0.1" })).status).toBe(201);
    expect((await send(port, json, { from: "127.0.0.2" })).status).toBe(429);
    for (const { socket } of posts) socket.destroy();
    await sleep(100);
    expect((await send(port, json, { from: "127.0.0.2" })).status).toBe(201);
  });

  test("what waits for the disk is held too, packed", async () => {
    const held: (() => void)[] = [];
    const { port } = await start({
      ...patient,
      append: () =>
        new Promise((resolve) => {
          held.push(() => {
            resolve(null);
          });
        }),
    });
    // Seven megabytes that pack to four.
    const random = JSON.stringify(randomBytes(3.5 * million).toString("hex"));
    const from = { from: "127.0.0.2" };
    const waiting: ReturnType<typeof send>[] = [];
    // Each has room because those before it are packed by then.
    for (const text of [largest, random, random, `"${"x".repeat(6 * million)}"`]) {
      waiting.push(send(port, text, from));
      while (held.length < waiting.length) await sleep(10);
    }
    expect((await send(port, largest, from)).status).toBe(429);
    for (const release of held) release();
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  test("an answered report holds nothing, accepted or not: a largest one passes afterwards", async () => {
    const { port } = await start(patient);
    const from = { from: "127.0.0.2" };
    // Seven megabytes that pack to four: of three that went on being held, a largest has no room beside.
    const random = JSON.stringify(randomBytes(3.5 * million).toString("hex"));
    for (const [body, status] of [
      ...Array.from({ length: 3 }, () => [random, 201] as const),
      ...Array.from({ length: 3 }, () => [random.slice(0, -1), 400] as const),
      [`${largest} `, 413] as const,
    ]) {
      expect((await send(port, body, from)).status).toBe(status);
    }
    expect((await send(port, largest, from)).status).toBe(201);
  });
});

describe("a client that is too slow is ended with 408", () => {
  const brisk = { minDataRate: { bytesPerSecond: 8 * 1024, graceMs: 600 } };

  /** Sends so many octets, so often, until it is answered or has sent them so many times. */
  async function drip(post: Unfinished, octets: number, everyMs: number, times: number) {
    for (let n = 0; n < times && post.status === 0 && !post.isClosed; n += 1) {
      post.socket.write(Buffer.alloc(octets, 0x20));
      await sleep(everyMs);
    }
  }

  test("a trickle", async () => {
    const { port, log } = await start(brisk);
    const begun = performance.now();
    const post = new Unfinished(port, "127.0.0.2");
    await drip(post, 10, 50, 100);
    expect(await post.answered()).toBe(408);
    expect(performance.now() - begun).toBeGreaterThan(550);
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(post.said).toMatch(/Connection: close\r\n[^]*too slow\n/);
    expect(log.join()).toContain(" 408 127.0.0.2 too slow");
  });

  test("one that has sent much and then stalls is not waited for any longer", async () => {
    const { port } = await start(brisk);
    const post = await new Unfinished(port, "127.0.0.2").send(9.5 * million);
    const begun = performance.now();
    expect(await post.answered()).toBe(408);
    expect(performance.now() - begun).toBeLessThan(2000);
    // What it held is free again.
    expect((await send(port, largest, { from: "127.0.0.2" })).status).toBe(201);
  });

  test.each([
    ["steadily", 1024, 50],
    ["with pauses", 8192, 400],
  ])("20 KB a second pass, %s", async (_, size, everyMs) => {
    const { port } = await start(brisk);
    const body = `${" ".repeat(32_768 - json.length)}${json}`;
    const post = new Unfinished(port, "127.0.0.2", [], body.length);
    for (let at = 0; at < body.length; at += size) {
      await sleep(everyMs);
      post.socket.write(body.slice(at, at + size));
    }
    expect(await post.answered()).toBe(201);
  });
});

describe("many networks hold all that may be held", () => {
  const from = { headers: { "X-Forwarded-For": "192.0.2.200" } };
  const client = (n: number) => [`X-Forwarded-For: 192.0.2.${String(n + 1)}`];

  test("nobody is behind: the newcomer is asked to come again", async () => {
    const { port } = await start(patient);
    const posts = await stalled(7, (n) => new Unfinished(port, "127.0.0.1", client(n)));
    expect(spread(posts)).toEqual({ 0: 6, 503: 1 });
    const answer = await send(port, largest, from);
    expect(answer).toMatchObject({ status: 503, body: "too many reports at once\n" });
    expect(answer.headers["retry-after"]).toBe("300");
  });

  test("who is furthest behind gives way", async () => {
    const { port, log } = await start(patient);
    const posts = await stalled(6, (n) => new Unfinished(port, "127.0.0.1", client(n)));
    await sleep(1200);
    // The first goes on, and is not behind any more.
    await posts[0]?.send(100_000);
    await sleep(1200);
    expect((await send(port, largest, from)).status).toBe(201);
    expect(spread(posts)).toEqual({ 0: 5, 408: 1 });
    expect(posts[0]?.status).toBe(0);
    expect(log.join()).toMatch(/ 408 192\.0\.2\.\d too slow while others are waiting/);
  });

  test("fifty stalled posts come and go, and a largest report passes", async () => {
    const { port, journal } = await start({
      minDataRate: { bytesPerSecond: 8 * 1024, graceMs: 1500 },
    });
    const posts = await stalled(50, (n) => new Unfinished(port, "127.0.0.1", client(n)));
    const answers = await Promise.all(posts.map((one) => one.answered()));
    expect(new Set(answers)).toEqual(new Set([408, 503]));
    expect((await send(port, largest, from)).status).toBe(201);
    expect((await journal()).map((text) => text.length)).toEqual([mostBytes]);
  });
});
