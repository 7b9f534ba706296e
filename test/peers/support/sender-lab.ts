/**
 * Mail on loopback through months that pass in seconds, in a network and a mount namespace of its own. DNS, the
 * policy host and two MX hosts are what the test makes of them at any moment; a sending Postfix has one transport
 * for each sender, and a receiving one keeps all that arrives.
 */
import fs from "node:fs";
import path from "node:path";
import { waitFor } from "../../support/wait-for.ts";
import { CertificateAuthority } from "./certificate-authority.ts";
import type { Cleanup } from "./cleanup.ts";
import { NetworkNamespace } from "./network-namespace.ts";
import {
  receivingConfig,
  retryConfig,
  sendingConfig,
  startPostfix,
  type PostfixPlace,
} from "./postfix.ts";
import { programPath } from "./programs.ts";
import type { Ended } from "./run.ts";
import { makeTempFolder } from "./temp-folder.ts";
import type { TimedSender } from "./timed-senders.ts";

/** Where the policy hosts are; a site's target has this address. */
export const policyHostAddress = "127.0.0.43";

const dnsAddress = "127.0.0.1";
const senderAddress = "127.0.0.25";
/** The first label of an MX host's name → its address. */
const mxAddresses = { mx1: "127.0.1.1", mx2: "127.0.1.2" } as const;
/** The test's months lie ahead of the machine's clock, and certificates are judged by both. */
const certificateDays = 365;

export type MxLabel = keyof typeof mxAddresses;

/** A mail that the sending Postfix has taken. */
export interface Mail {
  readonly id: string;
  readonly queueId: string;
}

/** One attempt to deliver: `sent`, `deferred` or `bounced`, with Postfix's words. */
export interface Attempt {
  readonly status: string;
  readonly said: string;
}

export class SenderLab {
  readonly folder: string;
  readonly network: NetworkNamespace;
  readonly caFile: string;
  readonly #domains: readonly string[];
  #serial = 0;
  #mails = 0;
  #sending: PostfixPlace | null = null;

  private constructor(folder: string, network: NetworkNamespace, domains: readonly string[]) {
    this.folder = folder;
    this.network = network;
    this.caFile = path.join(folder, "ca", "ca.pem");
    this.#domains = domains;
  }

  static async start(domains: readonly string[], cleanup: Cleanup): Promise<SenderLab> {
    const folder = makeTempFolder("sender-lab", cleanup);
    const network = cleanup.stopping(await NetworkNamespace.make({ mounts: true }));
    const lab = new SenderLab(folder, network, domains);
    const resolvers = path.join(folder, "resolv.conf");
    fs.writeFileSync(resolvers, `nameserver ${dnsAddress}\n`);
    await network.runOk("mount", ["--bind", resolvers, "/etc/resolv.conf"]);
    await lab.#makeCertificates();
    await lab.#startDns(cleanup);
    await lab.#startPolicyHosts(cleanup);
    return lab;
  }

  /** Starts the MX hosts, and the Postfix that all senders share. */
  async startMail(senders: readonly TimedSender[], cleanup: Cleanup): Promise<void> {
    const { network, folder, caFile } = this;
    const setup = { network, folder, caFile };
    const mxHosts = Object.entries(mxAddresses).map(
      ([label, address]) =>
        `${address}:25 inet n - n - - smtpd -o myhostname=${label}.test -o smtpd_tls_chain_files=${folder}/${label}.chain\n`,
    );
    await startPostfix(
      {
        ...setup,
        name: "receiving",
        config: receivingConfig,
        listeners: mxHosts.join(""),
        address: mxAddresses.mx1,
      },
      cleanup,
    );
    const transports = senders.flatMap((sender) => sender.transports);
    const clients = transports.map(
      ({ name, policyMap }) => `${name} unix - - n - - smtp -o smtp_tls_policy_maps=${policyMap}\n`,
    );
    const routes = transports.map(({ name }) => `${name}@sender.test=${name}:`).join(", ");
    // Nothing is tried again before the test says so.
    const retries = retryConfig({ first: 86_400, then: 86_400 });
    this.#sending = await startPostfix(
      {
        ...setup,
        name: "sending",
        config: (place) =>
          `${sendingConfig(place)}${retries}sender_dependent_default_transport_maps = inline:{${routes}}\n`,
        listeners: `${senderAddress}:25 inet n - n - - smtpd\n${clients.join("")}`,
        address: senderAddress,
      },
      cleanup,
    );
  }

  /** Runs a program inside the lab. */
  run(program: string, args: readonly string[]): Promise<Ended> {
    return this.network.run(program, args);
  }

  /** Lets the zone of a domain have these records beside its MX hosts, and their names. */
  async publish(domain: string, mx: readonly MxLabel[], records: readonly string[]): Promise<void> {
    this.#serial += 1;
    const lines = [
      `$ORIGIN ${domain}.`,
      "$TTL 3600",
      `@ SOA ns hostmaster ${String(this.#serial)} 3600 900 1209600 300`,
      "@ NS ns",
      `ns A ${dnsAddress}`,
      ...Object.entries(mxAddresses).map(([label, address]) => `${label} A ${address}`),
      ...mx.map((label) => `@ MX 10 ${label}`),
      ...records,
    ];
    fs.writeFileSync(path.join(this.folder, `${domain}.zone`), `${lines.join("\n")}\n`);
    await this.network.runOk("knotc", ["-b", "-c", this.#knotConfig, "zone-reload", domain]);
  }

  /** Puts the folders of policy hosts where they are served. */
  deploy(site: string): void {
    fs.cpSync(site, path.join(this.folder, "www"), { recursive: true });
  }

  /** Sets the policy host's clock, which only its `Date` shows. */
  async setClock(unixSeconds: number): Promise<void> {
    this.#writeCaddyfile(new Date(unixSeconds * 1000).toUTCString());
    const config = ["--config", path.join(this.folder, "Caddyfile"), "--adapter", "caddyfile"];
    await this.network.runOk("env", [
      `HOME=${this.folder}`,
      programPath("caddy"),
      "reload",
      ...config,
    ]);
  }

  /** Gives the sending Postfix a mail from a sender's user. */
  async post(sender: TimedSender, domain: string): Promise<Mail> {
    this.#mails += 1;
    const { name } = sender.transport;
    const id = `${String(this.#mails)}.${name}@sender.test`;
    const message = path.join(this.folder, `${id}.eml`);
    fs.writeFileSync(message, `Message-Id: <${id}>\r\nSubject: stspress\r\n\r\nx\r\n`);
    const { stderr } = await this.run("curl", [
      ...["-sSv", `smtp://${senderAddress}`, "--mail-from", `${name}@sender.test`],
      ...["--mail-rcpt", `u@${domain}`, "--upload-file", message],
    ]);
    const queueId = /queued as ([A-F0-9]+)/.exec(stderr)?.[1];
    if (queueId === undefined) throw new Error(`Postfix took nothing:\n${stderr}`);
    return { id, queueId };
  }

  /** What became of a mail so far, attempt by attempt. */
  attempts({ queueId }: Mail): Attempt[] {
    const log = fs.readFileSync(this.#place.log, "latin1");
    return log.split("\n").flatMap((line) => {
      const found = line.includes(`${queueId}: to=<`) ? /status=(\w+) .*/.exec(line) : null;
      return found === null ? [] : [{ status: found[1] ?? "", said: line }];
    });
  }

  /** The attempt of that number, from 1, as soon as it has been made. */
  attempt(mail: Mail, number = 1): Promise<Attempt> {
    const what = `attempt ${String(number)} to deliver ${mail.id}`;
    return waitFor(() => this.attempts(mail)[number - 1], what);
  }

  /** Tries a mail that waits again, now. */
  async retry(mail: Mail): Promise<Attempt> {
    const before = this.attempts(mail).length;
    const { config } = this.#place;
    await this.network.runOk(programPath("postqueue"), ["-c", config, "-i", mail.queueId]);
    return this.attempt(mail, before + 1);
  }

  /** What arrived: each mail's Message-ID, and at which MX host. */
  arrived(): { readonly id: string; readonly at: string }[] {
    const inbox = path.join(this.folder, "mail", "inbox", "new");
    if (!fs.existsSync(inbox)) return [];
    return fs.readdirSync(inbox).map((file) => {
      const text = fs.readFileSync(path.join(inbox, file), "latin1");
      return {
        id: /^Message-Id: <(.+)>$/im.exec(text)?.[1] ?? file,
        at: /^\s+by (mx\d)\.test /m.exec(text)?.[1] ?? text,
      };
    });
  }

  get #place(): PostfixPlace {
    if (this.#sending === null) throw new Error("no mail before startMail");
    return this.#sending;
  }

  get #knotConfig(): string {
    return path.join(this.folder, "knot.conf");
  }

  async #makeCertificates(): Promise<void> {
    const { folder } = this;
    const authority = await CertificateAuthority.make(path.join(folder, "ca"), certificateDays);
    for (const label of [...Object.keys(mxAddresses), "mta-sts"]) {
      const names = this.#domains.map((domain) => `DNS:${label}.${domain}`);
      const [certificate, key] = [
        path.join(folder, `${label}.crt`),
        path.join(folder, `${label}.key`),
      ];
      await authority.issue(names, certificate, key, certificateDays);
      const chain = [key, certificate].map((file) => fs.readFileSync(file, "utf8"));
      fs.writeFileSync(path.join(folder, `${label}.chain`), chain.join(""));
    }
  }

  async #startDns(cleanup: Cleanup): Promise<void> {
    const { folder } = this;
    const zones = this.#domains.map(
      (domain) =>
        `  - domain: ${domain}\n    storage: "${folder}"\n    file: "${domain}.zone"\n    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: none\n`,
    );
    fs.writeFileSync(
      this.#knotConfig,
      `server:\n  rundir: "${folder}"\n  listen: ${dnsAddress}@53\ndatabase:\n  storage: "${folder}"\nlog:\n  - target: stderr\n    any: info\nzone:\n${zones.join("")}`,
    );
    const config = ["-c", this.#knotConfig];
    const knot = cleanup.stopping(this.network.start(programPath("knotd"), config));
    await knot.until("a control socket", async () => {
      const { code } = await this.run("knotc", ["-b", ...config, "status"]);
      return code === 0 ? true : null;
    });
  }

  #writeCaddyfile(date: string): void {
    const { folder } = this;
    const sites = this.#domains.map(
      (domain) =>
        `https://mta-sts.${domain} {\n\tbind ${policyHostAddress}\n\ttls ${folder}/mta-sts.crt ${folder}/mta-sts.key\n\theader Date "${date}"\n\troot * ${folder}/www/mta-sts.${domain}\n\tfile_server\n}\n`,
    );
    fs.writeFileSync(
      path.join(folder, "Caddyfile"),
      `{\n\tauto_https off\n\tskip_install_trust\n\tstorage file_system ${folder}/caddy\n}\n${sites.join("")}`,
    );
  }

  async #startPolicyHosts(cleanup: Cleanup): Promise<void> {
    const { folder } = this;
    this.#writeCaddyfile(new Date().toUTCString());
    const config = ["--config", path.join(folder, "Caddyfile"), "--adapter", "caddyfile"];
    const args = [`HOME=${folder}`, programPath("caddy"), "run", ...config];
    const caddy = cleanup.stopping(this.network.start("env", args));
    await caddy.until("serving", () =>
      caddy.said.includes("serving initial configuration") ? true : null,
    );
  }
}
