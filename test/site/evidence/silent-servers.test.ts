import { describe, expect, test } from "vitest";
import {
  setAside,
  withSilence,
  type SilentServers,
} from "../../../src/site/evidence/silent-servers.ts";
import type { Look, ServerLook } from "../../../src/site/lock/look.ts";

const start = Date.UTC(2026, 10, 1, 2) / 1000;
const half = 1800;
const day = 86_400;
const silent = { kind: "silent", detail: "timeout" } as const;
const id = { kind: "id", id: "1", ttlSeconds: 60 } as const;

function look(...servers: readonly ServerLook[]): Look {
  return {
    domain: "acme.de",
    startedAt: start,
    endedAt: start,
    host: "found",
    addresses: [],
    servers,
    dateAheadSeconds: null,
  };
}

function server(
  answer: typeof silent | typeof id,
  name = "ns2.acme.de 192.0.2.2",
  isAuthoritative = true,
): ServerLook {
  return { server: name, isAuthoritative, ...answer };
}

const healthy = server(id, "ns1.acme.de 192.0.2.1");
const dead = look(healthy, server(silent));

/** What is known after runs at these times in which ns2 was silent. */
function after(...times: readonly number[]): SilentServers {
  return times.reduce<SilentServers>((known, at) => withSilence(known, [dead], at), new Map());
}

function isSetAside(known: SilentServers, seen = dead): boolean {
  return setAside(seen, known).servers.some(({ kind }) => kind === "set-aside");
}

describe("a name server that does not answer", () => {
  test("is set aside in the third look, an hour after the first", () => {
    expect(isSetAside(after(start, start + half))).toBe(false);
    expect(isSetAside(after(start, start + half, start + 2 * half))).toBe(true);
    expect(isSetAside(after(start, start + half, start + 2 * half - 1))).toBe(false);
    expect(isSetAside(after(start, start + 1, start + 2, start + half))).toBe(false);
    expect(setAside(dead, after(start, start + half, start + 2 * half)).servers).toEqual([
      healthy,
      { ...server(silent), kind: "set-aside", since: start },
    ]);
  });

  test("and one wrong clock among the looks makes no hour of a minute", () => {
    expect(isSetAside(after(0, start, start + 60))).toBe(false);
    expect(isSetAside(after(start, start + 365 * day, start + 60, start + 120))).toBe(false);
  });

  test("counts again as soon as it answers, and needs an hour anew", () => {
    const known = after(start, start + half, start + 2 * half);
    const back = withSilence(known, [look(healthy, server(id))], start + day);
    expect(back.size).toBe(0);
    expect(isSetAside(withSilence(back, [dead], start + day + 60))).toBe(false);
  });

  test("counts while no other server answered, and where it answers for another zone", () => {
    const known = after(start, start + half, start + 2 * half);
    expect(isSetAside(known, look(server(silent)))).toBe(false);
    const resolver = server(id, "127.0.0.53", false);
    expect(isSetAside(known, look(server(silent), resolver))).toBe(false);
    const partly = withSilence(new Map(), [dead, look(server(id))], start);
    expect(partly.size).toBe(0);
  });

  test("changes no line more often than it must, and is forgotten in the end", () => {
    const known = after(start, start + half, start + 2 * half);
    expect(withSilence(known, [dead], start + 3 * half)).toBe(known);
    expect(withSilence(known, [dead], start + 2 * day)).not.toBe(known);
    expect(withSilence(known, [look(healthy)], start + 30 * day)).toBe(known);
    expect(withSilence(known, [look(healthy)], start + 100 * day).size).toBe(0);
  });
});
