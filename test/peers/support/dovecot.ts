/** Dovecot as a private IMAP server on loopback, with one mailbox that lies in a Maildir. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { CertificateAuthority } from "./certificate-authority.ts";
import { Daemon } from "./daemon.ts";
import { freePorts } from "./ports.ts";
import { runOk } from "./run.ts";

export interface Dovecot {
  /** With TLS from the beginning. */
  readonly tlsPort: number;
  /** Plain, and STARTTLS. */
  readonly plainPort: number;
  readonly rootFile: string;
  readonly user: string;
  readonly password: string;
  /** Puts mail into the INBOX, as a mail server does. */
  deliver(message: string): void;
  /** Asks the server for fields of every mail of a folder, in the order of their UIDs. */
  mails(fields: string, folder?: string): Promise<Readonly<Record<string, string>>[]>;
  makeFolder(name: string): Promise<void>;
  /** Forgets every UID, as a mailbox that was restored from a backup does. */
  forgetUids(): void;
  stop(): Promise<void>;
}

const user = "reports";
const password = "correct-horse(battery)";

/** Starts it in a folder, which other users must be able to enter. */
export async function startDovecot(folder: string): Promise<Dovecot> {
  const [tlsPort = 0, plainPort = 0] = await freePorts(2);
  const home = path.join(folder, "dovecot");
  const maildir = path.join(home, "mail");
  for (const name of ["new", "cur", "tmp"]) {
    fs.mkdirSync(path.join(maildir, name), { recursive: true });
  }
  const authority = await CertificateAuthority.make(path.join(home, "ca"));
  const [cert, key] = [path.join(home, "cert.pem"), path.join(home, "key.pem")];
  await authority.issue(["DNS:localhost", "IP:127.0.0.1"], cert, key);
  const owner = await mailOwner();
  chownAll(maildir, owner);
  const configFile = path.join(home, "dovecot.conf");
  fs.writeFileSync(
    configFile,
    config({ home, maildir, cert, key, tlsPort, plainPort, owner }).join("\n"),
  );
  const daemon = new Daemon("dovecot", ["-F", "-c", configFile]);
  await daemon.until("listening", () => (isListening(home) ? true : null));
  let delivered = 0;
  const doveadm = (...args: readonly string[]): Promise<string> =>
    runOk("doveadm", ["-c", configFile, ...args]);
  return {
    tlsPort,
    plainPort,
    rootFile: authority.rootFile,
    user,
    password,
    deliver: (message) => {
      delivered += 1;
      const name = `${String(1_780_000_000 + delivered)}.M${String(delivered)}.test`;
      const temporary = path.join(maildir, "tmp", name);
      fs.writeFileSync(temporary, message, "latin1");
      fs.chownSync(temporary, owner.uid, owner.gid);
      fs.renameSync(temporary, path.join(maildir, "new", name));
    },
    mails: async (fields, name = "INBOX") => {
      const args = ["-f", "flow", "fetch", "-u", user, fields, "mailbox", name];
      const lines = (await doveadm(...args)).split("\n").filter((line) => line !== "");
      return lines.map((line) =>
        Object.fromEntries(
          [...line.matchAll(/(\S+?)=(.*?)(?= \S+?=|$)/g)].map(([, key = "", value = ""]) => [
            key,
            value,
          ]),
        ),
      );
    },
    makeFolder: async (name) => {
      await doveadm("mailbox", "create", "-u", user, name);
    },
    forgetUids: () => {
      for (const name of fs.readdirSync(maildir)) {
        if (name.startsWith("dovecot")) fs.rmSync(path.join(maildir, name), { recursive: true });
      }
    },
    stop: () => daemon.stop(),
  };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Dovecot reads no mail as root. */
async function mailOwner(): Promise<Owner> {
  const { uid, gid } = os.userInfo();
  if (uid !== 0) return { uid, gid };
  const ask = async (what: string): Promise<number> => Number(await runOk("id", [what, "nobody"]));
  return { uid: await ask("-u"), gid: await ask("-g") };
}

function chownAll(folder: string, { uid, gid }: Owner): void {
  fs.chownSync(folder, uid, gid);
  for (const name of fs.readdirSync(folder)) fs.chownSync(path.join(folder, name), uid, gid);
}

function isListening(home: string): boolean {
  return fs.existsSync(path.join(home, "run", "master.pid"));
}

interface Settings {
  readonly home: string;
  readonly maildir: string;
  readonly cert: string;
  readonly key: string;
  readonly tlsPort: number;
  readonly plainPort: number;
  readonly owner: Owner;
}

function config(settings: Settings): string[] {
  const { home, maildir, cert, key, tlsPort, plainPort, owner } = settings;
  const self = os.userInfo();
  const isRoot = self.uid === 0;
  const unprivileged = isRoot
    ? []
    : [
        `default_internal_user = ${self.username}`,
        `default_login_user = ${self.username}`,
        `default_internal_group = ${String(self.gid)}`,
      ];
  return [
    `base_dir = ${home}/run`,
    `state_dir = ${home}/state`,
    `log_path = ${home}/dovecot.log`,
    "protocols = imap",
    "listen = 127.0.0.1",
    "ssl = yes",
    `ssl_cert = <${cert}`,
    `ssl_key = <${key}`,
    "auth_failure_delay = 0",
    "first_valid_uid = 1",
    "first_valid_gid = 1",
    `mail_location = maildir:${maildir}`,
    `passdb {\n  driver = static\n  args = password=${password}\n}`,
    `userdb {\n  driver = static\n  args = uid=${String(owner.uid)} gid=${String(owner.gid)} home=${home}\n}`,
    "service imap-login {",
    "  chroot =",
    `  inet_listener imap {\n    port = ${String(plainPort)}\n  }`,
    `  inet_listener imaps {\n    port = ${String(tlsPort)}\n    ssl = yes\n  }`,
    "}",
    "service anvil {\n  chroot =\n}",
    ...unprivileged,
    "",
  ];
}
