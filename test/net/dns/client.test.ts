/** The DNS client against the zoo's DNS server: what each answer becomes. */
import dgram from "node:dgram";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import packets from "dns-packet";
import { DnsClient } from "../../../src/net/dns/client.ts";
import { parseServer, systemServers } from "../../../src/net/dns/servers.ts";
import { startZooDns, type ZooDns } from "../../zoo/dns.ts";
import { Zone } from "../../zoo/zone.ts";

const zone = new Zone()
  .mx("found.zoo.test", "MX1.found.zoo.test", 10)
  .mx("found.zoo.test", "mx2.found.zoo.test", 20)
  .mx("null-mx.zoo.test", ".", 0)
  .txt("found.zoo.test", "v=STSv1; ", "id=1;")
  .txt("latin.zoo.test", "\u00e4\u0000\u001b[31m\u00ff")
  .address("found.zoo.test", "192.0.2.1")
  .address("found.zoo.test", "2001:db8::1")
  .tlsa("found.zoo.test")
  .caa("found.zoo.test", "Issue", "ca.example; account=1")
  .fault("servfail.zoo.test", "A", "servfail")
  .fault("silent.zoo.test", "A", "silent")
  .fault("servfail.found.zoo.test", "CAA", "servfail")
  .address("a.b.c.zoo.test", "192.0.2.2")
  .address("*.wild.zoo.test", "192.0.2.3")
  .address("host.there.wild.zoo.test", "192.0.2.4")
  .cname("to-itself.zoo.test", "to-itself.zoo.test")
  .cname("around.zoo.test", "and-around.zoo.test")
  .cname("and-around.zoo.test", "Around.zoo.test")
  .cname("to-nowhere.zoo.test", "nowhere.zoo.test")
  .cname("to-other-type.zoo.test", "found.zoo.test")
  .cname("to-silent.zoo.test", "silent.zoo.test")
  .cname("alias.found.zoo.test", "null-mx.zoo.test")
  .address("proven.zoo.test", "192.0.2.5")
  .proven("proven.zoo.test")
  .cname("half-proven.zoo.test", "found.zoo.test")
  .proven("half-proven.zoo.test");
for (const length of [8, 9, 16, 17, 40]) {
  const at = (step: number): string => `${String(step)}.of-${String(length)}.zoo.test`;
  for (let step = 0; step < length; step += 1) zone.cname(at(step), at(step + 1));
  zone.address(at(length), "192.0.2.6");
}
for (let at = 0; at < 240; at += 1) zone.txt("large.zoo.test", String(at).padEnd(250, "x"));
for (let at = 0; at < 300; at += 1) zone.txt("too-large.zoo.test", String(at).padEnd(250, "x"));

let dns: ZooDns;
let client: DnsClient;

beforeAll(async () => {
  dns = await startZooDns(zone);
  client = new DnsClient({ servers: [addressOf(dns)], timeoutMs: 5000 });
});

afterAll(async () => {
  client.close();
  await dns.close();
});

function addressOf({ resolver }: ZooDns): { address: string; port: number } {
  const server = parseServer(resolver);
  if (server === null) throw new Error(resolver);
  return server;
}

const nothing = { failure: null, aliases: [], records: [], authenticated: false };

describe("what is found", () => {
  test("MX, with preference, in lower case", async () => {
    expect(await client.mx("found.zoo.test")).toEqual({
      ...nothing,
      name: "found.zoo.test",
      type: "MX",
      status: "found",
      records: [
        { preference: 10, exchange: "mx1.found.zoo.test", ttlSeconds: 300 },
        { preference: 20, exchange: "mx2.found.zoo.test", ttlSeconds: 300 },
      ],
    });
  });

  test("a null MX", async () => {
    const { records } = await client.mx("null-mx.zoo.test");
    expect(records).toEqual([{ preference: 0, exchange: "", ttlSeconds: 300 }]);
  });

  test("TXT, each string apart, each byte a character", async () => {
    const found = await client.txt("found.zoo.test");
    expect(found.records).toEqual([{ strings: ["v=STSv1; ", "id=1;"], ttlSeconds: 300 }]);
    const latin = await client.txt("latin.zoo.test");
    expect(latin.records[0]?.strings).toEqual(["\u00e4\u0000\u001b[31m\u00ff"]);
  });

  test("addresses of both families", async () => {
    expect((await client.a("found.zoo.test")).records).toMatchObject([{ address: "192.0.2.1" }]);
    expect((await client.aaaa("found.zoo.test")).records).toMatchObject([
      { address: "2001:db8::1" },
    ]);
  });

  test("TLSA", async () => {
    expect((await client.tlsa("_25._tcp.found.zoo.test")).records).toEqual([
      { usage: 3, selector: 1, matchingType: 1, data: "da".repeat(32), ttlSeconds: 300 },
    ]);
  });

  test("a name in any case, with a trailing dot", async () => {
    const found = await client.a("FOUND.Zoo.Test.");
    expect(found).toMatchObject({ name: "found.zoo.test", status: "found" });
  });

  test.each([
    ["a name below a wildcard", "x.wild.zoo.test", "found"],
    ["a name two labels below it", "y.x.wild.zoo.test", "found"],
    ["a name between, which the wildcard does not make", "there.wild.zoo.test", "no-data"],
    ["a name below the name between", "x.there.wild.zoo.test", "no-name"],
  ])("%s", async (_, name, status) => {
    expect(await client.a(name)).toMatchObject({ name, status, failure: null });
  });
});

describe("what is not there", () => {
  test.each([
    ["no such type", "null-mx.zoo.test", "no-data"],
    ["a name that only others stand below", "b.c.zoo.test", "no-data"],
    ["no such name", "nowhere.zoo.test", "no-name"],
  ])("%s", async (_, name, status) => {
    expect(await client.a(name)).toEqual({ ...nothing, name, type: "A", status });
  });
});

describe("what fails", () => {
  test.each([
    ["servfail.zoo.test", "servfail"],
    ["example.com", "refused"],
    ["", "malformed"],
    [".", "malformed"],
    ["a..zoo.test", "malformed"],
    [".zoo.test", "malformed"],
    ["zoo.test..", "malformed"],
    [`${"a".repeat(64)}.zoo.test`, "malformed"],
    [`${"a.".repeat(123)}zoo.test`, "malformed"],
    ["a.\nzoo.test", "malformed"],
    ["caf\u00e9.zoo.test", "malformed"],
  ])("%j: %s", async (name, failure) => {
    expect(await client.a(name)).toMatchObject({ type: "A", status: "failed", failure });
  });

  test("the longest name and the longest label can be asked for", async () => {
    for (const name of [`${"a".repeat(63)}.zoo.test`, `${"a.".repeat(122)}zoo.test`]) {
      expect(await client.a(name)).toMatchObject({ name, status: "no-name" });
    }
  });

  test.each(["silent.zoo.test", "to-silent.zoo.test"])(
    "silence of %s: the time given, and no longer",
    async (name) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      onTestFinished(() => {
        vi.useRealTimers();
      });
      const hasty = new DnsClient({ servers: [addressOf(dns)], timeoutMs: 300 });
      let isOver = false;
      const asked = hasty.a(name).finally(() => (isOver = true));
      // What a server says meanwhile is heard.
      const others = () => new Promise((resolve) => setImmediate(resolve));
      for (let ms = 0; ms < 299; ms += 1) {
        await vi.advanceTimersByTimeAsync(1);
        await others();
      }
      expect(isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(await asked).toMatchObject({ status: "failed", failure: "timeout" });
      hasty.close();
    },
  );

  test("nobody listens", async () => {
    // Longer than a test may take: it is not waited for.
    const lost = new DnsClient({ servers: [await unusedPort()], timeoutMs: 600_000 });
    expect(await lost.a("found.zoo.test")).toMatchObject({ failure: "unreachable" });
    lost.close();
  });

  test("no server at all", async () => {
    const alone = new DnsClient({ servers: [], timeoutMs: 5000 });
    expect(await alone.a("found.zoo.test")).toMatchObject({ failure: "unreachable" });
  });
});

describe("aliases", () => {
  test.each([8, 9, 16])("%i of them are followed", async (length) => {
    const found = await client.a(`0.of-${String(length)}.zoo.test`);
    expect(found).toMatchObject({ status: "found", records: [{ address: "192.0.2.6" }] });
    expect(found.aliases).toHaveLength(length);
    expect(found.aliases.at(-1)).toBe(`${String(length)}.of-${String(length)}.zoo.test`);
  });

  test.each([17, 40])("%i are a loop", async (length) => {
    const lost = await client.a(`0.of-${String(length)}.zoo.test`);
    expect(lost).toMatchObject({ status: "failed", failure: "loop", records: [] });
  });

  test.each([
    ["to-itself.zoo.test", ["to-itself.zoo.test"]],
    ["around.zoo.test", ["and-around.zoo.test", "around.zoo.test"]],
  ])("%s", async (name, aliases) => {
    expect(await client.a(name)).toMatchObject({ status: "failed", failure: "loop", aliases });
  });

  test("to a name that does not exist", async () => {
    const lost = await client.a("to-nowhere.zoo.test");
    expect(lost).toMatchObject({ status: "no-name", aliases: ["nowhere.zoo.test"] });
  });

  test("to a name without the type", async () => {
    const lost = await client.a("alias.found.zoo.test");
    expect(lost).toMatchObject({ status: "no-data", aliases: ["null-mx.zoo.test"] });
  });
});

describe("over TCP", () => {
  test("what UDP cuts short: sixty kilobytes", async () => {
    expect(await udpFlags("large.zoo.test", "TXT")).toMatchObject({ flag_tc: true, answers: [] });
    const { status, records } = await client.txt("large.zoo.test");
    expect(status).toBe("found");
    expect(records.map(({ strings }) => Number.parseInt(strings[0] ?? "", 10))).toEqual(
      Array.from({ length: 240 }, (_, at) => at),
    );
  });

  test("more than a message can hold", async () => {
    expect(await client.txt("too-large.zoo.test")).toMatchObject({ failure: "too-large" });
  });
});

describe("CAA", () => {
  test.each([
    ["the host's own", "found.zoo.test"],
    ["its parent's", "host.found.zoo.test"],
    ["further up, past a name that does not exist", "x.y.found.zoo.test"],
    ["of the parent of an alias, not of its target", "alias.found.zoo.test"],
  ])("%s", async (_, host) => {
    expect(await client.caaOf(host)).toEqual({
      ...nothing,
      name: "found.zoo.test",
      type: "CAA",
      status: "found",
      records: [{ critical: false, tag: "issue", value: "ca.example; account=1", ttlSeconds: 300 }],
    });
  });

  test("none, up to the top", async () => {
    expect(await client.caaOf("a.b.c.zoo.test")).toMatchObject({
      name: "a.b.c.zoo.test",
      status: "no-data",
    });
  });

  test("a failure on the way", async () => {
    expect(await client.caaOf("host.servfail.found.zoo.test")).toMatchObject({
      name: "servfail.found.zoo.test",
      failure: "servfail",
    });
  });
});

test("the AD bit: of every name on the way", async () => {
  expect(await client.a("proven.zoo.test")).toMatchObject({ authenticated: true });
  expect(await client.a("found.zoo.test")).toMatchObject({ authenticated: false });
  const half = await client.a("half-proven.zoo.test");
  expect(half).toMatchObject({ status: "found", authenticated: false });
});

describe("where a server is", () => {
  test.each([
    ["192.0.2.53", "192.0.2.53", 53],
    ["192.0.2.53:5353", "192.0.2.53", 5353],
    ["2001:db8::53", "2001:db8::53", 53],
    ["[2001:db8::53]", "2001:db8::53", 53],
    ["[2001:db8::53]:5353", "2001:db8::53", 5353],
    ["fe80::1%lo", "fe80::1%lo", 53],
  ])("accepts %s", (text, address, port) => {
    expect(parseServer(text)).toEqual({ address, port });
  });

  test.each([
    "",
    "dns.example",
    "192.0.2.53:",
    "192.0.2.53:0",
    "192.0.2.53:65536",
    "192.0.2.53:53x",
    "192.0.2.256",
    "[192.0.2.53]:53",
    "2001:db8::53]:53",
    "[2001:db8::53",
    "[2001:db8::53]5353",
    " 192.0.2.53",
  ])("rejects %j", (text) => {
    expect(parseServer(text)).toBeNull();
  });

  test("the system's are such", () => {
    for (const { address, port } of systemServers()) {
      expect(
        parseServer(`${address.includes(":") ? `[${address}]` : address}:${String(port)}`),
      ).toEqual({
        address,
        port,
      });
    }
  });
});

/** One question by hand, as dig would ask it. */
async function udpFlags(name: string, type: "TXT"): Promise<packets.DecodedPacket> {
  const socket = dgram.createSocket("udp4");
  const { address, port } = addressOf(dns);
  const query = packets.encode({ type: "query", id: 1, questions: [{ name, type }] });
  const bytes = await new Promise<Buffer>((resolve) => {
    socket.on("message", resolve);
    socket.send(query, port, address);
  });
  socket.close();
  return packets.decode(bytes);
}

async function unusedPort(): Promise<{ address: string; port: number }> {
  const socket = dgram.createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { address, port } = socket.address();
  socket.close();
  return { address, port };
}
