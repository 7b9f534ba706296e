import { expect, test } from "vitest";
import { missingRecords } from "../../../src/live/probe/missing-records.ts";
import { recordsOf, type DnsShape } from "../../../src/site/dns-records.ts";
import { txt } from "../support/name-server.ts";
import { address, at, domain, owner, policyHost, startWorld } from "../support/world.ts";

const shape: DnsShape = {
  zone: null,
  ttlSeconds: 300,
  delegation: null,
  rua: ["mailto:tls@live.test"],
  address: { ipv4: [at(1)], ipv6: [], host: null },
};
const records = recordsOf(domain, shape, "20261101T090000Z");
const report = txt(`_smtp._tls.${domain}`, "v=TLSRPTv1; rua=mailto:tls@live.test");
const announcement = txt(owner, "v=STSv1; id=20261101T090000Z;");

async function missing(
  given: readonly ReturnType<typeof address>[],
  wanted = records,
): Promise<readonly string[] | null> {
  const { options } = await startWorld({ addresses: [], records: given });
  return missingRecords(options.dns, wanted);
}

test("none of what is there as it was built, whatever stands beside it", async () => {
  const beside = txt(owner, "something else");
  const all = [address(policyHost, at(1)), ...report, ...announcement, ...beside];
  expect(await missing(all)).toEqual([]);
});

test("each that is not there, or says something else", async () => {
  const given = [address(policyHost, at(2)), ...txt(owner, "v=STSv1; id=1;")];
  expect(await missing(given)).toEqual([
    `${policyHost} A`,
    `_smtp._tls.${domain} TXT`,
    `${owner} TXT`,
  ]);
});

test("an address behind an alias is not the record that was built", async () => {
  const alias = { type: "CNAME", name: policyHost, ttl: 60, data: "old.live.test" } as const;
  const given = [alias, address("old.live.test", at(1)), ...report, ...announcement];
  expect(await missing(given)).toEqual([`${policyHost} A`]);
});

test("an alias is seen, wherever it leads", async () => {
  const wanted = recordsOf(
    domain,
    { ...shape, rua: null, address: { ipv4: [], ipv6: [], host: "pages.live.test" } },
    "20261101T090000Z",
  );
  const alias = (data: string) => ({ type: "CNAME", name: policyHost, ttl: 60, data }) as const;
  expect(await missing([alias("pages.live.test"), ...announcement], wanted)).toEqual([]);
  expect(await missing([alias("other.live.test"), ...announcement], wanted)).toEqual([
    `${policyHost} CNAME`,
  ]);
});
