/** The name servers of the `_mta-sts` record: each is asked itself, past every cache. */
import packets from "dns-packet";
import { describe, expect, test } from "vitest";
import type { ServerLook } from "../../../src/site/lock/look.ts";
import { cname, reply, type Query } from "../../net/support/dns-peer.ts";
import { ns, txt, type NameServer } from "../support/name-server.ts";
import {
  address,
  at,
  domain,
  owner,
  serverName,
  startWorld,
  type StartedWorld,
  type World,
} from "../support/world.ts";

async function servers(
  world: World,
): Promise<{ looks: readonly ServerLook[]; world: StartedWorld }> {
  const started = await startWorld(world);
  const { servers: looks } = await started.looker.lookAt({ domain });
  return { looks, world: started };
}

const announcing = (id: string): NameServer => ({ records: txt(owner, `v=STSv1; id=${id};`) });
const own = (last: number) => ({
  server: `${serverName(at(last))} ${at(last)}`,
  isAuthoritative: true,
});
const resolved = { server: "127.0.0.1", isAuthoritative: false };

test("two servers, of which one lags", async () => {
  const { looks } = await servers({
    nameServers: { [at(1)]: announcing("new"), [at(2)]: announcing("old") },
    records: txt(owner, "v=STSv1; id=old"),
  });
  expect(looks).toEqual([
    { ...own(1), kind: "id", id: "new", ttlSeconds: 300 },
    { ...own(2), kind: "id", id: "old", ttlSeconds: 300 },
  ]);
});

test("a server that does not have the record yet", async () => {
  const { looks } = await servers({
    nameServers: { [at(1)]: announcing("new"), [at(2)]: { records: [] } },
  });
  expect(looks).toMatchObject([
    { ...own(1), kind: "id" },
    { ...own(2), kind: "absent" },
  ]);
});

test("they are asked without recursion, each once", async () => {
  const { world } = await servers({ nameServers: { [at(1)]: announcing("a") } });
  const queries = world.nameServers[at(1)]?.queries ?? [];
  expect(queries.map(({ packet }) => [packet.questions, packet.flag_rd])).toEqual([
    [[{ name: owner, type: "TXT", class: "IN" }], false],
  ]);
});

test("an answer that is too large for UDP", async () => {
  const others = Array.from({ length: 40 }, (_, index) => String(index).padEnd(250, "x"));
  const { looks, world } = await servers({
    nameServers: { [at(1)]: { onlyTcp: true, records: txt(owner, "v=STSv1; id=a", ...others) } },
  });
  expect(looks).toEqual([{ ...own(1), kind: "id", id: "a", ttlSeconds: 300 }]);
  expect(world.nameServers[at(1)]?.queries.map(({ over }) => over)).toEqual(["udp", "tcp"]);
});

describe("delegation by CNAME", () => {
  const zone = "records.test";
  const target = `${domain}._mta-sts.${zone}`;
  const alias = [cname(owner, target)];

  test("those announce that have the target's zone", async () => {
    const { looks, world } = await servers({
      nameServers: {
        [at(1)]: { records: alias },
        [at(2)]: { records: alias },
        [at(3)]: { zones: [zone], records: txt(target, "v=STSv1; id=new") },
        [at(4)]: { zones: [zone], records: txt(target, "v=STSv1; id=old") },
      },
      records: [...alias, ...txt(target, "v=STSv1; id=old")],
    });
    expect(looks).toEqual([
      { ...own(3), kind: "id", id: "new", ttlSeconds: 300 },
      { ...own(4), kind: "id", id: "old", ttlSeconds: 300 },
    ]);
    expect(world.nameServers[at(3)]?.queries).toHaveLength(1);
  });

  test("a server that does not have the alias yet is told", async () => {
    const { looks } = await servers({
      nameServers: {
        [at(1)]: { records: alias },
        [at(2)]: announcing("former"),
        [at(3)]: { zones: [zone], records: txt(target, "v=STSv1; id=new") },
      },
    });
    expect(looks).toMatchObject([
      { ...own(2), kind: "id", id: "former" },
      { ...own(3), kind: "id", id: "new" },
    ]);
  });

  test("what a server says of the target is not believed where it is not the target's", async () => {
    const { looks } = await servers({
      nameServers: {
        [at(1)]: { records: [...alias, ...txt(target, "v=STSv1; id=stale")] },
        [at(3)]: { zones: [zone], records: txt(target, "v=STSv1; id=new") },
      },
    });
    expect(looks).toMatchObject([{ ...own(3), kind: "id", id: "new" }]);
  });

  test("not even where it leads back into its own zone", async () => {
    const back = `sts.${domain}`;
    const stale = [cname(target, back), ...txt(back, "v=STSv1; id=stale")];
    const { looks } = await servers({
      nameServers: {
        [at(1)]: { records: [...alias, ...stale] },
        [at(3)]: { zones: [zone], records: txt(target, "v=STSv1; id=new") },
      },
    });
    expect(looks).toMatchObject([{ ...own(3), kind: "id", id: "new" }]);
  });

  test("a server of both zones answers for both", async () => {
    const { looks } = await servers({
      nameServers: {
        [at(1)]: { zones: [domain, zone], records: [...alias, ...txt(target, "v=STSv1; id=a")] },
      },
    });
    expect(looks).toEqual([{ ...own(1), kind: "id", id: "a", ttlSeconds: 300 }]);
  });

  test("an alias within the zone", async () => {
    const within = `sts.${domain}`;
    const { looks } = await servers({
      nameServers: {
        [at(1)]: { records: [cname(owner, within), ...txt(within, "v=STSv1; id=a")] },
        [at(2)]: { records: [cname(owner, within)] },
      },
    });
    expect(looks).toMatchObject([
      { ...own(1), kind: "id", id: "a" },
      { ...own(2), kind: "absent" },
    ]);
  });

  test("an alias within the zone, of which the server gives only the first step", async () => {
    const within = `sts.${domain}`;
    const records = [cname(owner, within), ...txt(within, "v=STSv1; id=a")];
    const { looks } = await servers({
      nameServers: {
        [at(1)]: {
          records: [],
          answer: (query) => {
            const answers = records.filter(({ name }) => name === query.name);
            query.send(reply(query, { flags: packets.AUTHORITATIVE_ANSWER, answers }));
          },
        },
      },
    });
    expect(looks).toEqual([{ ...own(1), kind: "id", id: "a", ttlSeconds: 300 }]);
  });

  test("an alias into a part of the zone that others have", async () => {
    const child = `child.${domain}`;
    const within = `sts.${child}`;
    const { looks } = await servers({
      nameServers: {
        [at(1)]: {
          records: [],
          answer: (query) => {
            const isOwn = query.name === owner;
            const flags = isOwn ? packets.AUTHORITATIVE_ANSWER : 0;
            const answers = isOwn ? [cname(owner, within)] : [];
            const authorities = ns(child, serverName(at(2)));
            query.send(reply(query, { flags, answers, authorities }));
          },
        },
        [at(2)]: { zones: [child], records: txt(within, "v=STSv1; id=a") },
      },
    });
    expect(looks).toEqual([{ ...own(2), kind: "id", id: "a", ttlSeconds: 300 }]);
  });

  test("the zone of the target is not known", async () => {
    const { looks } = await servers({
      nameServers: { [at(1)]: { records: alias }, [at(2)]: { records: [] } },
    });
    expect(looks).toEqual([
      { ...own(2), kind: "absent" },
      {
        ...{ server: target, isAuthoritative: true },
        ...{ kind: "silent", detail: "its name servers are not known" },
      },
    ]);
  });

  test("a loop through two zones, and one in one", async () => {
    const { looks } = await servers({
      nameServers: {
        [at(1)]: { records: alias },
        [at(2)]: { records: [cname(owner, owner)] },
        [at(3)]: { zones: [zone], records: [cname(target, owner)] },
      },
    });
    const detail = "the CNAMEs form a loop or too long a chain";
    expect(looks).toEqual([
      { ...own(2), kind: "invalid", detail },
      { ...own(3), kind: "invalid", detail },
    ]);
  });

  test("zones without end", async () => {
    const zones = Array.from({ length: 12 }, (_, index) => `z${String(index)}.test`);
    const records = [
      cname(owner, "a.z0.test"),
      ...zones.map((one, index) => cname(`a.${one}`, `a.z${String(index + 1)}.test`)),
    ];
    const { looks, world } = await servers({
      nameServers: {
        [at(1)]: {
          zones: [domain, ...zones],
          answer: (query: Query) => {
            const flags = packets.AUTHORITATIVE_ANSWER;
            const answers = records.filter(({ name }) => name === query.name);
            query.send(reply(query, { flags, answers }));
          },
          records: [],
        },
      },
    });
    expect(looks).toMatchObject([{ ...own(1), kind: "invalid" }]);
    expect(world.nameServers[at(1)]?.queries).toHaveLength(9);
  });
});

test("the record's name is a zone of its own", async () => {
  const { looks } = await servers({
    nameServers: {
      [at(1)]: { zones: [owner], records: txt(owner, "v=STSv1; id=a") },
      [at(2)]: { records: ns(owner, serverName(at(1))) },
    },
  });
  expect(looks).toEqual([{ ...own(1), kind: "id", id: "a", ttlSeconds: 300 }]);
});

describe("servers that do not answer for the zone", () => {
  const withFlags = (flags: number, rcode = 0): NameServer => ({
    records: [],
    answer: (query) => {
      const answers = rcode === 0 ? txt(owner, "v=STSv1; id=stale") : [];
      query.send(reply(query, { flags, rcode, answers }));
    },
  });
  const referring: NameServer = {
    records: [],
    answer: (query) => {
      query.send(reply(query, { flags: 0, authorities: ns("test", "ns.elsewhere.test") }));
    },
  };

  test.each<[string, NameServer, string]>([
    [
      "a cache, or a proxy on the way",
      withFlags(packets.RECURSION_AVAILABLE),
      "it does not have the zone",
    ],
    ["no authority", withFlags(0), "it does not have the zone"],
    ["no such name, without authority", withFlags(0, 3), "it does not have the zone"],
    ["a referral", referring, "it does not have the zone"],
    ["REFUSED", withFlags(0, 5), "REFUSED"],
    ["SERVFAIL", withFlags(0, 2), "SERVFAIL"],
    [
      "garbage",
      {
        records: [],
        answer: ({ packet, send }) => {
          const bytes = Buffer.alloc(20, 0xff);
          bytes.writeUInt16BE(packet.id ?? 0);
          bytes.writeUInt16BE(0x8400, 2);
          send(bytes);
        },
      },
      "its answer cannot be read",
    ],
  ])("%s", async (_, lame, detail) => {
    const { looks } = await servers({
      nameServers: { [at(1)]: announcing("a"), [at(2)]: lame },
      records: txt(owner, "v=STSv1; id=resolved"),
    });
    expect(looks).toMatchObject([
      { ...own(1), kind: "id", id: "a" },
      { ...own(2), kind: "silent", detail },
    ]);
  });

  test("silence, where time is short", async () => {
    const { looks } = await servers({
      nameServers: { [at(1)]: announcing("a"), [at(2)]: { records: [], answer: () => undefined } },
      options: { maxLookMs: 1500 },
    });
    expect(looks).toMatchObject([
      { ...own(1), kind: "id" },
      { ...own(2), kind: "silent", detail: "timeout" },
    ]);
  });

  test("a host without an address", async () => {
    const { looks } = await servers({
      nameServers: { [at(1)]: announcing("a") },
      records: ns(domain, "nowhere.live.test"),
    });
    expect(looks).toMatchObject([
      { server: "nowhere.live.test", kind: "silent", detail: "it has no address" },
      { ...own(1), kind: "id" },
    ]);
  });

  test("one that cannot be reached over IPv6 is not blamed", async () => {
    const { looks } = await servers({
      nameServers: { [at(1)]: announcing("a") },
      // Nobody listens at that port there, or there is no IPv6 at all.
      records: [address(serverName(at(1)), "::1")],
    });
    expect(looks).toEqual([
      { ...own(1), kind: "id", id: "a", ttlSeconds: 300 },
      {
        ...{ server: `${serverName(at(1))} ::1`, isAuthoritative: true },
        ...{ kind: "not-looked-at", detail: "this machine has no route to it" },
      },
    ]);
  });

  test("addresses that are not public are not asked", async () => {
    const { looks, world } = await servers({
      nameServers: { [at(1)]: announcing("a") },
      records: txt(owner, "v=STSv1; id=resolved"),
      options: { allowPrivate: false },
    });
    expect(looks).toEqual([{ ...resolved, kind: "id", id: "resolved", ttlSeconds: 300 }]);
    expect(world.nameServers[at(1)]?.queries).toEqual([]);
  });
});

describe("nobody with authority answers: the resolver's answer is all there is", () => {
  const records = txt(owner, "v=STSv1; id=resolved");
  const answer = { ...resolved, kind: "id", id: "resolved", ttlSeconds: 300 };

  test("all are silent", async () => {
    const silent: NameServer = { records: [], answer: () => undefined };
    const { looks } = await servers({
      nameServers: { [at(1)]: silent, [at(2)]: silent },
      records,
      options: { maxLookMs: 1500 },
    });
    expect(looks).toEqual([answer]);
  });

  test("nobody listens", async () => {
    const { looks } = await servers({
      records: [...records, ...ns(domain, "ns.live.test"), address("ns.live.test", at(9))],
      options: { dnsPort: 1 },
    });
    expect(looks).toEqual([answer]);
  });

  test("no zone is found; a top-level domain is not asked", async () => {
    const { looks } = await servers({ records: [...records, ...ns("test", "ns.test")] });
    expect(looks).toEqual([answer]);
  });

  test("and it has none", async () => {
    const { looks } = await servers({});
    expect(looks).toEqual([{ ...resolved, kind: "absent" }]);
  });
});

test("forty-one servers with many addresses: thirty-two are asked, and it is said that there are more", async () => {
  const hosts = Array.from({ length: 40 }, (_, index) => `a${String(index + 100)}.live.test`);
  const { looks } = await servers({
    nameServers: { [at(1)]: announcing("a") },
    records: [
      ...ns(domain, ...hosts),
      ...hosts.map((host, index) => address(host, `127.0.55.${String(index + 1)}`)),
      ...hosts.map((host, index) => address(host, `127.0.56.${String(index + 1)}`)),
      ...hosts.map((host, index) => address(host, `127.0.57.${String(index + 1)}`)),
      // The first in order is the one that answers.
      address(hosts[0] ?? "", at(1)),
    ],
  });
  expect(looks.filter(({ kind }) => kind === "silent")).toHaveLength(31);
  expect(looks.filter(({ kind }) => kind !== "silent")).toEqual([
    {
      ...{ server: "42 more name servers", isAuthoritative: true },
      ...{ kind: "not-looked-at", detail: "there are too many" },
    },
    {
      ...{ server: `a100.live.test ${at(1)}`, isAuthoritative: true },
      ...{ kind: "id", id: "a", ttlSeconds: 300 },
    },
  ]);
});

test.each<[string, readonly string[], object]>([
  [
    "two records",
    ["v=STSv1; id=a", "v=STSv1; id=b"],
    {
      kind: "invalid",
      detail: '2 TXT records at _mta-sts begin with "v=STSv1;"; senders then ignore all of them',
    },
  ],
  ["no id", ["v=STSv1;"], { kind: "invalid" }],
  ["a bad id", ["v=STSv1; id=a-b"], { kind: "invalid" }],
  ["an id too long", [`v=STSv1; id=${"a".repeat(33)}`], { kind: "invalid" }],
  ["another version", ["v=STSv2; id=a"], { kind: "invalid" }],
  ["something else besides", ["hello", "v=STSv1; id=a"], { kind: "id", id: "a" }],
  ["something else only", ["hello"], { kind: "absent" }],
  ["several strings", [`v=STSv1; x=${"y".repeat(150)}; id=abc`], { kind: "id", id: "abc" }],
  ["escape sequences", ["v=STSv1; id=\u001b[2J"], { kind: "invalid" }],
  ["sixty thousand characters", [`v=STSv1; id=${"a".repeat(60_000)}`], { kind: "invalid" }],
])("a hostile text: %s", async (_, texts, expected) => {
  const { looks } = await servers({
    nameServers: { [at(1)]: { onlyTcp: true, records: txt(owner, ...texts) } },
  });
  expect(looks).toMatchObject([{ ...own(1), ...expected }]);
  expect(JSON.stringify(looks).length).toBeLessThan(400);
});
