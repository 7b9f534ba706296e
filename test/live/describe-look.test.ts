/** A look in words. */
import { expect, test } from "vitest";
import { describeLook } from "../../src/live/describe-look.ts";
import type { Look } from "../../src/site/lock/look.ts";

const look: Look = {
  domain: "example.com",
  startedAt: 0,
  endedAt: 0,
  host: "found",
  addresses: [
    { address: "192.0.2.1", isInDns: true, kind: "policy", text: "new" },
    { address: "192.0.2.2", isInDns: true, kind: "policy", text: "old" },
    { address: "192.0.2.3", isInDns: true, kind: "refused", detail: "status 404" },
    { address: "192.0.2.4", isInDns: true, kind: "silent", detail: "timeout" },
    {
      address: "2001:db8::1",
      isInDns: true,
      kind: "not-looked-at",
      detail: "this machine has no route to it",
    },
  ],
  servers: [
    {
      ...{ server: "ns1.example.net 192.0.2.53", isAuthoritative: true },
      ...{ kind: "id", id: "20261128T000000Z", ttlSeconds: 300 },
    },
    { server: "ns2.example.net 192.0.2.54", isAuthoritative: true, kind: "absent" },
    {
      ...{ server: "ns3.example.net 192.0.2.55", isAuthoritative: true },
      ...{ kind: "invalid", detail: "there is no id" },
    },
    { server: "ns4.example.net", isAuthoritative: true, kind: "silent", detail: "" },
    {
      ...{ server: "3 more name servers", isAuthoritative: true },
      ...{ kind: "not-looked-at", detail: "there are too many" },
    },
    { server: "192.0.2.99", isAuthoritative: false, kind: "absent" },
  ],
  dateAheadSeconds: null,
};
const classify = (text: string): string =>
  text === "new" ? "the policy of 2026-11-28" : "another policy";

test("a line for each address, then for each server", () => {
  expect(describeLook(look, classify)).toEqual([
    "192.0.2.1 serves the policy of 2026-11-28",
    "192.0.2.2 serves another policy",
    "192.0.2.3 serves no policy (status 404)",
    "192.0.2.4 does not answer (timeout)",
    "2001:db8::1 was not looked at (this machine has no route to it)",
    "ns1.example.net 192.0.2.53 announces id 20261128T000000Z",
    "ns2.example.net 192.0.2.54 has no record",
    "ns3.example.net 192.0.2.55 has no record that senders accept (there is no id)",
    "ns4.example.net does not answer",
    "3 more name servers could not be asked (there are too many)",
    "the resolver 192.0.2.99, asked in place of the name servers, has no record",
  ]);
});

test.each([
  ["absent", "mta-sts.example.com has no address"],
  ["unknown", "DNS does not give all addresses of mta-sts.example.com"],
] as const)("the host is %s", (host, line) => {
  expect(describeLook({ ...look, host, addresses: [], servers: [] }, classify)).toEqual([line]);
});
