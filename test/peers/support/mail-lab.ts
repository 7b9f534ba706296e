/**
 * Real mail on loopback, in a network and a mount namespace of its own: Knot behind Unbound, Caddy as
 * policy host, a receiving Postfix with one smtpd per fault, a sending Postfix that asks
 * mta-sts-daemon, and sendmail with FEATURE(sts). Everybody uses the well-known ports.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CertificateAuthority } from "./certificate-authority.ts";
import type { Cleanup } from "./cleanup.ts";
import { NetworkNamespace } from "./network-namespace.ts";
import { receivingConfig, retryConfig, sendingConfig, startPostfix } from "./postfix.ts";
import { programPath } from "./programs.ts";
import { runOk, type Ended } from "./run.ts";
import { policyText } from "./site.ts";
import { makeTempFolder } from "./temp-folder.ts";

/** One mail domain of the lab; its name is `<name>.test`. */
export interface LabDomain {
  readonly name: string;
  readonly mode: "enforce" | "testing";
  /** The `mx` pattern of the policy. */
  readonly pattern: string;
  /** The host of its MX record. */
  readonly mx: string;
  /** Which of the receiving servers that host is. */
  readonly server: ServerName;
}

/** The certificate that each receiving server shows; `plain` offers no STARTTLS. */
export type ServerName = "good" | "wrong" | "expired" | "self" | "plain" | "deep";

const servers: Readonly<Record<ServerName, string>> = {
  good: "127.0.1.1",
  wrong: "127.0.1.2",
  expired: "127.0.1.3",
  self: "127.0.1.4",
  plain: "127.0.1.5",
  deep: "127.0.1.6",
};
const addresses = {
  dns: "127.0.0.53",
  zone: "127.0.0.54",
  web: "127.0.0.43",
  sender: "127.0.0.25",
};

/** Where `.ci/run` unpacked Debian's sendmail, which cannot be installed beside Postfix; null: nowhere. */
export function sendmailFolder(): string | null {
  const folder = process.env["STSPRESS_SENDMAIL"];
  return folder !== undefined && fs.existsSync(path.join(folder, "usr/share/sendmail/cf"))
    ? folder
    : null;
}

/** What became of a message: taken by the receiver, or kept for another try, with the sender's words. */
export interface Delivery {
  readonly sent: boolean;
  readonly said: string;
}

export class MailLab {
  readonly resolver = addresses.dns;
  readonly caFile: string;
  readonly #folder: string;
  readonly #network: NetworkNamespace;

  private constructor(folder: string, network: NetworkNamespace) {
    this.#folder = folder;
    this.#network = network;
    this.caFile = path.join(folder, "ca", "ca.pem");
  }

  static async start(domains: readonly LabDomain[], cleanup: Cleanup): Promise<MailLab> {
    const folder = makeTempFolder("mail-lab", cleanup);
    const network = cleanup.stopping(await NetworkNamespace.make({ mounts: true }));
    const lab = new MailLab(folder, network);
    await lab.#makeCertificates(domains);
    await lab.#mountFiles();
    await lab.#startDns(domains, cleanup);
    await lab.#startPolicyHosts(domains, cleanup);
    const postfix = { network, folder, caFile: lab.caFile };
    await startPostfix(
      {
        ...postfix,
        name: "receiving",
        config: receivingConfig,
        listeners: lab.#receivers(),
        address: servers.good,
      },
      cleanup,
    );
    await lab.#startResolver(cleanup);
    await startPostfix(
      {
        ...postfix,
        name: "sending",
        config: (place) => sendingConfig(place) + retryConfig({ first: 1, then: 5 }),
        listeners: `${addresses.sender}:25 inet n - n - - smtpd\n`,
        address: addresses.sender,
      },
      cleanup,
    );
    return lab;
  }

  /** Runs a program inside the lab. */
  run(program: string, args: readonly string[]): Promise<Ended> {
    return this.#network.run(program, args);
  }

  /** The policy that mta-sts-daemon gives to Postfix for a domain; "" where it found none. */
  async policySeenByPostfix(name: string): Promise<string> {
    const map = "socketmap:inet:127.0.0.1:8461:postfix";
    const config = path.join(this.#folder, "sending");
    const { stdout } = await this.run(programPath("postmap"), [
      "-c",
      config,
      "-q",
      `${name}.test`,
      map,
    ]);
    return stdout.toString("utf8").trim();
  }

  /** Sends a message by Postfix with postfix-mta-sts-resolver. */
  async sendByPostfix(name: string): Promise<Delivery> {
    const { stdout } = await this.run(programPath("swaks"), [
      ...["--server", addresses.sender, "--from", "a@sender.test", "--to", `u@${name}.test`],
      ...["--body", "x", "--h-Subject", name],
    ]);
    const id = /queued as ([A-F0-9]+)/.exec(stdout.toString("utf8"))?.[1];
    if (id === undefined) throw new Error(`the sending Postfix took nothing:\n${String(stdout)}`);
    const log = path.join(this.#folder, "sending.log");
    for (let tries = 0; tries < 600; tries += 1) {
      const text = fs.readFileSync(log, "latin1");
      const line = text.split("\n").find((one) => one.includes(`${id}: to=<`));
      const status = /status=(\w+) .*/.exec(line ?? "");
      if (status !== null) return { sent: status[1] === "sent", said: status[0] };
      await sleep(50);
    }
    throw new Error(`Postfix did not say what became of ${id}:\n${fs.readFileSync(log, "latin1")}`);
  }

  /** Sends a message by sendmail with FEATURE(sts). */
  async sendBySendmail(name: string): Promise<Delivery> {
    const unpacked = sendmailFolder();
    if (unpacked === null) throw new Error("sendmail is not unpacked");
    const config = await this.#sendmailConfig(unpacked);
    const queue = path.join(this.#folder, "sendmail-queue");
    for (const file of fs.readdirSync(queue)) fs.rmSync(path.join(queue, file));
    const message = path.join(this.#folder, "message");
    fs.writeFileSync(message, "Subject: stspress\n\nx\n");
    const program = path.join(this.#folder, "sendmail");
    const libraries = path.dirname(findBelow(unpacked, "libwrap.so.0"));
    const command = `exec "$0" -Am -C"$1" -f a@sender.test -v -odi u@${name}.test <"$2"`;
    const { stdout, stderr } = await this.run("env", [
      ...[`LD_LIBRARY_PATH=${libraries}`, "timeout", "60"],
      ...["sh", "-c", command, program, config, message],
    ]);
    const said = `${stdout.toString("utf8")}${stderr}`;
    const verdict = new RegExp(`^u@${name}\\.test\\.\\.\\. (Sent|Deferred)`, "m").exec(said)?.[1];
    if (verdict === undefined) throw new Error(`sendmail said neither sent nor deferred:\n${said}`);
    return { sent: verdict === "Sent", said };
  }

  async #makeCertificates(domains: readonly LabDomain[]): Promise<void> {
    const authority = await CertificateAuthority.make(path.join(this.#folder, "ca"));
    const hosts = (server: ServerName) => {
      const all = domains.filter((one) => one.server === server).map((one) => `DNS:${one.mx}`);
      return all.length === 0 ? ["DNS:nobody.test"] : [...new Set(all)];
    };
    const file = (name: string, end: string) => path.join(this.#folder, `${name}.${end}`);
    const issue = (name: string, names: readonly string[], days?: number) =>
      authority.issue(names, file(name, "crt"), file(name, "key"), days);
    // A host whose own name is missing, though one that the policy allows is there.
    const named = domains.find((one) => one.server === "good" && one.mx.startsWith("mx.good"));
    await issue(
      "good",
      hosts("good").filter((name) => !name.includes("evil")),
    );
    await issue("wrong", ["DNS:somebody-else.test"]);
    await issue("expired", hosts("expired"), -1);
    await issue("deep", hosts("deep"));
    await CertificateAuthority.selfSigned(
      domains.find((one) => one.server === "self")?.mx ?? named?.mx ?? "nobody.test",
      file("self", "crt"),
      file("self", "key"),
    );
    await issue(
      "web",
      domains.map((one) => `DNS:mta-sts.${one.name}.test`),
    );
    for (const name of ["good", "wrong", "expired", "self", "deep"]) {
      const chain =
        fs.readFileSync(file(name, "key"), "utf8") + fs.readFileSync(file(name, "crt"), "utf8");
      fs.writeFileSync(file(name, "chain"), chain);
    }
  }

  /** Programs find DNS, names and trust where Debian keeps them; only inside are these files others. */
  async #mountFiles(): Promise<void> {
    const own = path.join(this.#folder, "etc");
    fs.mkdirSync(own);
    const bundle = "/etc/ssl/certs/ca-certificates.crt";
    const files: Readonly<Record<string, string>> = {
      "/etc/resolv.conf": `nameserver ${addresses.dns}\n`,
      // sendmail waits a minute for a name of its own that has a dot.
      "/etc/hosts": `127.0.0.1 localhost\n127.0.0.26 sendmail.test ${os.hostname()}\n`,
      [bundle]: fs.readFileSync(bundle, "utf8") + fs.readFileSync(this.caFile, "utf8"),
    };
    for (const [place, text] of Object.entries(files)) {
      const file = path.join(own, path.basename(place));
      fs.writeFileSync(file, text);
      await this.#network.runOk("mount", ["--bind", file, place]);
    }
  }

  async #startDns(domains: readonly LabDomain[], cleanup: Cleanup): Promise<void> {
    const zone = ["$ORIGIN test.", "$TTL 0", "@ SOA ns hostmaster 1 3600 600 86400 0", "@ NS ns"];
    zone.push(`ns A ${addresses.zone}`);
    const hosts = new Map(domains.map((one) => [one.mx, servers[one.server]]));
    for (const { name, mx } of domains) {
      zone.push(`${name} MX 10 ${mx}.`, `mta-sts.${name} A ${addresses.web}`);
      zone.push(`_mta-sts.${name} TXT "v=STSv1; id=1;"`);
    }
    for (const [host, address] of hosts) zone.push(`${host}. A ${address}`);
    const folder = path.join(this.#folder, "knot");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "test.zone"), `${zone.join("\n")}\n`);
    const knot = path.join(folder, "knot.conf");
    fs.writeFileSync(
      knot,
      `server:\n  rundir: "${folder}"\n  listen: ${addresses.zone}@53\ndatabase:\n  storage: "${folder}"\nlog:\n  - target: stderr\n    any: info\nzone:\n  - domain: test\n    storage: "${folder}"\n    file: test.zone\n    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: none\n`,
    );
    cleanup.stopping(this.#network.start(programPath("knotd"), ["-c", knot]));
    const unbound = path.join(this.#folder, "unbound.conf");
    // Unbound answers test. itself (RFC 6761) and asks nobody on loopback, unless told otherwise.
    fs.writeFileSync(
      unbound,
      `server:
  interface: ${addresses.dns}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  local-zone: "test." nodefault
  domain-insecure: "test."
  module-config: "iterator"
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  chroot: ""
  username: ""
  directory: "${this.#folder}"
  pidfile: "${this.#folder}/unbound.pid"
  use-syslog: no
remote-control:
  control-enable: no
stub-zone:
  name: "test."
  stub-addr: ${addresses.zone}
`,
    );
    const daemon = cleanup.stopping(
      this.#network.start(programPath("unbound"), ["-d", "-c", unbound]),
    );
    const [first] = domains;
    await daemon.until("an answer", async () => {
      const asked = await this.run("dig", [
        "+short",
        "+tries=1",
        "TXT",
        `_mta-sts.${first?.name ?? ""}.test`,
      ]);
      return String(asked.stdout).includes("STSv1") ? true : null;
    });
  }

  async #startPolicyHosts(domains: readonly LabDomain[], cleanup: Cleanup): Promise<void> {
    const root = path.join(this.#folder, "www");
    for (const { name, mode, pattern } of domains) {
      const folder = path.join(root, `mta-sts.${name}.test`, ".well-known");
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, "mta-sts.txt"), policyText(mode, [pattern], 86_400));
    }
    const config = path.join(this.#folder, "Caddyfile");
    const site = domains.map(
      ({ name }) =>
        `https://mta-sts.${name}.test {\n\tbind ${addresses.web}\n\ttls ${this.#folder}/web.crt ${this.#folder}/web.key\n\troot * ${root}/mta-sts.${name}.test\n\tfile_server\n}\n`,
    );
    fs.writeFileSync(
      config,
      `{\n\tadmin off\n\tauto_https off\n\tskip_install_trust\n\tstorage file_system ${this.#folder}/caddy\n}\n${site.join("")}`,
    );
    const caddy = cleanup.stopping(
      this.#network.start("env", [
        `HOME=${this.#folder}`,
        ...[programPath("caddy"), "run", "--config", config, "--adapter", "caddyfile"],
      ]),
    );
    const [first] = domains;
    await caddy.until("a policy", async () => {
      const url = `https://mta-sts.${first?.name ?? ""}.test/.well-known/mta-sts.txt`;
      const { code } = await this.run("curl", ["-sf", "--cacert", this.caFile, url]);
      return code === 0 ? true : null;
    });
  }

  async #startResolver(cleanup: Cleanup): Promise<void> {
    const config = path.join(this.#folder, "mta-sts-daemon.yml");
    // Without cache_grace: 0 changes of an id stay unseen for a minute.
    fs.writeFileSync(
      config,
      "host: 127.0.0.1\nport: 8461\ncache_grace: 0\nshutdown_timeout: 1\ncache:\n  type: internal\ndefault_zone:\n  strict_testing: false\n  timeout: 4\n",
    );
    const daemon = cleanup.stopping(
      this.#network.start("env", [
        `SSL_CERT_FILE=${this.caFile}`,
        ...[programPath("mta-sts-daemon"), "-c", config],
      ]),
    );
    await daemon.until("its port", async () => {
      const { code } = await this.run("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/8461"]);
      return code === 0 ? true : null;
    });
  }

  #receivers(): string {
    return Object.entries(servers)
      .map(([name, address]) => {
        const tls =
          name === "plain"
            ? "-o smtpd_tls_security_level=none"
            : `-o smtpd_tls_chain_files=${this.#folder}/${name}.chain`;
        return `${address}:25 inet n - n - - smtpd -o syslog_name=receiving/${name} ${tls}\n`;
      })
      .join("");
  }

  async #sendmailConfig(unpacked: string): Promise<string> {
    const config = path.join(this.#folder, "sendmail.cf");
    if (fs.existsSync(config)) return config;
    const queue = path.join(this.#folder, "sendmail-queue");
    fs.mkdirSync(queue);
    // Without its setgid bit: with it, the loader would not look where libwrap was unpacked.
    const program = path.join(this.#folder, "sendmail");
    fs.copyFileSync(path.join(unpacked, "usr/libexec/sendmail/sendmail"), program);
    fs.chmodSync(program, 0o755);
    const cf = path.join(unpacked, "usr/share/sendmail/cf");
    const macros = path.join(this.#folder, "sendmail.mc");
    fs.writeFileSync(
      macros,
      `include(\`${cf}/m4/cf.m4')
OSTYPE(\`linux')
define(\`confDEF_USER_ID',\`nobody:nogroup')
define(\`ALIAS_FILE',\`/dev/null')
define(\`STATUS_FILE',\`')
define(\`confPID_FILE',\`${this.#folder}/sendmail.pid')
define(\`QUEUE_DIR',\`${queue}')
define(\`confCACERT',\`${this.caFile}')
define(\`confCACERT_PATH',\`${path.dirname(this.caFile)}')
define(\`confDOMAIN_NAME',\`sendmail.test')
define(\`confCW_FILE',\`-o /nonexistent')
FEATURE(\`sts',\`socket -d5 -T<TMPF> inet:8461@127.0.0.1')
MAILER(\`smtp')
`,
    );
    fs.writeFileSync(config, await runOk("m4", [macros]));
    return config;
  }
}

/** The file of that name below a folder. */
function findBelow(folder: string, name: string): string {
  const found = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((one) => path.basename(one) === name)
    .map((one) => path.join(folder, one))
    .find((one) => fs.statSync(one).isFile());
  if (found === undefined) throw new Error(`there is no ${name} below ${folder}`);
  return found;
}
