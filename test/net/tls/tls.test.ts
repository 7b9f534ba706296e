/** What evidence tells of a TLS connection: where the chain leads, and what its certificates say. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { X509Certificate } from "node:crypto";
import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { fetchPolicy } from "../../../src/audit/probe/policy-fetch.ts";
import { loadTrustStore } from "../../../src/net/tls/trust-store.ts";
import { makePolicyServer } from "../../zoo/policy-server.ts";
import { Sockets } from "../../zoo/sockets.ts";
import { identityOf, make, makeKeys, type Made } from "../support/chains.ts";
import { fetchFrom, host, policy, temporaryFile } from "../../audit/support/stand.ts";
import type { Identity, IdentityKind } from "../../zoo/identities.ts";
import type { TlsEvidence } from "../../../src/net/tls/tls-evidence.ts";

const root = await make({ name: "Trusted Root", issuer: null });
const middle = await make({ name: "Middle", issuer: root });
const leafOf = (issuer: Made | null, more: Partial<Parameters<typeof make>[0]> = {}) =>
  make({ name: "leaf", issuer, names: [host], isCa: false, ...more });

/** Handshakes with a server that shows this, and trusts these alone. */
async function handshake(
  shown: Identity,
  trusted: readonly Made[] = [root],
): Promise<TlsEvidence | null> {
  const sockets = new Sockets();
  const served = new Map([[host, { server: {}, identity: shown, policy }]]);
  const port = await sockets.listen(makePolicyServer(served, sockets), "127.0.0.1", 0);
  const trust = loadTrustStore(temporaryFile(trusted.map(({ pem }) => pem).join("\n")), []);
  try {
    const where = { host, address: "127.0.0.1", port, allowPrivate: true };
    return (await fetchPolicy({ ...where, trust, timeoutMs: 5000 })).tls;
  } finally {
    await sockets.close();
  }
}

async function trustOf(leaf: Made, others: readonly Made[], trusted?: readonly Made[]) {
  return (await handshake(await identityOf(leaf, ...others), trusted))?.trust;
}

describe("every kind of the zoo", () => {
  test.each<[IdentityKind, TlsEvidence["trust"], chain: number]>([
    ["good", "trusted", 2],
    ["wildcard", "trusted", 2],
    ["expired", "trusted", 2],
    ["expiring", "trusted", 2],
    ["not-yet-valid", "trusted", 2],
    ["wrong-name", "trusted", 2],
    ["common-name-only", "trusted", 2],
    ["self-signed", "self-signed", 1],
    ["private-root", "private-root", 3],
    ["missing-intermediate", "incomplete", 1],
    ["bad-signature", "invalid", 2],
    ["no-ca", "invalid", 3],
  ])("%s: %s", async (certificate, trust, chain) => {
    const { evidence } = await fetchFrom({ certificate });
    expect(evidence.failure).toBeNull();
    expect(evidence.tls?.trust).toBe(trust);
    expect(evidence.tls?.chain).toHaveLength(chain);
  });

  test("endless-chain: no handshake", async () => {
    const { evidence } = await fetchFrom({ certificate: "endless-chain" });
    expect(evidence).toMatchObject({ failure: { stage: "tls", kind: "tls" }, tls: null });
  });

  test.each<[IdentityKind, isIt: (from: number, to: number, now: number) => boolean]>([
    ["expired", (_from, to, now) => to < now],
    ["expiring", (_from, to, now) => to > now && to < now + 21 * 86_400],
    ["not-yet-valid", (from, _to, now) => from > now],
    ["good", (from, to, now) => from < now && to > now + 21 * 86_400],
  ])("%s by its dates", async (certificate, isIt) => {
    const { evidence } = await fetchFrom({ certificate });
    const { notBefore = 0, notAfter = 0 } = evidence.tls?.chain[0] ?? {};
    expect(isIt(notBefore, notAfter, Date.now() / 1000)).toBe(true);
  });
});

describe("chains", () => {
  test("the root is left out, served or not", async () => {
    const leaf = await leafOf(middle);
    for (const others of [[middle], [middle, root]]) {
      const tls = await handshake(await identityOf(leaf, ...others));
      expect(tls?.trust).toBe("trusted");
      expect(tls?.chain.map(({ subject }) => subject)).toEqual(["leaf", "Middle"]);
    }
  });

  test("in another order", async () => {
    const lower = await make({ name: "Lower", issuer: middle });
    expect(await trustOf(await leafOf(lower), [middle, lower])).toBe("trusted");
  });

  test("issued by the root itself", async () => {
    expect(await trustOf(await leafOf(root), [])).toBe("trusted");
  });

  test("a leaf that is its own trusted root", async () => {
    const own = await leafOf(null, { isCa: true });
    expect(await trustOf(own, [], [own])).toBe("trusted");
    expect(await trustOf(own, [])).toBe("self-signed");
  });

  test("an expired leaf that is its own trusted root", async () => {
    const own = await leafOf(null, { isCa: true, from: -9, to: -1 });
    expect(await trustOf(own, [], [own])).toBe("trusted");
    expect(await trustOf(own, [])).toBe("self-signed");
  });

  test("an expired leaf does not hide what else is wrong", async () => {
    const expired = { from: -9, to: -1 };
    const stranger = await make({ name: "Stranger", issuer: null });
    const noCa = await make({ name: "No CA", issuer: root, isCa: false });
    expect(await trustOf(await leafOf(null, expired), [])).toBe("self-signed");
    expect(await trustOf(await leafOf(stranger, expired), [stranger])).toBe("private-root");
    expect(await trustOf(await leafOf(middle, expired), [])).toBe("incomplete");
    expect(await trustOf(await leafOf(noCa, expired), [noCa])).toBe("invalid");
  });

  test("an intermediate that has expired is as good as none", async () => {
    const old = await make({ name: "Old", issuer: root, from: -9, to: -1 });
    expect(await trustOf(await leafOf(old), [old])).toBe("incomplete");
    expect(await trustOf(await leafOf(old, { from: -9, to: -1 }), [old])).toBe("incomplete");
  });

  test("a root that has expired is not trusted", async () => {
    const old = await make({ name: "Old Root", issuer: null, from: -9, to: -1 });
    expect(await trustOf(await leafOf(old), [], [old, root])).toBe("incomplete");
    const leaf = await leafOf(old, { from: -9, to: -1 });
    expect(await trustOf(leaf, [], [old, root])).toBe("incomplete");
  });

  test("an intermediate that is also signed by an expired root", async () => {
    const old = await make({ name: "Old Root", issuer: null, from: -9, to: -1 });
    const { keys } = middle;
    const crossed = await make({ name: "Middle", issuer: old, keys });
    expect(await trustOf(await leafOf(middle), [middle, crossed])).toBe("trusted");
  });

  test("an intermediate among the trusted is no root", async () => {
    expect(await trustOf(await leafOf(middle), [], [middle])).toBe("incomplete");
    expect(await trustOf(await leafOf(middle), [], [middle, root])).toBe("trusted");
  });

  test("an issuer of the right name and the wrong key", async () => {
    const namesake = await make({ name: "Middle", issuer: root });
    expect(await trustOf(await leafOf(middle), [namesake])).toBe("invalid");
    const usurper = await make({ name: "Trusted Root", issuer: null });
    expect(await trustOf(await leafOf(usurper), [])).toBe("invalid");
  });

  test("more intermediates than their issuer allows", async () => {
    const narrow = await make({ name: "Narrow", issuer: root, pathLength: 0 });
    expect(await trustOf(await leafOf(narrow), [narrow])).toBe("trusted");
    const below = await make({ name: "Below", issuer: narrow });
    expect(await trustOf(await leafOf(below), [below, narrow])).toBe("invalid");
  });

  test("a certificate for clients alone", async () => {
    const clients = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]);
    expect(await trustOf(await leafOf(middle, { more: [clients] }), [middle])).toBe("invalid");
  });

  test("a certificate with a critical extension that nobody knows", async () => {
    const unknown = new x509.Extension("1.2.3.4.5", true, new Uint8Array([5, 0]));
    expect(await trustOf(await leafOf(middle, { more: [unknown] }), [middle])).toBe("invalid");
  });

  test("of thirty certificates ten are told", async () => {
    let issuer = root;
    const chain: Made[] = [];
    for (let at = 0; at < 29; at += 1) {
      issuer = await make({ name: `Step ${String(at)}`, issuer });
      chain.unshift(issuer);
    }
    const tls = await handshake(await identityOf(await leafOf(issuer), ...chain));
    expect(tls?.chain).toHaveLength(10);
    expect(tls?.trust).toBe("trusted");
  });

  test("certificates that issue each other lead nowhere, and to an end", async () => {
    const [keysA, keysB] = [await makeKeys(), await makeKeys()];
    const first = await make({ name: "A", issuer: null, keys: keysA });
    const b = await make({ name: "B", issuer: first, keys: keysB });
    const a = await make({ name: "A", issuer: b, keys: keysA });
    expect(await trustOf(await leafOf(a), [a, b])).not.toBe("trusted");
  });
});

describe("certificates", () => {
  async function leafEvidence(more: Partial<Parameters<typeof make>[0]>) {
    const tls = await handshake(await identityOf(await leafOf(middle, more), middle));
    return tls?.chain[0];
  }

  test("names that are made to look like others", async () => {
    const names = [
      'evil.test", DNS:mx.bank.test, DNS:"',
      "evil.test, DNS:mx.bank.test",
      "mx.bank.test\u0000.evil.test",
      "\u001b[31mred.test",
    ];
    expect(await leafEvidence({ names })).toMatchObject({ dnsNames: names, dnsNameCount: 4 });
  });

  test("names of other kinds are none", async () => {
    const more = [
      new x509.SubjectAlternativeNameExtension([
        { type: "email", value: `a@${host}` },
        { type: "url", value: `https://${host}/` },
        { type: "ip", value: "192.0.2.1" },
        { type: "dns", value: "one.test" },
      ]),
    ];
    expect(await leafEvidence({ names: [], more })).toMatchObject({
      dnsNames: ["one.test"],
      dnsNameCount: 1,
    });
  });

  test("of more than a hundred names those nearest to the host are told", async () => {
    const others = Array.from({ length: 250 }, (_, at) => `x${String(at)}.elsewhere.test`);
    const leaf = await leafEvidence({ names: [...others, "*.zoo.test", host] });
    expect(leaf?.dnsNameCount).toBe(252);
    expect(leaf?.dnsNames).toHaveLength(100);
    expect(leaf?.dnsNames.slice(0, 3)).toEqual(["*.zoo.test", host, "x0.elsewhere.test"]);
  });

  test("thousands of names", async () => {
    const names = Array.from({ length: 4000 }, (_, at) => `x${String(at)}.test`);
    const leaf = await leafEvidence({ names });
    expect(leaf?.dnsNameCount).toBe(4000);
    expect(leaf?.dnsNames).toHaveLength(100);
  });

  test("a name that is too long is cut, and matches nothing", async () => {
    const leaf = await leafEvidence({ names: [`${"x".repeat(900)}.test`] });
    expect(leaf?.dnsNames).toEqual(["x".repeat(300)]);
  });

  test("common names are kept short", async () => {
    const leaf = await leafEvidence({ name: "n".repeat(500) });
    expect(leaf).toMatchObject({ subject: "n".repeat(200), issuer: "Middle" });
  });

  test("dates after 2049, which are written otherwise", async () => {
    const leaf = await leafEvidence({ from: -20_000, to: 40_000 });
    const now = Date.now() / 1000;
    expect(leaf?.notBefore).toBeCloseTo(now - 20_000 * 86_400, -3);
    expect(leaf?.notAfter).toBeCloseTo(now + 40_000 * 86_400, -3);
  });

  test("the fingerprint is that of the whole certificate", async () => {
    const made = await leafOf(middle);
    const tls = await handshake(await identityOf(made, middle));
    const { fingerprint256 } = new X509Certificate(made.der);
    expect(tls?.chain[0]?.fingerprint).toBe(fingerprint256.replaceAll(":", "").toLowerCase());
  });
});

describe("the trust store", () => {
  const bundled = loadTrustStore(null, []).fingerprints.size;

  test("holds Node's roots", () => {
    expect(bundled).toBeGreaterThan(50);
  });

  test("adds the first system bundle that is there, and skips what is broken in it", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const file = temporaryFile(`# comment\n${broken}${root.pem}\n`);
    const store = loadTrustStore(null, ["/nowhere/at-all.pem", file, temporaryFile(middle.pem)]);
    // The broken one stands in the way of nothing.
    expect(store.fingerprints.size).toBe(bundled + 2);
    expect(store.issuers.anchors.get("CN=Trusted Root")).toHaveLength(1);
  });

  test.each<[string, string | Buffer]>([
    ["PEM", `${root.pem}\n`],
    ["PEM with CR LF and words around it", `Root:\r\n${root.pem.replaceAll("\n", "\r\n")}\r\nend`],
    ["DER", root.der],
  ])("reads %s", (_, text) => {
    expect(loadTrustStore(temporaryFile(text), []).fingerprints.size).toBe(bundled + 1);
  });

  test.each<[string, string, string]>([
    ["nothing", "", "it contains no certificate"],
    ["something else", "hello\n", "it contains no certificate"],
    [
      "a key",
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      "it contains no certificate",
    ],
    [
      "half a certificate",
      root.pem.replace(/\n.*\n-----END/, "\n-----END"),
      "it contains a broken certificate",
    ],
  ])("refuses %s, and says why", (_, text, reason) => {
    expect(() => loadTrustStore(temporaryFile(text), [])).toThrow(reason);
    try {
      loadTrustStore(temporaryFile(text), []);
    } catch (error) {
      // As it is told to the user.
      expect(String(error)).toBe(reason);
    }
  });

  test("refuses a file that is not there", () => {
    expect(() => loadTrustStore("/nowhere/at-all.pem", [])).toThrow("ENOENT");
  });
});

test.each<[string, string | false]>([
  [host, host],
  ["192.0.2.1", false],
  ["2001:db8::1", false],
  ["\u0000\u001bx.test", false],
  ["x".repeat(300), false],
])("%j in SNI", async (name, expected) => {
  const names: unknown[] = [];
  const server = tls.createServer(await identityOf(await leafOf(middle), middle), (socket) => {
    names.push((socket as tls.TLSSocket & { servername: unknown }).servername);
    socket.on("error", () => undefined).end();
  });
  const sockets = new Sockets();
  const port = await sockets.listen(server, "127.0.0.1", 0);
  const trust = loadTrustStore(temporaryFile(root.pem), []);
  const where = { host: name, address: "127.0.0.1", port, allowPrivate: true };
  try {
    const evidence = await fetchPolicy({ ...where, trust, timeoutMs: 5000 });
    expect(evidence.tls?.trust).toBe("trusted");
    expect(names).toEqual([expected]);
  } finally {
    await sockets.close();
  }
});
