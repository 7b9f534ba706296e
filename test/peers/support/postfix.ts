/** Postfix in a network of its own, with its own queue, log and mailboxes. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cleanup } from "./cleanup.ts";
import type { NetworkNamespace } from "./network-namespace.ts";
import { programPath } from "./programs.ts";
import { runOk } from "./run.ts";

/** One Postfix; what it keeps is in folders and files of its name. */
export interface PostfixSetup {
  readonly network: NetworkNamespace;
  readonly folder: string;
  readonly name: string;
  readonly caFile: string;
  /** Makes `main.cf`. */
  readonly config: (place: PostfixPlace) => string;
  /** Lines of `master.cf` beside the services that every Postfix has. */
  readonly listeners: string;
  /** Where it listens on port 25 when it is up. */
  readonly address: string;
}

/** Where one Postfix keeps its files, and as whom it runs. */
export interface PostfixPlace {
  readonly config: string;
  readonly spool: string;
  readonly data: string;
  readonly mail: string;
  readonly log: string;
  readonly caFile: string;
  readonly user: string;
  readonly group: string;
}

/** Starts it, and gives where its files are once it answers. */
export async function startPostfix(setup: PostfixSetup, cleanup: Cleanup): Promise<PostfixPlace> {
  const { network, folder, name, caFile, address } = setup;
  const place: PostfixPlace = {
    config: path.join(folder, name),
    spool: path.join(folder, `${name}-spool`),
    data: path.join(folder, `${name}-data`),
    mail: path.join(folder, "mail"),
    log: path.join(folder, `${name}.log`),
    caFile,
    user: (await runOk("id", ["-u", "postfix"])).trim(),
    group: (await runOk("id", ["-g", "postfix"])).trim(),
  };
  for (const one of [place.config, place.spool, place.data, place.mail]) {
    fs.mkdirSync(one, { recursive: true });
  }
  for (const one of [place.data, place.mail]) {
    fs.chownSync(one, Number(place.user), Number(place.group));
  }
  fs.writeFileSync(path.join(place.config, "main.cf"), setup.config(place));
  fs.writeFileSync(path.join(place.config, "master.cf"), setup.listeners + services);
  const postfix = programPath("postfix");
  await network.runOk(postfix, ["-c", place.config, "start"]);
  cleanup.add(async () => {
    await network.run(postfix, ["-c", place.config, "stop"]);
  });
  for (let tries = 0; tries < 200; tries += 1) {
    const { code } = await network.run("bash", ["-c", `exec 3<>/dev/tcp/${address}/25`]);
    if (code === 0) return place;
    await sleep(50);
  }
  throw new Error(`the ${name} Postfix did not start:\n${readIfThere(place.log)}`);
}

function commonConfig({ spool, data, log }: PostfixPlace): string {
  return `compatibility_level = 3.6
queue_directory = ${spool}
data_directory = ${data}
maillog_file = ${log}
maillog_file_prefixes = /tmp, /var, ${path.dirname(log)}
inet_interfaces = loopback-only
inet_protocols = ipv4
mydestination =
alias_maps =
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
`;
}

/** Takes mail for everybody, into `mail/inbox`. */
export function receivingConfig(place: PostfixPlace): string {
  return `${commonConfig(place)}myhostname = mx.test
mynetworks = 127.0.0.99/32
virtual_mailbox_domains = static:all
virtual_mailbox_base = ${place.mail}
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:${place.user}
virtual_gid_maps = static:${place.group}
virtual_minimum_uid = 1
smtpd_tls_security_level = may
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_relay_restrictions = reject_unauth_destination
`;
}

/** Asks mta-sts-daemon on its usual port. */
export function sendingConfig(place: PostfixPlace): string {
  return `${commonConfig(place)}myhostname = sender.test
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = enabled
smtp_tls_security_level = may
smtp_tls_CAfile = ${place.caFile}
smtp_tls_policy_maps = socketmap:inet:127.0.0.1:8461:postfix
smtp_tls_loglevel = 1
smtp_tls_session_cache_database =
smtp_connection_cache_on_demand = no
default_destination_concurrency_failed_cohort_limit = 0
`;
}

/**
 * When mail that waits is tried again. Lines that follow {@link sendingConfig}, which says none of this: of what is
 * said twice each process warns, and postlogd, whose own warning waits for postlogd, then hangs.
 */
export function retryConfig(seconds: { readonly first: number; readonly then: number }): string {
  const [first, then] = [String(seconds.first), String(seconds.then)];
  return `minimal_backoff_time = ${first}s\nmaximal_backoff_time = ${then}s\nqueue_run_delay = ${then}s\n`;
}

const services = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
showq unix n - n - - showq
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

function readIfThere(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "latin1") : "";
}
