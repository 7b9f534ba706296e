/** The DNS client against servers that lie, babble, dawdle or break. */
import packets, { type Answer } from "dns-packet";
import fc from "fast-check";
import dgram from "node:dgram";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { DnsClient } from "../../../src/net/dns/client.ts";
import type { Server } from "../../../src/net/dns/servers.ts";
import { processorMs } from "../../support/processor-time.ts";
import { waitFor } from "../../support/wait-for.ts";
import { a, cname, reply, soa, startPeer, type Query } from "../support/dns-peer.ts";

const name = "asked.test";
const right = [a(name, "192.0.2.1")];
const wrong = [a(name, "192.0.2.66")];
const isRight = { status: "found", records: [{ address: "192.0.2.1", ttlSeconds: 60 }] };

function clientOf(servers: readonly Server[], timeoutMs = 5000, tries?: number): DnsClient {
  const client = new DnsClient({ servers, timeoutMs, ...(tries === undefined ? {} : { tries }) });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

/** What a client makes of a server that answers like that. */
async function ask(answer: (query: Query) => void, timeoutMs?: number) {
  const peer = await startPeer(answer);
  const evidence = await clientOf([peer.server], timeoutMs).a(name);
  return { evidence, queries: peer.queries };
}

describe("forged answers", () => {
  test.each<[string, (query: Query) => Buffer]>([
    ["another id", (query) => reply(query, { id: (query.packet.id ?? 0) ^ 1, answers: wrong })],
    ["another question", (query) => reply(query, { name: "other.test", answers: wrong })],
    ["a query, not a response", (query) => packets.encode({ ...query.packet, answers: wrong })],
    [
      "no question",
      ({ packet: { id } }) => packets.encode({ type: "response", id, answers: wrong }),
    ],
    [
      "two questions",
      ({ packet: { id, questions = [] } }) =>
        packets.encode({
          type: "response",
          id,
          questions: [...questions, ...questions],
          answers: wrong,
        }),
    ],
    ["nothing", () => Buffer.alloc(0)],
    ["eleven bytes", (query) => reply(query, { answers: wrong }).subarray(0, 11)],
  ])("%s: the wait goes on", async (_, forge) => {
    const { evidence, queries } = await ask((query) => {
      query.send(forge(query));
      query.send(reply(query, { answers: right }));
    });
    expect(evidence).toMatchObject(isRight);
    expect(queries).toHaveLength(1);
  });

  test("from another address: not heard", async () => {
    const forger = dgram.createSocket("udp4");
    onTestFinished(() => {
      forger.close();
    });
    const { evidence } = await ask((query) => {
      forger.send(reply(query, { answers: wrong }), query.port, "127.0.0.1", () => {
        setTimeout(() => {
          query.send(reply(query, { answers: right }));
        }, 50);
      });
    });
    expect(evidence).toMatchObject(isRight);
  });

  test("records of other names and classes beside the question's", async () => {
    const { evidence } = await ask((query) => {
      const others: Answer[] = [
        a("other.test", "192.0.2.66"),
        cname("other.test", "more.test"),
        { type: "A", name, class: "CH", ttl: 60, data: "192.0.2.66" },
      ];
      query.send(reply(query, { answers: [...others, a("ASKED.test", "192.0.2.1")] }));
    });
    expect(evidence).toMatchObject({ ...isRight, aliases: [] });
  });

  test("ids and ports are hard to guess", async () => {
    const peer = await startPeer((query) => {
      query.send(reply(query, { answers: [a(query.name)] }));
    });
    const client = clientOf([peer.server]);
    for (let at = 0; at < 320; at += 1) await client.a(`${String(at)}.test`);
    const ids = peer.queries.map(({ packet }) => packet.id ?? 0);
    // Of 320 random ids two or three are likely to be the same, twenty are not.
    expect(new Set(ids).size).toBeGreaterThan(300);
    const steps = ids.slice(1).map((id, at) => (id - (ids[at] ?? 0) + 65_536) % 65_536);
    expect(new Set(steps).size).toBeGreaterThan(300);
    expect(new Set(peer.queries.map(({ port }) => port)).size).toBeGreaterThanOrEqual(9);
  });
});

test("a query: recursion and the AD bit wanted, EDNS with 1232 bytes, no signatures", async () => {
  const { queries } = await ask((query) => {
    query.send(reply(query, { answers: right }));
  });
  expect(queries[0]?.packet).toMatchObject({
    flag_rd: true,
    flag_ad: true,
    flag_cd: false,
    questions: [{ name, type: "A", class: "IN" }],
    additionals: [{ type: "OPT", udpPayloadSize: 1232, ednsVersion: 0, flag_do: false }],
  });
});

describe("what a reply means", () => {
  test.each<[string, Parameters<typeof reply>[1], object]>([
    ["SERVFAIL", { rcode: 2 }, { failure: "servfail" }],
    ["NOTIMP", { rcode: 4 }, { failure: "refused" }],
    ["REFUSED", { rcode: 5 }, { failure: "refused" }],
    ["YXDOMAIN", { rcode: 6 }, { failure: "servfail" }],
    ["NXDOMAIN", { rcode: 3 }, { status: "no-name", failure: null }],
    ["nothing", {}, { status: "no-data", failure: null }],
    [
      "a referral by a server that does not resolve",
      { flags: 0, authorities: [{ type: "NS", name: "test", ttl: 60, data: "ns.test" }] },
      { failure: "refused" },
    ],
    [
      "an alias to the root",
      { answers: [cname(name, ".")] },
      { failure: "malformed", aliases: [""] },
    ],
    [
      "a TTL with the first bit set",
      { answers: [{ type: "A", name, ttl: 0xffff_ffff, data: "192.0.2.1" }] },
      { records: [{ address: "192.0.2.1", ttlSeconds: 0 }] },
    ],
  ])("%s", async (_, parts, expected) => {
    const { evidence } = await ask((query) => {
      query.send(reply(query, parts));
    });
    expect(evidence).toMatchObject(expected);
  });

  test("an alias without its target: asked again, unless the zone says that there is none", async () => {
    const alias = cname(name, "Target.test");
    const left = await ask((query) => {
      const answers = query.name === name ? [alias] : [a("target.test", "192.0.2.1")];
      query.send(reply(query, { answers }));
    });
    expect(left.evidence).toMatchObject({ ...isRight, aliases: ["target.test"] });
    expect(left.queries.map((query) => query.name)).toEqual([name, "target.test"]);
    const ended = await ask((query) => {
      query.send(reply(query, { answers: [alias], authorities: [soa("test")] }));
    });
    expect(ended.evidence).toMatchObject({ status: "no-data", aliases: ["target.test"] });
    expect(ended.queries).toHaveLength(1);
  });

  test("the AD bit counts only if every reply on the way had it", async () => {
    for (const proven of [[name], ["target.test"], [name, "target.test"]]) {
      const { evidence } = await ask((query) => {
        const answers =
          query.name === name ? [cname(name, "target.test")] : [a("target.test", "192.0.2.1")];
        const flags = proven.includes(query.name) ? packets.AUTHENTIC_DATA : 0;
        query.send(reply(query, { answers, flags }));
      });
      expect(evidence).toMatchObject({ ...isRight, authenticated: proven.length === 2 });
    }
  });

  test.each([1, 4, 16])("rcode %i to EDNS: asked without", async (rcode) => {
    const { evidence, queries } = await ask((query) => {
      const [opt] = query.packet.additionals ?? [];
      const { id } = query.packet;
      if (opt === undefined) query.send(reply(query, { answers: right }));
      else if (rcode < 16) query.send(packets.encode({ type: "response", id, flags: rcode }));
      else {
        const extended = { ...opt, extendedRcode: rcode >> 4 } as Answer;
        query.send(packets.encode({ ...query.packet, type: "response", additionals: [extended] }));
      }
    });
    expect(evidence).toMatchObject(isRight);
    expect(queries).toHaveLength(2);
  });
});

describe("broken bytes", () => {
  test.each<[string, (query: Query) => Buffer]>([
    ["a name that points at itself", (query) => withRecord(query, [0xc0, 28, 0, 1, 0, 1])],
    ["a name that points forward", (query) => withRecord(query, [0xc0, 40, 0, 1, 0, 1])],
    ["a label of a kind that never was", (query) => withRecord(query, [0x80, 1, 0, 1])],
    ["a record that is cut short", (query) => reply(query, { answers: right }).subarray(0, -2)],
    [
      "TXT that ends before its strings",
      (query) => withRecord(query, [0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 1, 0, 9, 8, 97, 98]),
    ],
    [
      "more records announced than there are",
      (query) => {
        const bytes = reply(query, { answers: right });
        bytes.writeUInt16BE(65_535, 6);
        return bytes;
      },
    ],
  ])("%s: asked over TCP, then malformed", async (_, breakIt) => {
    const { evidence, queries } = await ask((query) => {
      query.send(breakIt(query));
    });
    expect(evidence).toMatchObject({ status: "failed", failure: "malformed", records: [] });
    expect(queries.map(({ over }) => over)).toEqual(["udp", "tcp"]);
  });

  test("over UDP only: the answer over TCP is taken", async () => {
    const { evidence } = await ask((query) => {
      const whole = reply(query, { answers: right });
      query.send(query.over === "udp" ? whole.subarray(0, -2) : whole);
    });
    expect(evidence).toMatchObject(isRight);
  });

  test("pointers to pointers to pointers, in sixty-four kilobytes of names", async () => {
    const spent = await processorMs(async () => {
      const { evidence } = await ask((query) => {
        query.send(query.over === "udp" ? truncated(query) : manyPointers(query));
      }, 50_000);
      expect(evidence).toMatchObject({ status: "no-data" });
    });
    expect(spent).toBeLessThan(10_000);
  });
});

describe("over TCP", () => {
  test("one byte after another: the answer, if it comes in time", async () => {
    const { evidence } = await ask(cutThen(drip(1)));
    expect(evidence).toMatchObject(isRight);
  });

  test("one byte after another: no longer than the time given", async () => {
    // All of it would take six seconds.
    const { evidence } = await ask(cutThen(drip(100)), 400);
    expect(evidence).toMatchObject({ failure: "timeout" });
  });

  test("less than announced", async () => {
    const { evidence } = await ask(
      cutThen((query) => query.socket?.end(Buffer.from([0xff, 0xff, 1, 2, 3]))),
    );
    expect(evidence).toMatchObject({ failure: "malformed" });
  });

  test("closed before anything came", async () => {
    const { evidence } = await ask(cutThen((query) => query.socket?.destroy()));
    expect(evidence).toMatchObject({ failure: "unreachable" });
  });

  test("another id", async () => {
    const { evidence } = await ask(
      cutThen((query) => {
        query.send(reply(query, { id: (query.packet.id ?? 0) ^ 1, answers: wrong }));
      }),
    );
    expect(evidence).toMatchObject({ failure: "malformed" });
  });

  test("cut short once more", async () => {
    const { evidence } = await ask((query) => {
      query.send(truncated(query));
    });
    expect(evidence).toMatchObject({ failure: "too-large" });
  });

  test("more after the answer", async () => {
    const { evidence } = await ask(
      cutThen((query) => {
        query.send(reply(query, { answers: right }));
        query.socket?.write(Buffer.alloc(1_000_000));
      }),
    );
    expect(evidence).toMatchObject(isRight);
  });
});

describe("several servers", () => {
  const good = (query: Query): void => {
    query.send(reply(query, { answers: [a(query.name)] }));
  };
  const silent = (): void => undefined;
  const failing = (query: Query): void => {
    query.send(reply(query, { rcode: 2 }));
  };

  test.each<[string, (query: Query) => void]>([
    ["is silent", silent],
    ["fails", failing],
    [
      "babbles",
      (query) => {
        query.send(reply(query, { answers: right }).subarray(0, -1));
      },
    ],
  ])("the second is asked when the first %s, and first the next time", async (_, first) => {
    const peers = [await startPeer(first), await startPeer(good)] as const;
    const client = clientOf([peers[0].server, peers[1].server], 600, 1);
    expect(await client.a(name)).toMatchObject({ status: "found" });
    const asked = peers[0].queries.length;
    expect(asked).toBeGreaterThan(0);
    expect(await client.a("again.test")).toMatchObject({ status: "found" });
    expect(peers[0].queries).toHaveLength(asked);
  });

  test("the first answers: the second is left alone", async () => {
    const peers = [await startPeer(good), await startPeer(good)] as const;
    await clientOf([peers[0].server, peers[1].server]).a(name);
    expect(peers.map(({ queries }) => queries.length)).toEqual([1, 0]);
  });

  test("all of them silent: the time given, shared", async () => {
    const peers = [await startPeer(silent), await startPeer(silent), await startPeer(silent)];
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const client = clientOf(
      peers.map(({ server }) => server),
      600,
    );
    let isOver = false;
    const asked = client.a(name).finally(() => (isOver = true));
    for (let ms = 0; ms < 599; ms += 1) {
      await vi.advanceTimersByTimeAsync(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toMatchObject({ failure: "timeout" });
    vi.useRealTimers();
    await waitFor(() => peers.every(({ queries }) => queries.length > 0), "a question to each");
  });

  test("what one says weighs more than the other's silence", async () => {
    for (const order of [
      [silent, failing],
      [failing, silent],
    ]) {
      const peers = await Promise.all(order.map((answer) => startPeer(answer)));
      const client = clientOf(
        peers.map(({ server }) => server),
        300,
      );
      expect(await client.a(name)).toMatchObject({ failure: "servfail" });
    }
  });
});

test("a lost question is sent again, with the same id", async () => {
  let came = 0;
  const { evidence, queries } = await ask((query) => {
    came += 1;
    if (came === 3) query.send(reply(query, { answers: right }));
  }, 900);
  expect(evidence).toMatchObject(isRight);
  expect(new Set(queries.map(({ packet }) => packet.id)).size).toBe(1);
});

test("a late answer to one question is no answer to the next", async () => {
  const late: Query[] = [];
  const peer = await startPeer((query) => {
    if (query.name === "slow.test") late.push(query);
    else {
      for (const old of late) old.send(reply(old, { answers: [a(old.name, "192.0.2.66")] }));
      setTimeout(() => {
        query.send(reply(query, { answers: right }));
      }, 30);
    }
  });
  const client = clientOf([peer.server], 200);
  expect(await client.a("slow.test")).toMatchObject({ failure: "timeout" });
  expect(await client.a(name)).toMatchObject(isRight);
  // Not even where a 16-bit id is all that tells them apart.
  expect(peer.queries.at(-1)?.port).not.toBe(late[0]?.port);
});

describe("many questions", () => {
  test("equal ones are asked once, failures again", async () => {
    const peer = await startPeer((query) => {
      query.send(reply(query, query.name === name ? { answers: right } : { rcode: 2 }));
    });
    const client = clientOf([peer.server]);
    const all = await Promise.all(Array.from({ length: 50 }, () => client.a("Asked.test.")));
    expect(all.every(({ status }) => status === "found")).toBe(true);
    await client.a(name);
    expect(peer.queries).toHaveLength(1);
    await client.aaaa(name);
    expect(peer.queries).toHaveLength(2);
    await client.a("failing.test");
    await client.a("failing.test");
    expect(peer.queries).toHaveLength(4);
  });

  test("two thousand at once: at most five hundred on their way", async () => {
    let open = 0;
    let most = 0;
    const peer = await startPeer((query) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        query.send(reply(query, { answers: [a(query.name)] }));
      }, 30);
    });
    const client = clientOf([peer.server], 10_000);
    const all = await Promise.all(
      Array.from({ length: 2000 }, (_, at) => client.a(`${String(at)}.test`)),
    );
    expect(all.filter(({ status }) => status === "found")).toHaveLength(2000);
    expect(most).toBeGreaterThan(50);
    expect(most).toBeLessThanOrEqual(500);
  });

  test("close: what is open, queued or asked later fails at once", async () => {
    const peer = await startPeer((query) => {
      if (query.name === "tcp.test" && query.over === "udp") query.send(truncated(query));
    });
    const client = new DnsClient({ servers: [peer.server], timeoutMs: 60_000 });
    const open = [client.a("tcp.test")];
    for (let at = 0; at < 600; at += 1) open.push(client.a(`${String(at)}.test`));
    await waitFor(
      () => peer.queries.length > 300 && peer.queries.some(({ over }) => over === "tcp"),
      "questions on their way",
    );
    client.close();
    open.push(client.a("later.test"));
    for (const { failure } of await Promise.all(open)) expect(failure).toBe("unreachable");
  });
});

describe("any bytes at all", () => {
  test("end in evidence and in time", async () => {
    let answer: (query: Query) => Buffer = () => Buffer.alloc(0);
    const peer = await startPeer((query) => {
      query.send(answer(query));
    });
    const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
    /** Past the header and the question, so that what follows is read. */
    const begun = noise.map((bytes) => (query: Query) => {
      const head = reply(query);
      // The header's counts are noise too, but for the question's.
      bytes.copy(head, 6, 0, 6);
      return Buffer.concat([head, bytes.subarray(6)]);
    });
    const spoilt = fc
      .tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat())
      .map(([at, byte, end]) => (query: Query) => {
        const whole = reply(query, {
          answers: [
            cname(name, "b.test"),
            { type: "TXT", name: "b.test", data: ["some text"] },
            { type: "MX", name: "b.test", data: { exchange: "mx.b.test", preference: 1 } },
            { type: "CAA", name: "b.test", data: { flags: 0, tag: "issue", value: "ca.test" } },
            { type: "AAAA", name: "b.test", data: "2001:db8::1" },
          ],
        });
        whole[2 + (at % (whole.length - 2))] = byte;
        return whole.subarray(0, 12 + (end % (whole.length - 11)));
      });
    const any = fc.oneof(
      noise.map((bytes) => () => bytes),
      begun,
      spoilt,
    );
    await fc.assert(
      fc.asyncProperty(
        any,
        fc.constantFrom("a", "aaaa", "mx", "txt", "caaOf", "tlsa"),
        async (made, type) => {
          answer = made;
          const client = new DnsClient({ servers: [peer.server], timeoutMs: 60, tries: 1 });
          const evidence = await client[type](name);
          client.close();
          expect(evidence.failure === null).toBe(evidence.status !== "failed");
          expect(evidence.records.length > 0).toBe(evidence.status === "found");
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Over UDP the answer is cut short, over TCP it is given. */
function cutThen(overTcp: (query: Query) => void): (query: Query) => void {
  return (query) => {
    if (query.over === "udp") query.send(truncated(query));
    else overTcp(query);
  };
}

function truncated(query: Query): Buffer {
  return reply(query, { flags: packets.TRUNCATED_RESPONSE });
}

function drip(everyMs: number): (query: Query) => void {
  return (query) => {
    const bytes = reply(query, { answers: right });
    const all = [0, bytes.length, ...bytes];
    const timer = setInterval(() => {
      const next = all.shift();
      if (next === undefined || query.socket?.writable !== true) clearInterval(timer);
      else query.socket.write(Buffer.from([next]));
    }, everyMs);
  };
}

/** A reply that announces one record, and has these bytes for it. */
function withRecord(query: Query, bytes: readonly number[]): Buffer {
  const head = reply(query);
  head.writeUInt16BE(1, 6);
  return Buffer.concat([head, Buffer.from(bytes)]);
}

/** A record full of pointers, each to the one before, and 3,500 NS records whose names begin at the last. */
function manyPointers(query: Query): Buffer {
  const head = reply(query);
  const pointers = Buffer.alloc(16_000);
  const header = Buffer.from([0xc0, 12, 0, 99, 0, 1, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(pointers.length, 10);
  const start = head.length + header.length;
  const pointTo = (place: number): number => 0xc000 | place;
  for (let at = 0; at < pointers.length; at += 2) {
    pointers.writeUInt16BE(pointTo(at === 0 ? 12 : start + at - 2), at);
  }
  const record = Buffer.from([0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0]);
  const last = pointTo(start + pointers.length - 2);
  record.writeUInt16BE(last, 0);
  record.writeUInt16BE(last, 12);
  const count = Math.floor((65_535 - start - pointers.length) / record.length);
  head.writeUInt16BE(count + 1, 6);
  return Buffer.concat([head, header, pointers, ...Array.from({ length: count }, () => record)]);
}
