/** Looks at many domains: in order, few at once, and twice where a certificate may be on order. */
import { describe, expect, test } from "vitest";
import { lookAtAll } from "../../../src/live/probe/look-at-all.ts";
import type { FirstLook, LookRequest } from "../../../src/live/probe/looker.ts";
import type { Look } from "../../../src/site/lock/look.ts";
import { at, domain, policyText, startWorld } from "../support/world.ts";

const lookOf = (name: string, startedAt = 0): Look => ({
  ...{ domain: name, startedAt, endedAt: 0, host: "absent" },
  ...{ addresses: [], servers: [], dateAheadSeconds: null },
});

test("few at once, in order, and each is counted", async () => {
  const open: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const looker = {
    lookAt: () => Promise.reject(new Error("there was no reason to look again")),
    firstLookAt: async ({ domain: name }: LookRequest): Promise<FirstLook> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => {
        open.push(resolve);
        // The last one in goes first.
        if (open.length === 3) open.pop()?.();
      });
      running -= 1;
      open.pop()?.();
      return { look: lookOf(name), mayBeOrderingCertificate: false };
    },
  };
  const names = Array.from({ length: 9 }, (_, index) => `d${String(index)}.test`);
  const done: string[] = [];
  const counts: string[] = [];
  await lookAtAll(
    looker,
    names.map((name) => ({ domain: name })),
    {
      concurrency: 3,
      progress: (count, total) => counts.push(`${String(count)}/${String(total)}`),
    },
    (look) => void done.push(look.domain),
  );
  expect(most).toBe(3);
  expect(done).toEqual(names);
  expect(counts).toEqual(names.map((_, index) => `${String(index + 1)}/9`));
});

describe("a TLS handshake that fails", () => {
  const all = async (failures: number) => {
    let connections = 0;
    const { looker } = await startWorld({
      policyHosts: {
        [at(1)]: (socket, serve) => {
          connections += 1;
          if (connections <= failures) socket.destroy();
          else serve();
        },
      },
    });
    const looks: Look[] = [];
    const pace = { concurrency: 10, retryAfterMs: 1 };
    await lookAtAll(looker, [{ domain }], pace, (look) => void looks.push(look));
    return { addresses: looks.flatMap(({ addresses }) => addresses), connections };
  };

  test("is tried again: the certificate may have come", async () => {
    expect(await all(1)).toEqual({
      addresses: [{ address: at(1), isInDns: true, kind: "policy", text: policyText }],
      connections: 2,
    });
  });

  test("but once", async () => {
    expect(await all(9)).toEqual({
      addresses: [{ address: at(1), isInDns: true, kind: "refused", detail: "connection closed" }],
      connections: 2,
    });
  });

  test("what works is not tried again", async () => {
    expect((await all(0)).connections).toBe(1);
  });
});
