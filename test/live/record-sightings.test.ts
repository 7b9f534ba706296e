import { describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/cli/text.ts";
import { recordSightings, saidSighting, type Sighting } from "../../src/live/record-sightings.ts";
import { nextOf, stateOf } from "../../src/live/describe-recorded.ts";
import { heldUntil } from "../../src/site/lock/hold.ts";
import { policyOf, type Lock, type LockedDomain } from "../../src/site/lock/lock.ts";
import type { AddressLook, Look, ServerLook } from "../../src/site/lock/look.ts";
import { day, hour, Ledger, policy, start } from "../site/lock/ledger.ts";

const old = policy("enforce", ["mx1.acme.de"]);
const next = policy("enforce", ["mx1.acme.de", "mx2.acme.de"]);
const week = 7 * day;

/** An enforce policy that is live, and a second one that was just built. */
function replaced(): Ledger {
  return new Ledger()
    .build(old, start)
    .live(start)
    .build(next, start + day);
}

/** What a look saw: the texts that the addresses serve, the ids that the name servers give. */
function look(
  ledger: Ledger,
  at: number,
  seen: {
    texts: readonly (string | null)[];
    ids: readonly (string | null)[];
    before?: readonly string[];
    ahead?: number;
    host?: Look["host"];
  },
): Sighting {
  const address = (text: string | null, isInDns: boolean, index: number): AddressLook => {
    const asked = { address: `192.0.2.${String(index)}`, isInDns };
    return text === null
      ? { ...asked, kind: "silent", detail: "timeout" }
      : { ...asked, kind: "policy", text };
  };
  const server = (id: string | null, index: number): ServerLook => {
    const asked = { server: `ns${String(index)}.acme.de`, isAuthoritative: true };
    return id === null
      ? { ...asked, kind: "absent" }
      : { ...asked, kind: "id", id, ttlSeconds: hour };
  };
  const whole: Look = {
    domain: "acme.de",
    startedAt: at - 1,
    endedAt: at,
    host: seen.host ?? "found",
    addresses: [
      ...seen.texts.map((text, index) => address(text, true, index)),
      ...(seen.before ?? []).map((text, index) => address(text, false, index + 100)),
    ],
    servers: seen.ids.map(server),
    dateAheadSeconds: seen.ahead ?? 0,
  };
  return { kind: "look", look: whole, missingRecords: [] };
}

function texts(ledger: Ledger): { before: string; after: string } {
  const all = [...ledger.policies.values()];
  const of = (wanted: typeof old) => all.find((one) => one.policy === wanted)?.text ?? "";
  return { before: of(old), after: of(next) };
}

function recorded(ledger: Ledger, sight: Sighting, isPolicyFirst = false): Ledger {
  const at = sight.kind === "look" ? sight.look.endedAt : (sight.said.servedAt ?? 0);
  const done = recordSightings(ledger.lock, [sight], { now: at, isPolicyFirst });
  if (!done.ok) throw new Error(JSON.stringify(done.problems));
  return new Ledger(done.value.lock.domains.get("acme.de"), ledger.policies);
}

function end(ledger: Ledger): number | null {
  const [first] = ledger.domain.earlier;
  return first === undefined ? null : heldUntil(ledger.domain, first, ledger);
}

const ids = (ledger: Ledger) => ({
  before: ledger.domain.earlier[0]?.id ?? "",
  after: ledger.domain.current?.id ?? "",
});

describe("an enforce policy that replaces another", () => {
  test("is served, then announced: the hold has an end", () => {
    let ledger = replaced();
    const { before, after } = ids(ledger);
    const served = { texts: [texts(ledger).after, texts(ledger).after], ids: [before] };
    ledger = recorded(ledger, look(ledger, start + 2 * day, served));
    expect(ledger.domain.current).toMatchObject({ servedAt: start + 2 * day, announcedAt: null });
    expect(end(ledger)).toBeNull();
    ledger = recorded(ledger, look(ledger, start + 40 * day, { ...served, ids: [after, after] }));
    expect(ledger.domain.current).toMatchObject({ announcedAt: start + 40 * day, isSaid: false });
    // A sender that renews on an equal id did so until the new one was announced.
    expect(end(ledger)).toBe(start + 40 * day + hour + week);
  });

  test("seen both in one look: which came first is not known, unless it is said", () => {
    const ledger = replaced();
    const both = { texts: [texts(ledger).after], ids: [ids(ledger).after] };
    const unknown = recorded(ledger, look(ledger, start + 2 * day, both));
    expect(unknown.domain.current?.announcedAt).toBe(start + 2 * day);
    expect(end(unknown)).toBeNull();
    const again = recorded(unknown, look(ledger, start + 3 * day, both));
    expect(end(again)).toBeNull();
    expect(end(recorded(again, look(ledger, start + 3 * day, both), true))).toBe(
      start + 3 * day + hour + week,
    );
    // Another id, announced after its policy was served, ends it as well.
    const third = again.build(policy("enforce", ["mx1.acme.de"], 1), start + 4 * day);
    const text = [...third.policies.values()].at(-1)?.text ?? "";
    const served = { texts: [text], ids: [ids(ledger).after] };
    const one = recorded(third, look(third, start + 5 * day, served));
    const done = recorded(one, look(one, start + 6 * day, { ...served, ids: [third.id ?? ""] }));
    expect(end(done)).toBe(start + 6 * day + hour + week);
  });

  test.each([
    ["one address serves the earlier one", ["after", "before"], []],
    ["the place that it moved from serves the earlier one", ["after"], ["before"]],
  ] as const)("announced while %s: the id is spoiled", (_, inDns, elsewhere) => {
    let ledger = replaced();
    const of = texts(ledger);
    const seen = {
      texts: inDns.map((one) => of[one]),
      before: elsewhere.map((one) => of[one]),
      ids: [ids(ledger).after],
    };
    ledger = recorded(ledger, look(ledger, start + 2 * day, seen));
    expect(ledger.domain.current?.isSpoiled).toBe(true);
    expect(end(ledger)).toBeNull();
    // Afterwards everything is as it should be, but senders hold the old text under the new id.
    const fine = { texts: [of.after], ids: [ids(ledger).after] };
    ledger = recorded(ledger, look(ledger, start + 3 * day, fine));
    expect(end(ledger)).toBeNull();
    const spoiled = ledger.id;
    ledger.build(next, start + 4 * day);
    expect(ledger.id).not.toBe(spoiled);
  });

  test("announced on one of two name servers is not announced", () => {
    let ledger = replaced();
    const { before, after } = ids(ledger);
    const seen = { texts: [texts(ledger).after], ids: [before, after] };
    ledger = recorded(ledger, look(ledger, start + 2 * day, seen));
    expect(ledger.domain.current).toMatchObject({ servedAt: start + 2 * day, announcedAt: null });
    expect(end(ledger)).toBeNull();
  });

  test("an address that does not answer keeps it from being served everywhere", () => {
    let ledger = replaced();
    const seen = { texts: [texts(ledger).after, null], ids: [ids(ledger).before] };
    ledger = recorded(ledger, look(ledger, start + 2 * day, seen));
    expect(ledger.domain.current?.servedAt).toBeNull();
  });

  test("where DNS does not give all addresses, one that serves something else may be overlooked", () => {
    let ledger = replaced();
    const seen = {
      texts: [texts(ledger).after],
      ids: [ids(ledger).before],
      host: "unknown",
    } as const;
    ledger = recorded(ledger, look(ledger, start + 2 * day, seen));
    expect(ledger.domain.current?.servedAt).toBeNull();
  });

  test("an old zone that comes back reopens the hold, until it is gone again", () => {
    let ledger = replaced();
    const { before, after } = ids(ledger);
    const served = { texts: [texts(ledger).after], ids: [before] };
    ledger = recorded(ledger, look(ledger, start + 2 * day, served));
    ledger = recorded(ledger, look(ledger, start + 3 * day, { ...served, ids: [after] }));
    const first = end(ledger);
    expect(first).not.toBeNull();
    ledger = recorded(ledger, look(ledger, start + 5 * day, { ...served, ids: [after, before] }));
    expect(end(ledger)).toBeNull();
    expect(ledger.domain.earlier[0]?.isSeenAgain).toBe(true);
    ledger = recorded(ledger, look(ledger, start + 6 * day, { ...served, ids: [after, after] }));
    expect(end(ledger)).toBe(start + 6 * day + hour + week);
  });
});

describe("what is told of it", () => {
  const told = (ledger: Ledger, sighting: Sighting) => {
    const at = sighting.kind === "look" ? sighting.look.endedAt : 0;
    const done = recordSightings(ledger.lock, [sighting], { now: at, isPolicyFirst: false });
    const [one] = done.ok ? done.value.result : [];
    return one === undefined ? null : { state: stateOf(one), next: nextOf(one) };
  };

  test("a first policy has no order that matters, whatever else is missing", () => {
    const ledger = new Ledger().build(old, start);
    const text = [...ledger.policies.values()][0]?.text ?? "";
    const both = look(ledger, start + day, { texts: [text], ids: [ledger.id ?? ""] });
    const said = told(ledger, { ...both, missingRecords: ["_smtp._tls.acme.de TXT"] } as Sighting);
    expect(said?.state).toContain("its DNS records are not as built");
    expect(said?.next).toBeNull();
  });

  test("one after an enforce policy has", () => {
    const ledger = replaced();
    const both = { texts: [texts(ledger).after], ids: [ids(ledger).after] };
    expect(told(ledger, look(ledger, start + 2 * day, both))?.next).toContain("--new-id acme.de");
  });
});

describe("what is said without a look", () => {
  test("an announcement later than the policy extends the hold", () => {
    const ledger = replaced();
    const done = recordSightings(
      ledger.lock,
      [saidSighting("acme.de", { servedAt: start + 2 * day, announcedAt: start + 30 * day })],
      { now: start + 30 * day, isPolicyFirst: false },
    );
    const after = done.ok ? done.value.lock.domains.get("acme.de") : undefined;
    expect(end(new Ledger(after, ledger.policies))).toBe(start + 30 * day + hour + week);
  });

  test("an announcement before the policy leaves it open", () => {
    const ledger = replaced();
    const done = recordSightings(
      ledger.lock,
      [saidSighting("acme.de", { servedAt: start + 3 * day, announcedAt: start + 2 * day })],
      { now: start + 3 * day, isPolicyFirst: false },
    );
    const after = done.ok ? done.value.lock.domains.get("acme.de") : undefined;
    expect(end(new Ledger(after, ledger.policies))).toBeNull();
  });
});

describe("a wrong clock", () => {
  const refused = (ledger: Ledger, sight: Sighting, now: number): readonly string[] => {
    const done = recordSightings(ledger.lock, [sight], { now, isPolicyFirst: false });
    return done.ok ? [] : done.problems.map(({ code }) => code);
  };

  test("that differs from the policy host's records nothing", async () => {
    const ledger = replaced();
    const seen = { texts: [texts(ledger).after], ids: [ids(ledger).before] };
    const late = look(ledger, start + 2 * day, { ...seen, ahead: -9 * 365 * day });
    const done = recordSightings(ledger.lock, [late], {
      now: start + 2 * day,
      isPolicyFirst: false,
    });
    const [problem] = done.ok ? [] : done.problems;
    expect(problem?.code).toBe("lock/clock");
    const text = problem === undefined ? "" : formatDiagnostic(problem, { colour: false });
    await expect(text).toMatchFileSnapshot("../golden/live/clock.txt");
    expect(refused(ledger, look(ledger, start + 2 * day, { ...seen, ahead: 299 }), start)).toEqual([
      "lock/live-time",
    ]);
  });

  test("that is behind the lock records nothing", () => {
    const ledger = replaced();
    const seen = { texts: [texts(ledger).after], ids: [ids(ledger).after] };
    const early = start - 40 * 365 * day;
    expect(refused(ledger, look(ledger, early, seen), early)).toEqual(["lock/live-time"]);
    expect(
      refused(
        ledger,
        saidSighting("acme.de", { servedAt: early, announcedAt: early }),
        start + day,
      ),
    ).toEqual(["lock/live-time"]);
  });
});

test("a policy that is withdrawn is over once neither text nor id is seen", () => {
  const gone: LockedDomain = new Ledger()
    .build(old, start)
    .live(start)
    .build(null, start + day).domain;
  const ledger = new Ledger(gone, new Ledger().build(old, start).policies);
  const lock: Lock = ledger.lock;
  expect(policyOf(lock, gone.earlier[0] ?? never()).mode).toBe("enforce");
  const still = look(ledger, start + 2 * day, { texts: [], ids: [gone.earlier[0]?.id ?? ""] });
  const seen = recorded(ledger, still);
  expect(end(seen)).toBeNull();
  const absent = look(ledger, start + 3 * day, { texts: [], ids: [null] });
  expect(end(recorded(seen, absent))).toBe(start + 3 * day + hour + week);
});

function never(): never {
  throw new Error("there is no earlier instance");
}
