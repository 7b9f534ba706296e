/**
 * The whole path as a sender walks it: YAML → `stspress build` → a real DNS server and a real HTTPS
 * server → postfix-mta-sts-resolver, which finds the record, fetches the policy, and fetches it again
 * when the id is new. In a network of its own, for senders ask on the well-known ports only.
 */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CertificateAuthority } from "./support/certificate-authority.ts";
import { Cleanup } from "./support/cleanup.ts";
import type { Daemon } from "./support/daemon.ts";
import { emptyZone } from "./support/dns-server.ts";
import { canMakeNamespaces, NetworkNamespace } from "./support/network-namespace.ts";
import { describePeers, programPath } from "./support/programs.ts";
import { runOk } from "./support/run.ts";
import { repository } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const domain = "stspress.test";
const needs = ["mta-sts-query", "knotd", "knotc", "dig", "nginx", "openssl", "ip", "nsenter"];
const isRoot = process.getuid?.() === 0;

describePeers(
  "postfix-mta-sts-resolver reads what was built",
  needs,
  () => {
    const cleanup = new Cleanup();
    let folder = "";
    let site = "";
    let network: NetworkNamespace;
    let knot: Daemon;
    let knotConfig = "";
    let rootFile = "";

    /** Builds as a user does, at a moment, and gives DNS and the web server what came out. */
    async function buildAndPublish(mx: string, at: number): Promise<void> {
      fs.writeFileSync(
        path.join(site, "domains", `${domain}.yaml`),
        `domain: ${domain}\ntls-rpt: {rua: mailto:tlsrpt@${domain}}\nmta-sts:\n  mode: testing\n  mx: ["${mx}", "*.backup.${domain}"]\n  max_age: 1d\n`,
      );
      const epoch = `SOURCE_DATE_EPOCH=${String(at)}`;
      const cli = path.join(repository, "build", "cli.js");
      await runOk("env", [epoch, "CI=", process.execPath, cli, "build", "--site", site]);
      const snippet = fs.readFileSync(path.join(site, "dist", "dns", `${domain}.zone`), "utf8");
      const zone = emptyZone(domain).replace(" 1 3600", ` ${String(at)} 3600`);
      fs.writeFileSync(path.join(folder, `${domain}.zone`), zone + snippet);
    }

    /** Asks the resolver, which finds DNS and its trust where every program of Debian does. */
    async function query(...known: string[]): Promise<{ result: string; said: string }> {
      const script =
        'mount --bind "$1/resolv.conf" /etc/resolv.conf && shift && exec mta-sts-query "$@"';
      const resolver = ["--mount", "sh", "-c", script, "sh", folder, domain, ...known];
      const trust = `SSL_CERT_FILE=${rootFile}`;
      const { stdout, stderr } = await network.run("env", [trust, "unshare", ...resolver]);
      const said = String(stdout) + stderr;
      return { result: /STSFetchResult\.(\w+)/.exec(said)?.[1] ?? said, said };
    }

    beforeAll(async () => {
      folder = makeTempFolder("resolver", cleanup);
      fs.chmodSync(folder, 0o755);
      site = path.join(folder, "site");
      fs.mkdirSync(path.join(site, "domains"), { recursive: true });
      const certificates = path.join(folder, "certificates");
      const authority = await CertificateAuthority.make(path.join(folder, "ca"));
      ({ rootFile } = authority);
      const host = path.join(certificates, `mta-sts.${domain}`);
      const files = [path.join(host, "fullchain.pem"), path.join(host, "privkey.pem")] as const;
      await authority.issue([`DNS:mta-sts.${domain}`], ...files);
      fs.writeFileSync(
        path.join(site, "stspress.yaml"),
        `targets:\n  nginx:\n    address: [127.0.0.1]\n    root: ${site}/dist/site\n    certificates: ${certificates}\n    acme_webroot: ${folder}/acme\n`,
      );
      fs.writeFileSync(path.join(folder, "resolv.conf"), "nameserver 127.0.0.1\n");
      await buildAndPublish(`mx1.${domain}`, 1_795_000_000);
      network = cleanup.stopping(await NetworkNamespace.make());
      knotConfig = path.join(folder, "knot.conf");
      fs.writeFileSync(
        knotConfig,
        `server:\n  rundir: "${folder}"\n  listen: 127.0.0.1@53\ndatabase:\n  storage: "${folder}"\nlog:\n  - target: stderr\n    any: info\nzone:\n  - domain: ${domain}\n    storage: "${folder}"\n    file: "${domain}.zone"\n    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: none\n`,
      );
      knot = cleanup.stopping(network.start(programPath("knotd"), ["-c", knotConfig]));
      await knot.until("an answer", async () => {
        const asked = await network.run("dig", ["@127.0.0.1", "+short", "SOA", domain]);
        return String(asked.stdout).includes("ns.dns.invalid") ? true : null;
      });
      const config = path.join(folder, "nginx.conf");
      fs.writeFileSync(
        config,
        `daemon off;\npid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n  client_body_temp_path ${folder}/body;\n  proxy_temp_path ${folder}/proxy;\n  fastcgi_temp_path ${folder}/fastcgi;\n  uwsgi_temp_path ${folder}/uwsgi;\n  scgi_temp_path ${folder}/scgi;\n  include ${site}/dist/nginx/*.conf;\n}\n`,
      );
      cleanup.stopping(network.start(programPath("nginx"), ["-e", "stderr", "-c", config]));
    }, 60_000);

    afterAll(() => cleanup.run());

    test("it reports the declared mode and MX", async () => {
      const { result, said } = await query();
      expect(result, said).toBe("VALID");
      expect(said).toContain("'mode': 'testing'");
      expect(said).toContain(`mx1.${domain}`);
      expect(said).toContain(`*.backup.${domain}`);
      expect(said).toContain("86400");
    });

    test("with the id of this build it does not fetch, with the next one it does", async () => {
      const first = "20261118T110640Z";
      expect((await query()).said).toContain(first);
      expect((await query(first)).result).toBe("NOT_CHANGED");
      await buildAndPublish(`mx2.${domain}`, 1_795_003_600);
      await runOk("knotc", ["-b", "-c", knotConfig, "zone-reload", domain]);
      const { result, said } = await query(first);
      expect(result, said).toBe("VALID");
      expect(said).toContain(`mx2.${domain}`);
      expect(said).not.toContain(`mx1.${domain}`);
      expect(said).toContain("20261118T120640Z");
    });
  },
  { "network namespaces": canMakeNamespaces, "mount as root": isRoot },
);
