/** nginx serves what the nginx target generated, on the ports it names, with a test authority's certificates. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CertificateAuthority } from "./support/certificate-authority.ts";
import { Cleanup } from "./support/cleanup.ts";
import type { Daemon } from "./support/daemon.ts";
import { httpsClient, type HttpsClient } from "./support/https-client.ts";
import { canMakeNamespaces, NetworkNamespace } from "./support/network-namespace.ts";
import { describePeers, programPath } from "./support/programs.ts";
import { buildSite, policyText } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const enforced = policyText("enforce", ["mx1.one.example", "*.mail.example.net"]);
const testing = policyText("testing", ["mx.two.example"], 86_400);
const policies = new Map([
  ["one.example", enforced],
  ["two.example", testing],
]);

const needs = ["nginx", "openssl", "curl", "ip", "nsenter"];

describePeers(
  "nginx with a test authority",
  needs,
  () => {
    const cleanup = new Cleanup();
    let folder = "";
    let config = "";
    let certificates = "";
    let network: NetworkNamespace;
    let nginx: Daemon;
    let get: HttpsClient;
    let getHttp: HttpsClient;
    let authority: CertificateAuthority;

    async function issue(host: string): Promise<void> {
      const certificate = path.join(certificates, host, "fullchain.pem");
      const key = path.join(certificates, host, "privkey.pem");
      await authority.issue([`DNS:${host}`], certificate, key);
    }

    beforeAll(async () => {
      folder = makeTempFolder("nginx", cleanup);
      config = path.join(folder, "nginx.conf");
      certificates = path.join(folder, "certificates");
      const acmeWebroot = path.join(folder, "acme");
      network = cleanup.stopping(await NetworkNamespace.make());
      authority = await CertificateAuthority.make(path.join(folder, "ca"));
      for (const domain of policies.keys()) await issue(`mta-sts.${domain}`);
      const address = { ipv4: ["127.0.0.1"], ipv6: ["::1"], host: null };
      const root = path.join(folder, "dist", "site");
      buildSite(folder, policies, { nginx: { address, root, certificates, acmeWebroot } });
      const challenge = path.join(acmeWebroot, ".well-known/acme-challenge");
      fs.mkdirSync(challenge, { recursive: true });
      fs.writeFileSync(path.join(challenge, "token"), "token.thumbprint");
      for (const place of [path.join(folder, "dist"), root]) {
        fs.mkdirSync(path.join(place, ".well-known"), { recursive: true });
        fs.writeFileSync(path.join(place, ".well-known", "mta-sts.txt"), "secret");
      }
      fs.writeFileSync(
        config,
        `daemon off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  # Nothing may depend on what the user's own http block says about types.
  types { application/x-other txt; }
  default_type application/octet-stream;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  include ${folder}/dist/nginx/*.conf;
}
`,
      );
      nginx = cleanup.stopping(network.start(programPath("nginx"), ["-e", "stderr", "-c", config]));
      const client = { rootFile: authority.rootFile, folder };
      const runner = (program: string, args: readonly string[]) => network.run(program, args);
      get = httpsClient({ ...client, port: 443, runner });
      getHttp = httpsClient({ ...client, port: 80, scheme: "http", runner });
      await nginx.until("answer", async () => {
        const answer = await get({ host: "mta-sts.one.example" });
        return answer.exit === 0 ? true : null;
      });
    }, 60_000);

    afterAll(() => cleanup.run());

    test("`nginx -t` has no complaint", async () => {
      const args = ["-t", "-e", "stderr", "-c", config];
      const { code, stderr } = await network.run(programPath("nginx"), args);
      expect(stderr).toContain("test is successful");
      expect(stderr).not.toMatch(/\[(warn|error|emerg)\]/);
      expect(code).toBe(0);
    });

    test.each([...policies])("GET of the policy of %s", async (domain, text) => {
      const answer = await get({ host: `mta-sts.${domain}` });
      expect(answer).toMatchObject({ exit: 0, status: 200 });
      expect(answer.contentType).toBe("text/plain; charset=utf-8");
      expect(answer.body.toString("latin1")).toBe(text);
    });

    test("over IPv6, too", async () => {
      const runner = (program: string, args: readonly string[]) => network.run(program, args);
      const settings = { rootFile: authority.rootFile, folder, port: 443, runner };
      const answer = await httpsClient({ ...settings, address: "[::1]" })({
        host: "mta-sts.two.example",
      });
      expect(answer).toMatchObject({ exit: 0, status: 200 });
      expect(answer.body.toString("latin1")).toBe(testing);
    });

    test("the whole policy, whatever range is asked for", async () => {
      const answer = await get({ host: "mta-sts.one.example", args: ["--range", "0-3"] });
      expect(answer.status).toBe(200);
      expect(answer.body.toString("latin1")).toBe(enforced);
    });

    test("HEAD gives the same without a body", async () => {
      const answer = await get({ host: "mta-sts.one.example", method: "HEAD" });
      expect(answer).toMatchObject({ exit: 0, status: 200 });
      expect(answer.contentType).toBe("text/plain; charset=utf-8");
    });

    test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is not answered", async (method) => {
      const answer = await get({ host: "mta-sts.one.example", method });
      expect(answer).toMatchObject({ exit: 0, status: 404 });
      expect(answer.body.toString("latin1")).not.toContain("STSv1");
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
      "/.well-known/mta-sts.txt%00",
      "/.well-known/acme-challenge/token",
    ])("nothing at %s", async (wrong) => {
      const answer = await get({ host: "mta-sts.one.example", path: wrong });
      expect(answer.exit).toBe(0);
      // nginx itself refuses a path that leaves the root.
      expect([400, 404]).toContain(answer.status);
      expect(answer.body.toString("latin1")).not.toMatch(/STSv1|secret|thumbprint/);
    });

    test.each(["..", ".", "*", "mta-sts.*", "mta-sts..", "two.example", "localhost"])(
      "nothing for `Host: %s`",
      async (hostHeader) => {
        const answer = await get({ host: "mta-sts.one.example", hostHeader });
        // 52: the connection is closed without an answer; 400: nginx does not take it for a name.
        expect([0, 52]).toContain(answer.exit);
        expect([0, 400]).toContain(answer.status);
        expect(answer.body.toString("latin1")).not.toMatch(/STSv1|secret/);
      },
    );

    test.each(["mta-sts.nowhere.example", "one.example", "www.one.example", "mta-sts"])(
      "no handshake for %s",
      async (host) => {
        const answer = await get({ host });
        expect(answer).toMatchObject({ exit: 35, status: 0, body: Buffer.alloc(0) });
      },
    );

    test("a new domain needs no reload", async () => {
      const fresh = path.join(folder, "dist/site/mta-sts.three.example/.well-known");
      fs.mkdirSync(fresh, { recursive: true });
      fs.writeFileSync(path.join(fresh, "mta-sts.txt"), testing);
      await issue("mta-sts.three.example");
      const answer = await get({ host: "mta-sts.three.example" });
      expect(answer).toMatchObject({ exit: 0, status: 200 });
      expect(answer.body.toString("latin1")).toBe(testing);
    });

    test("port 80 answers the ACME client and nobody else", async () => {
      const host = "mta-sts.one.example";
      const challenge = await getHttp({ host, path: "/.well-known/acme-challenge/token" });
      expect(challenge.status).toBe(200);
      expect(challenge.body.toString("latin1")).toBe("token.thumbprint");
      expect((await getHttp({ host })).status).toBe(404);
      const unknown = await getHttp({ host: "www.nowhere.example" });
      expect(unknown).toMatchObject({ exit: 52, status: 0 });
    });

    test("TLS 1.1 is refused", async () => {
      const answer = await get({ host: "mta-sts.one.example", args: ["--tls-max", "1.1"] });
      expect(answer.exit).toBe(35);
    });
  },
  { "permission to make a network namespace": canMakeNamespaces },
);
