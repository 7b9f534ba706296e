import { describe, expect, it } from "vitest";
import { changedRecords, recordsToPublish } from "../../src/site/changed-records.ts";
import type { DnsRecord } from "../../src/site/dns-record.ts";
import { delegated, ownZone } from "./record-formats/sample-records.ts";

const [a1, a2, aaaa, tlsRpt, mtaSts] = ownZone as [
  DnsRecord,
  DnsRecord,
  DnsRecord,
  DnsRecord,
  DnsRecord,
];

describe("changedRecords", () => {
  it("finds nothing between the same records in any order", () => {
    const none = { added: [], changed: [], removed: [] };
    expect(changedRecords(ownZone, ownZone.toReversed())).toEqual(none);
    expect(changedRecords([], [])).toEqual(none);
  });

  it("adds everything at first, and removes everything in the end", () => {
    expect(changedRecords([], ownZone)).toEqual({ added: ownZone, changed: [], removed: [] });
    expect(changedRecords(ownZone, [])).toEqual({ added: [], changed: [], removed: ownZone });
  });

  it("gives a changed RRset whole, before and after", () => {
    const other = { ...a2, value: "192.0.2.12" };
    expect(changedRecords(ownZone, [a1, other, aaaa, tlsRpt, mtaSts])).toEqual({
      added: [],
      changed: [{ before: [a1, a2], after: [a1, other] }],
      removed: [],
    });
    expect(changedRecords([a1, a2], [a1]).changed).toEqual([{ before: [a1, a2], after: [a1] }]);
    expect(changedRecords([a1], [a1, a2]).changed).toEqual([{ before: [a1], after: [a1, a2] }]);
  });

  it("tells a new TTL and a new id", () => {
    const slower = { ...tlsRpt, ttlSeconds: 86_400 };
    const newer = { ...mtaSts, value: "v=STSv1; id=20261125T000000Z;" };
    expect(changedRecords(ownZone, [a1, a2, aaaa, slower, newer]).changed).toEqual([
      { before: [tlsRpt], after: [slower] },
      { before: [mtaSts], after: [newer] },
    ]);
  });

  it("removes and adds where the type or the zone changes", () => {
    const cname: DnsRecord = { ...a1, type: "CNAME", value: "host.example.net" };
    expect(changedRecords([a1, a2], [cname])).toEqual({
      added: [cname],
      changed: [],
      removed: [a1, a2],
    });
    const moved = { ...mtaSts, zone: "com" };
    expect(changedRecords([mtaSts], [moved])).toEqual({
      added: [moved],
      changed: [],
      removed: [mtaSts],
    });
  });

  it("tells a delegated domain's new id in the delegation zone only", () => {
    const before = delegated("a.example");
    const after = before.map((one) =>
      one.type === "TXT" && one.purpose === "mta-sts" ? { ...one, value: "v=STSv1; id=1;" } : one,
    );
    const changes = changedRecords(before, after);
    expect(changes.changed).toEqual([{ before: [before[3]], after: [after[3]] }]);
    expect(recordsToPublish(changes, after)).toEqual([after[3]]);
  });
});

describe("recordsToPublish", () => {
  it("keeps the publishing order of what was added and what was changed", () => {
    const newer = { ...mtaSts, value: "v=STSv1; id=20261125T000000Z;" };
    const after = [a1, a2, aaaa, tlsRpt, newer];
    const changes = changedRecords([a1, tlsRpt, mtaSts], after);
    expect(recordsToPublish(changes, after)).toEqual([a1, a2, aaaa, newer]);
  });
});
