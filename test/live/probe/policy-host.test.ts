/** The addresses of a policy host: each is looked at, and told apart from the others. */
import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import type { LookRequest } from "../../../src/live/probe/looker.ts";
import type { Look } from "../../../src/site/lock/look.ts";
import {
  dripBody,
  gzipped,
  mediaType,
  status,
  tenGigabytes,
  type PolicyServer,
} from "../../zoo/policy-server.ts";
import { at, domain, policyHost, policyText, startWorld, type World } from "../support/world.ts";

async function look(world: World, request: Partial<LookRequest> = {}): Promise<Look> {
  const { looker } = await startWorld(world);
  return looker.lookAt({ domain, ...request });
}

const old = policyText.replace("testing", "none");

test("two addresses, of which one serves an old text", async () => {
  const seen = await look({ policyHosts: { [at(1)]: {}, [at(2)]: { policy: old } } });
  expect(seen).toMatchObject({
    domain,
    host: "found",
    addresses: [
      { address: at(1), isInDns: true, kind: "policy", text: policyText },
      { address: at(2), isInDns: true, kind: "policy", text: old },
    ],
  });
  expect(seen.endedAt).toBeGreaterThanOrEqual(seen.startedAt);
});

test("one silent, one with a certificate for another name, one in good health", async () => {
  const { addresses } = await look({
    policyHosts: { [at(1)]: {}, [at(2)]: () => undefined, [at(3)]: { certificate: "wrong-name" } },
    options: { timeoutMs: 500 },
  });
  expect(addresses).toEqual([
    { address: at(1), isInDns: true, kind: "policy", text: policyText },
    { address: at(2), isInDns: true, kind: "silent", detail: "timeout" },
    {
      address: at(3),
      isInDns: true,
      kind: "refused",
      detail: "its certificate is for another name",
    },
  ]);
});

test.each<[string, PolicyServer, string]>([
  ["expired", { certificate: "expired" }, "its certificate has expired"],
  ["self-signed", { certificate: "self-signed" }, "its certificate is self-signed"],
  [
    "no intermediate",
    { certificate: "missing-intermediate" },
    "it does not send the intermediate certificate",
  ],
  [
    "old TLS",
    { oldTls: true },
    'only versions older than TLS 1.2 ("tlsv1 alert protocol version")',
  ],
  ["404", { answer: status(404, {}, "no") }, "status 404"],
  [
    "a redirect, which is not followed",
    { answer: status(301, { location: "https://elsewhere.test/" }, "") },
    'status 301, a redirect to "https://elsewhere.test/"',
  ],
  ["another media type", { answer: mediaType("text/html") }, 'media type "text/html"'],
  ["no media type", { answer: mediaType(null) }, "no media type"],
  ["compressed", { answer: gzipped }, 'content encoding "gzip"'],
  ["a body without end", { answer: tenGigabytes }, "it sends more than senders read"],
  [
    "no UTF-8",
    {
      answer: (response) => {
        response.writeHead(200, { "content-type": "text/plain" }).end(Buffer.from([0xff, 0xfe]));
      },
    },
    "it is not UTF-8 text",
  ],
])("refused: %s", async (_, server, detail) => {
  const { addresses } = await look({ policyHosts: { [at(1)]: server } });
  expect(addresses).toEqual([{ address: at(1), isInDns: true, kind: "refused", detail }]);
});

test("a body that never comes to its end", async () => {
  const { addresses } = await look({
    policyHosts: { [at(1)]: { answer: dripBody } },
    options: { timeoutMs: 1500 },
  });
  expect(addresses).toMatchObject([
    { kind: "refused", detail: "it does not finish sending in time" },
  ]);
});

test("the text is given byte for byte, whatever it is", async () => {
  const text = "\ufeff<html>\u001b[31m\u0000\n";
  const { addresses } = await look({ policyHosts: { [at(1)]: { policy: text } } });
  expect(addresses).toMatchObject([{ kind: "policy", text }]);
});

test("the look as a whole has an end, too", async () => {
  const { addresses } = await look({
    policyHosts: { [at(1)]: () => undefined },
    options: { timeoutMs: 600_000, maxLookMs: 1500 },
  });
  expect(addresses).toEqual([{ address: at(1), isInDns: true, kind: "silent", detail: "timeout" }]);
});

describe("which addresses", () => {
  test("those that DNS named recently come after those that it names", async () => {
    const previousAddresses = [at(2), at(1), "not an address"];
    const { host, addresses } = await look(
      { policyHosts: { [at(1)]: {}, [at(2)]: { policy: old } }, addresses: [at(1)] },
      { previousAddresses },
    );
    expect(host).toBe("found");
    expect(addresses).toEqual([
      { address: at(1), isInDns: true, kind: "policy", text: policyText },
      { address: at(2), isInDns: false, kind: "policy", text: old },
      {
        address: "not an address",
        isInDns: false,
        kind: "not-looked-at",
        detail: "it is not an IP address",
      },
    ]);
  });

  test("an alias is followed", async () => {
    const { host, addresses } = await look({
      policyHosts: { [at(1)]: {} },
      addresses: [],
      records: [
        { type: "CNAME", name: policyHost, ttl: 60, data: "hosting.live.test" },
        { type: "A", name: "hosting.live.test", ttl: 60, data: at(1) },
      ],
    });
    expect({ host, addresses }).toEqual({
      host: "found",
      addresses: [{ address: at(1), isInDns: true, kind: "policy", text: policyText }],
    });
  });

  test("none: absent, and the previous ones are looked at all the same", async () => {
    const { host, addresses } = await look(
      { policyHosts: { [at(1)]: {} }, addresses: [] },
      { previousAddresses: [at(1)] },
    );
    expect({ host, kinds: addresses.map(({ kind }) => kind) }).toEqual({
      host: "absent",
      kinds: ["policy"],
    });
  });

  test("DNS does not answer: unknown", async () => {
    const { host, addresses, servers } = await look({
      resolver: { records: [], answer: () => undefined },
      options: { maxLookMs: 500 },
    });
    expect({ host, addresses, servers }).toEqual({
      host: "unknown",
      addresses: [],
      servers: [{ server: "127.0.0.1", isAuthoritative: false, kind: "silent", detail: "timeout" }],
    });
  });

  test("more than sixteen: the others are not looked at, and not all are listed", async () => {
    const all = Array.from({ length: 80 }, (_, index) => `127.0.54.${String(index + 100)}`);
    const { addresses } = await look({ addresses: all, options: { httpsPort: 1 } });
    const kinds = addresses.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "silent")).toHaveLength(16);
    expect(kinds.filter((kind) => kind === "not-looked-at")).toHaveLength(48);
    expect(addresses.at(-1)).toMatchObject({ detail: "there are more than 16 addresses" });
  });

  test("addresses that are not public are left alone", async () => {
    const connect = vi.spyOn(net, "connect");
    const { addresses } = await look(
      { addresses: [at(1)], options: { allowPrivate: false } },
      { previousAddresses: ["10.0.0.1", "::1"] },
    );
    expect(addresses).toEqual(
      [at(1), "10.0.0.1", "::1"].map((address) => ({
        ...{ address, isInDns: address === at(1) },
        ...{ kind: "silent", detail: "the address is not public" },
      })),
    );
    expect(connect).not.toHaveBeenCalled();
    connect.mockRestore();
  });
});

test.each(["ENETUNREACH", "EHOSTUNREACH", "EAFNOSUPPORT", "EADDRNOTAVAIL"])(
  "no IPv6 here (%s): that address is not looked at, the other is",
  async (code) => {
    const { connect } = net;
    const spy = vi.spyOn(net, "connect").mockImplementation(((to: net.TcpNetConnectOpts) => {
      if (to.host?.includes(":") !== true) return connect(to);
      const error = Object.assign(new Error(`connect ${code}`), { code, syscall: "connect" });
      return new net.Socket().destroy(error);
    }) as typeof net.connect);
    const { host, addresses } = await look({
      policyHosts: { [at(1)]: {} },
      addresses: [at(1), "2001:db8::1"],
    });
    spy.mockRestore();
    expect({ host, addresses }).toEqual({
      host: "found",
      addresses: [
        { address: at(1), isInDns: true, kind: "policy", text: policyText },
        {
          address: "2001:db8::1",
          isInDns: true,
          kind: "not-looked-at",
          detail: "this machine has no route to it",
        },
      ],
    });
  },
);

describe("the dates of the responses", () => {
  const now = Math.floor(Date.now() / 1000);
  const dated = (ahead: number, more: PolicyServer = {}): PolicyServer => ({
    ...more,
    answer: (response, policy) => {
      const date = new Date((now + ahead) * 1000).toUTCString();
      response.writeHead(200, { "content-type": "text/plain", date }).end(policy);
    },
  });

  test("the median of those whose certificate is the host's", async () => {
    const { dateAheadSeconds } = await look({
      policyHosts: {
        [at(1)]: dated(86_400),
        [at(2)]: dated(3600),
        [at(3)]: dated(-5),
        [at(4)]: dated(-900_000, { certificate: "self-signed" }),
        [at(5)]: dated(-900_000, { certificate: "wrong-name" }),
      },
      options: { now: () => now },
    });
    expect(dateAheadSeconds).toBe(3600);
  });

  test("a certificate that seems to have expired counts: the clock here may be what is wrong", async () => {
    const later = now + 400 * 86_400;
    const { addresses, dateAheadSeconds } = await look({
      policyHosts: { [at(1)]: dated(0) },
      options: { now: () => later },
    });
    expect(addresses).toMatchObject([{ kind: "refused", detail: "its certificate has expired" }]);
    expect(dateAheadSeconds).toBe(-400 * 86_400);
  });

  test("none was given", async () => {
    const { dateAheadSeconds } = await look({
      policyHosts: {
        [at(1)]: {
          answer: (response, policy) => {
            response.sendDate = false;
            response.writeHead(200, { "content-type": "text/plain" }).end(policy);
          },
        },
      },
    });
    expect(dateAheadSeconds).toBeNull();
  });
});
