/** Many posts at once, and slow ones: what one network may hold, what all may, and who is waited for. */
import { createCipheriv } from "node:crypto";
import net from "node:net";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { json, maxBytes, send, start, type Bench } from "../support/receiver-bench.ts";
import { waitFor } from "../../support/wait-for.ts";

const million = 1024 * 1024;
const patient = { minDataRate: { bytesPerSecond: 8 * 1024, graceMs: 60_000 } };

// Time passes for the receiver when a test says so: how busy the machine is makes no client slow.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** A post that is not sent to its end, and what is answered to it. */
class Unfinished {
  readonly socket: net.Socket;
  readonly #receiver: Bench;
  said = "";
  isClosed = false;

  constructor(receiver: Bench, from: string, head: readonly string[] = [], length = maxBytes) {
    this.#receiver = receiver;
    const { port } = receiver;
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

  /** Resolves when the receiver has read what was sent so far, or has answered, or hung up. */
  async send(bytes: Buffer | string): Promise<this> {
    this.socket.write(bytes);
    await waitFor(
      () => this.status !== 0 || this.isClosed || this.#isRead(),
      "that the receiver reads what was sent",
    );
    // What was read is in the receiver's hands in the same turn.
    await new Promise((resolve) => setImmediate(resolve));
    return this;
  }

  /** The status of its answer; 0: there is none so far. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(this.said)?.[1] ?? 0);
  }

  async answered(): Promise<number> {
    await waitFor(() => this.status !== 0 || this.isClosed, "an answer");
    return this.status;
  }

  #isRead(): boolean {
    const { bytesWritten, localPort } = this.socket;
    return bytesWritten > 0 && this.#receiver.readFrom(localPort ?? 0) >= bytesWritten;
  }
}

const nearlyAll = Buffer.alloc(9.5 * million, 0x20);

/** Posts of nine and a half megabytes that then stall. */
async function stalled(
  count: number,
  post: (index: number) => Unfinished,
): Promise<readonly Unfinished[]> {
  const posts = Array.from({ length: count }, (_, index) => post(index));
  await Promise.all(posts.map((one) => one.send(nearlyAll)));
  return posts;
}

function spread(posts: readonly Unfinished[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of posts) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Hangs up, and waits until the receiver knows: it has told of so many that they left. */
async function leave(posts: readonly Unfinished[], log: readonly string[], told: number) {
  for (const { socket } of posts) socket.destroy();
  await waitFor(
    () => log.filter((line) => line.includes(" 499 ")).length === told,
    `${String(told)} clients that left`,
  );
}

/** Text that packs to a good half of its length, the same every time. */
function hardToPack(length: number): string {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length / 2)).toString("hex");
}

const largest = JSON.stringify("x".repeat(maxBytes - 2));

describe("a network has a quarter of what may be held", () => {
  test("seven stalled posts from one address, and another posts as ever", async () => {
    const receiver = await start(patient);
    const { port, log } = receiver;
    const posts = await stalled(7, () => new Unfinished(receiver, "127.0.0.2"));
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

    expect(spread(posts)).toEqual({ 0: 1, 429: 6 });
    await leave(posts, log, 1);
    expect((await send(port, largest, { from: "127.0.0.2" })).status).toBe(201);
  });

  test("a /64 behind the proxy is one network", async () => {
    const receiver = await start(patient);
    const { port } = receiver;
    const client = (host: number | string) => `X-Forwarded-For: 2001:db8:0:1::${String(host)}`;
    const posts = await stalled(7, (n) => new Unfinished(receiver, "127.0.0.1", [client(n + 1)]));
    expect(spread(posts)).toEqual({ 0: 1, 429: 6 });
    const from = (address: string) => ({ headers: { "X-Forwarded-For": address } });
    expect((await send(port, largest, from("2001:db8:0:1:ffff::9"))).status).toBe(429);
    expect((await send(port, largest, from("2001:db8:0:2::1"))).status).toBe(201);
  });

  test("nor has it all the connections: a post that sends nothing counts as well", async () => {
    const receiver = await start(patient);
    const { port, log } = receiver;
    const posts = Array.from({ length: 400 }, () => new Unfinished(receiver, "127.0.0.2"));
    await Promise.all(posts.map((one) => one.send("")));
    await waitFor(() => spread(posts)[429] === 144, "the answers to those that are too many");
    expect((await send(port, json, { from: "127.0.0.1" })).status).toBe(201);
    expect((await send(port, json, { from: "127.0.0.2" })).status).toBe(429);
    expect(spread(posts)).toEqual({ 0: 256, 429: 144 });
    await leave(posts, log, 256);
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
    const random = JSON.stringify(hardToPack(7 * million));
    const from = { from: "127.0.0.2" };
    const waiting: ReturnType<typeof send>[] = [];
    // Each has room because those before it are packed by then.
    for (const text of [largest, random, random, `"${"x".repeat(6 * million)}"`]) {
      waiting.push(send(port, text, from));
      await waitFor(() => held.length === waiting.length, "a report on its way to the disk");
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
    const random = JSON.stringify(hardToPack(7 * million));
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

  test("a trickle", async () => {
    const receiver = await start(brisk);
    const post = new Unfinished(receiver, "127.0.0.2");
    let drops = 0;
    for (; post.status === 0 && drops < 100; drops += 1) {
      await post.send(Buffer.alloc(10, 0x20));
      vi.advanceTimersByTime(50);
      // What it is answered at that moment arrives in the next turns.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await post.answered()).toBe(408);
    // 600 ms and what ten octets earn, thirteen times.
    expect(drops).toBeGreaterThanOrEqual(13);
    expect(drops).toBeLessThan(20);
    expect(post.said).toMatch(/Connection: close\r\n[^]*too slow\n/);
    expect(receiver.log.join()).toContain(" 408 127.0.0.2 too slow");
  });

  test("one that has sent much and then stalls is not waited for any longer", async () => {
    const receiver = await start(brisk);
    const post = await new Unfinished(receiver, "127.0.0.2").send(nearlyAll);
    vi.advanceTimersByTime(599);
    expect((await send(receiver.port, json)).status).toBe(201);
    expect(post.status).toBe(0);
    vi.advanceTimersByTime(1);
    expect(await post.answered()).toBe(408);
    // What it held is free again.
    expect((await send(receiver.port, largest, { from: "127.0.0.2" })).status).toBe(201);
  });

  test.each([
    ["steadily", 1024, 50],
    ["with pauses", 8192, 400],
  ])("20 KB a second pass, %s", async (_, size, everyMs) => {
    const receiver = await start(brisk);
    const body = `${" ".repeat(32_768 - json.length)}${json}`;
    const post = new Unfinished(receiver, "127.0.0.2", [], body.length);
    await post.send("");
    for (let at = 0; at < body.length; at += size) {
      vi.advanceTimersByTime(everyMs);
      await post.send(body.slice(at, at + size));
    }
    expect(await post.answered()).toBe(201);
  });
});

describe("many networks hold all that may be held", () => {
  const from = { headers: { "X-Forwarded-For": "192.0.2.200" } };
  const client = (n: number) => [`X-Forwarded-For: 192.0.2.${String(n + 1)}`];

  test("nobody is behind: the newcomer is asked to come again", async () => {
    const receiver = await start(patient);
    const posts = await stalled(7, (n) => new Unfinished(receiver, "127.0.0.1", client(n)));
    expect(spread(posts)).toEqual({ 0: 6, 503: 1 });
    const answer = await send(receiver.port, largest, from);
    expect(answer).toMatchObject({ status: 503, body: "too many reports at once\n" });
    expect(answer.headers["retry-after"]).toBe("300");
    expect(spread(posts)).toEqual({ 0: 6, 503: 1 });
  });

  test("who is furthest behind gives way", async () => {
    const receiver = await start(patient);
    const posts = await stalled(6, (n) => new Unfinished(receiver, "127.0.0.1", client(n)));
    vi.advanceTimersByTime(1200);
    // The first goes on, and is not behind any more.
    await posts[0]?.send(Buffer.alloc(100_000, 0x20));
    vi.advanceTimersByTime(1200);
    expect((await send(receiver.port, largest, from)).status).toBe(201);
    await waitFor(() => spread(posts)[408] === 1, "that one gives way");
    expect(spread(posts)).toEqual({ 0: 5, 408: 1 });
    expect(posts[0]?.status).toBe(0);
    expect(receiver.log.join()).toMatch(/ 408 192\.0\.2\.\d too slow while others are waiting/);
  });

  test("fifty stalled posts come and go, and a largest report passes", async () => {
    const receiver = await start({ minDataRate: { bytesPerSecond: 8 * 1024, graceMs: 1500 } });
    const posts = await stalled(50, (n) => new Unfinished(receiver, "127.0.0.1", client(n)));
    expect(spread(posts)).toEqual({ 0: 6, 503: 44 });
    vi.advanceTimersByTime(1500);
    const answers = await Promise.all(posts.map((one) => one.answered()));
    expect(new Set(answers)).toEqual(new Set([408, 503]));
    expect(spread(posts)).toEqual({ 408: 6, 503: 44 });
    expect((await send(receiver.port, largest, from)).status).toBe(201);
    expect((await receiver.journal()).map((text) => text.length)).toEqual([maxBytes]);
  });
});
