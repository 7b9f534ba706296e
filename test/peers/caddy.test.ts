/**
 * Caddy serves what the caddy target generated, with certificates that a real ACME authority issued
 * after real validation.
 */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { CaddySettings } from "../../src/config/site-config.ts";
import { AcmeAuthority, acmePrograms } from "./support/acme-authority.ts";
import { startCaddy, writeCaddyOptions } from "./support/caddy-server.ts";
import { Cleanup } from "./support/cleanup.ts";
import type { Daemon } from "./support/daemon.ts";
import { httpsClient, type HttpsClient } from "./support/https-client.ts";
import { freePorts } from "./support/ports.ts";
import { describePeers } from "./support/programs.ts";
import { run, runOk } from "./support/run.ts";
import { buildSite, policyText } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const enforced = policyText("enforce", ["mx1.one.example", "*.mail.example.net"]);
const testing = policyText("testing", ["mx.two.example"], 86_400);
const policies = new Map([
  ["one.example", enforced],
  ["two.example", testing],
  ["xn--bcher-kva.example", enforced],
]);

function settings(layout: CaddySettings["layout"], askPort: number): { caddy: CaddySettings } {
  const address = { ipv4: ["127.0.0.1"], ipv6: [], host: null };
  return { caddy: { address, layout, askPort, email: "hostmaster@one.example", reports: null } };
}

describePeers("caddy with certificates from pebble", ["caddy", ...acmePrograms], () => {
  describe.each(["per-host", "on-demand"] as const)("layout: %s", (layout) => {
    const cleanup = new Cleanup();
    let folder = "";
    let site = "";
    let acme: AcmeAuthority;
    let caddy: Daemon;
    let get: HttpsClient;
    let getHttp: HttpsClient;
    let askPort = 0;

    beforeAll(async () => {
      folder = makeTempFolder(`caddy-${layout}`, cleanup);
      site = path.join(folder, "site");
      acme = cleanup.stopping(await AcmeAuthority.start(folder));
      [askPort = 0] = await freePorts(1);
      buildSite(site, policies, settings(layout, askPort));
      // Above every policy host's folder: what a `Host: ..` would reach if it could.
      const outside = path.join(site, "dist", ".well-known");
      for (const place of [outside, path.join(site, "dist", "site", ".well-known")]) {
        fs.mkdirSync(place, { recursive: true });
        fs.writeFileSync(path.join(place, "mta-sts.txt"), "secret");
      }
      writeCaddyOptions(site, acme);
      caddy = cleanup.stopping(await startCaddy(site));
      const client = { rootFile: acme.issuingRootFile, folder };
      get = httpsClient({ ...client, port: acme.httpsPort });
      getHttp = httpsClient({ ...client, port: acme.httpPort, scheme: "http" });
      await caddy.until("certificate", async () => {
        const answer = await get({ host: "mta-sts.one.example" });
        return answer.exit === 0 ? true : null;
      });
    }, 60_000);

    afterAll(() => cleanup.run());

    test.each([...policies])("GET of the policy of %s", async (domain, text) => {
      const answer = await caddy.until("policy", async () => {
        const tried = await get({ host: `mta-sts.${domain}` });
        return tried.exit === 0 ? tried : null;
      });
      expect(answer.status).toBe(200);
      expect(answer.contentType).toBe("text/plain; charset=utf-8");
      expect(answer.body.toString("latin1")).toBe(text);
    });

    test("the certificate was issued after validation", () => {
      expect(acme.log).toMatch(/Issued certificate serial \w+ for order/);
      expect(acme.log).toMatch(/authz \S+ set VALID by completed challenge/);
    });

    test("HEAD gives the same without a body", async () => {
      const answer = await get({ host: "mta-sts.one.example", method: "HEAD" });
      expect(answer).toMatchObject({ exit: 0, status: 200 });
      expect(answer.contentType).toBe("text/plain; charset=utf-8");
    });

    test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is not answered", async (method) => {
      const answer = await get({ host: "mta-sts.one.example", method });
      expect(answer).toMatchObject({ exit: 0, status: 404, body: Buffer.alloc(0) });
    });

    test.each([
      "/",
      "/.well-known/",
      "/.well-known/mta-sts.txt/",
      "/.well-known/mta-sts.txt.bak",
      "/.well-known/MTA-STS.txt",
      "/mta-sts.one.example/.well-known/mta-sts.txt",
      "/../mta-sts.two.example/.well-known/mta-sts.txt",
      "/%2e%2e/mta-sts.two.example/.well-known/mta-sts.txt",
      "/..%2fmta-sts.two.example%2f.well-known%2fmta-sts.txt",
      "/.well-known/../../.well-known/mta-sts.txt%00",
      "/.well-known/acme-challenge/anything",
      "/.caddy/",
    ])("nothing at %s", async (wrong) => {
      const answer = await get({ host: "mta-sts.one.example", path: wrong });
      expect(answer.exit).toBe(0);
      // Go's server refuses a NUL by itself.
      expect([400, 404]).toContain(answer.status);
      expect(answer.body.toString("latin1")).not.toContain("STSv1");
      expect(answer.body.toString("latin1")).not.toContain("secret");
    });

    test.each([
      "..",
      "../..",
      ".",
      "*",
      "mta-sts.*",
      "mta-sts.nowhere.example",
      "two.example",
      "mta-sts.one.example/../mta-sts.two.example",
      "localhost",
    ])("nothing for `Host: %s`", async (hostHeader) => {
      const answer = await get({ host: "mta-sts.one.example", hostHeader });
      // 0: newer Caddys reset the stream where the header is no host name.
      expect([0, 400, 404]).toContain(answer.status);
      expect(answer.body.toString("latin1")).not.toContain("STSv1");
      expect(answer.body.toString("latin1")).not.toContain("secret");
    });

    test.each([
      "mta-sts.nowhere.example",
      "one.example",
      "www.one.example",
      "mta-sts.mta-sts.one.example",
    ])("no certificate for %s", async (host) => {
      const answer = await get({ host });
      expect(answer).toMatchObject({ exit: 35, status: 0, body: Buffer.alloc(0) });
      expect(acme.log).not.toContain(`"${host}"`);
    });

    test("no certificate without a name in the handshake", async () => {
      const answer = await get({ host: "127.0.0.1" });
      expect(answer).toMatchObject({ exit: 35, status: 0 });
    });

    test("plain HTTP gives no policy", async () => {
      const answer = await getHttp({ host: "mta-sts.one.example" });
      expect(answer.status).toBe(308);
      expect(answer.body).toHaveLength(0);
      const unknown = await getHttp({ host: "mta-sts.one.example", hostHeader: ".." });
      expect([308, 400, 404]).toContain(unknown.status);
      expect(unknown.body.toString("latin1")).not.toContain("secret");
    });

    test("TLS 1.1 is refused", async () => {
      const answer = await get({ host: "mta-sts.one.example", args: ["--tls-max", "1.1"] });
      expect(answer.exit).toBe(35);
    });

    if (layout === "on-demand") {
      test("a new domain needs no reload", async () => {
        const fresh = path.join(site, "dist/site/mta-sts.three.example/.well-known");
        fs.mkdirSync(fresh, { recursive: true });
        fs.writeFileSync(path.join(fresh, "mta-sts.txt"), testing);
        const answer = await caddy.until("policy", async () => {
          const tried = await get({ host: "mta-sts.three.example" });
          return tried.exit === 0 ? tried : null;
        });
        expect(answer.status).toBe(200);
        expect(answer.body.toString("latin1")).toBe(testing);
      });

      test.each([
        ["mta-sts.two.example", 200],
        ["mta-sts.nowhere.example", 404],
        ["MTA-STS.TWO.EXAMPLE", 404],
        ["..", 404],
        ["*", 404],
        ["mta-sts.*", 404],
        ["", 404],
        ["%00", 404],
        ["x%2f..%2fmta-sts.two.example", 404],
        ["mta-sts.x%2f..%2f..%2fmta-sts.two.example", 404],
        ["%7Bhost%7D", 404],
      ])("ask?domain=%s gives %i", async (domain, status) => {
        const url = `http://127.0.0.1:${String(askPort)}/ask?domain=${domain}`;
        const asked = await fetch(url);
        expect(asked.status).toBe(status);
        expect(await asked.text()).toBe("");
      });
    }
  });

  test("the deploy root comes from STSPRESS_ROOT", async () => {
    const cleanup = new Cleanup();
    onTestFinished(() => cleanup.run());
    const folder = makeTempFolder("caddy-root", cleanup);
    const acme = cleanup.stopping(await AcmeAuthority.start(folder));
    const site = path.join(folder, "site");
    buildSite(site, policies, settings("per-host", 9123));
    writeCaddyOptions(site, acme);
    const deployed = path.join(folder, "srv with a space");
    for (const part of ["site", "caddy"]) {
      fs.cpSync(path.join(site, "dist", part), path.join(deployed, part), { recursive: true });
    }
    fs.rmSync(path.join(site, "dist"), { recursive: true });
    const caddy = cleanup.stopping(await startCaddy(site, { STSPRESS_ROOT: deployed }));
    const client = { rootFile: acme.issuingRootFile, folder, port: acme.httpsPort };
    const answer = await caddy.until("policy", async () => {
      const tried = await httpsClient(client)({ host: "mta-sts.two.example" });
      return tried.exit === 0 ? tried : null;
    });
    expect(answer.status).toBe(200);
    expect(answer.body.toString("latin1")).toBe(testing);
  }, 60_000);
});

describePeers("caddy on the generated configuration", ["caddy"], () => {
  describe.each(["per-host", "on-demand"] as const)("layout: %s", (layout) => {
    const cleanup = new Cleanup();
    let folder = "";
    let home: Readonly<Record<string, string>> = {};
    beforeAll(() => {
      folder = makeTempFolder(`caddyfile-${layout}`, cleanup);
      home = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      buildSite(folder, policies, settings(layout, 9123));
    });
    afterAll(() => cleanup.run());

    test("`caddy validate` has no complaint", async () => {
      const args = ["validate", "--config", "Caddyfile", "--adapter", "caddyfile"];
      const { code, stdout, stderr } = await run("caddy", args, { cwd: folder, env: home });
      const said = stdout.toString("utf8") + stderr;
      expect(said).toContain("Valid configuration");
      expect(code).toBe(0);
      expect(said).not.toMatch(/"level":"(warn|error)"/);
    });

    test.each([
      "Caddyfile",
      "caddy.d/own.options",
      "dist/caddy/stspress.options",
      "dist/caddy/sites.caddy",
    ])("`caddy fmt` would not change %s", async (file) => {
      const formatted = await runOk("caddy", ["fmt", file], { cwd: folder, env: home });
      expect(formatted).toBe(fs.readFileSync(path.join(folder, file), "utf8"));
      const { stdout } = await run("caddy", ["fmt", "--diff", file], { cwd: folder, env: home });
      expect(
        stdout
          .toString("utf8")
          .split("\n")
          .filter((line) => /^[+-]/.test(line)),
      ).toEqual([]);
    });
  });
});
