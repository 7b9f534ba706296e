/** Senders for which time passes as fast as a test says: what they hold grows older in their caches. */
import fs from "node:fs";
import path from "node:path";
import type { Cleanup } from "./cleanup.ts";
import type { Daemon } from "./daemon.ts";
import { programPath } from "./programs.ts";
import type { SenderLab } from "./sender-lab.ts";

/** What a sender has in its cache. */
export interface Held {
  readonly id: string;
  readonly mx: readonly string[];
  /** How many seconds are left of its `max_age`; negative once that is over. */
  readonly leftSeconds: number;
}

/** What its Postfix has for a sender: a transport of that name, which asks there for policies. */
export interface Transport {
  readonly name: string;
  readonly policyMap: string;
}

export interface TimedSender {
  /** As the simulator names this kind. */
  readonly kind: string;
  readonly transports: readonly Transport[];
  /** The transport that its mail takes now. */
  readonly transport: Transport;
  /** Lets time pass. */
  pass(seconds: number): Promise<void>;
}

/** The interpreter of Debian's postfix-mta-sts-resolver, which has SQLite. */
const python = "/usr/bin/python3";

const editCache = `
import json, sqlite3, sys, time
cache = sqlite3.connect(sys.argv[1], timeout=10)
if sys.argv[2] == "pass":
    cache.execute("update sts_policy_cache set ts = ts - ?", (int(sys.argv[3]),))
    cache.commit()
else:
    found = cache.execute(
        "select pol_id, pol_body, ts from sts_policy_cache where domain = ?", (sys.argv[3],)
    ).fetchone()
    policy = json.loads(found[1]) if found else None
    print(json.dumps(found and {
        "id": found[0], "mx": policy["mx"], "leftSeconds": found[2] + policy["max_age"] - time.time(),
    }))
`;

/**
 * postfix-mta-sts-resolver with its settings as they are by default. Two daemons share its SQLite cache: with one of
 * them every fetch of a policy fails, because it trusts no authority.
 */
export class ResolverSender implements TimedSender {
  readonly kind = "postfix-mta-sts-resolver";
  readonly transports: readonly [Transport, Transport];
  /** From now on no fetch succeeds, or each does again. */
  isCutOff = false;
  readonly #lab: SenderLab;
  readonly #cache: string;

  private constructor(lab: SenderLab, name: string, ports: readonly [number, number]) {
    const policyMap = (port: number) => `socketmap:inet:127.0.0.1:${String(port)}:postfix`;
    this.transports = [
      { name, policyMap: policyMap(ports[0]) },
      { name: `${name}-cut-off`, policyMap: policyMap(ports[1]) },
    ];
    this.#lab = lab;
    this.#cache = path.join(lab.folder, `${name}.db`);
  }

  static async start(
    lab: SenderLab,
    name: string,
    ports: readonly [number, number],
    cleanup: Cleanup,
  ): Promise<ResolverSender> {
    const sender = new ResolverSender(lab, name, ports);
    const daemons: Daemon[] = [];
    cleanup.add(async () => {
      await Promise.all(daemons.map((daemon) => daemon.stop()));
    });
    // One after the other: both would make the tables of the cache.
    for (const [port, trust] of [
      [ports[0], lab.caFile] as const,
      [ports[1], "/dev/null"] as const,
    ]) {
      const daemon = sender.#startDaemon(port, trust);
      daemons.push(daemon);
      await daemon.until("its start", () =>
        daemon.said.includes("Server started.") ? true : null,
      );
    }
    return sender;
  }

  get transport(): Transport {
    return this.transports[this.isCutOff ? 1 : 0];
  }

  async pass(seconds: number): Promise<void> {
    await this.#python("pass", String(seconds));
  }

  /** Looks into its cache, which a question would change. */
  async held(domain: string): Promise<Held | null> {
    return JSON.parse(await this.#python("show", domain)) as Held | null;
  }

  #python(...args: readonly string[]): Promise<string> {
    return this.#lab.network.runOk(python, ["-c", editCache, this.#cache, ...args]);
  }

  #startDaemon(port: number, trust: string): Daemon {
    const { folder, network } = this.#lab;
    const config = path.join(folder, `mta-sts-daemon-${String(port)}.yml`);
    fs.writeFileSync(
      config,
      `host: 127.0.0.1\nport: ${String(port)}\nshutdown_timeout: 1\ncache:\n  type: sqlite\n  options:\n    filename: ${this.#cache}\n`,
    );
    const program = [programPath("mta-sts-daemon"), "-c", config];
    return network.start("env", [`SSL_CERT_FILE=${trust}`, ...program]);
  }
}

/**
 * postfix-tlspol. It cannot be installed from a package registry, so this was written after its source code (1.13.0:
 * internal/server.go, config.go, cli.go) and never run with it. Nobody edits its cache (gob, gzip): once the `max_age`
 * of what it fetched is over, the test has the cache forgotten, as the program itself would do then.
 */
export class TlspolSender implements TimedSender {
  readonly kind = "postfix-tlspol";
  readonly transport = { name: "tlspol", policyMap: "socketmap:inet:127.0.0.1:8642:QUERY" };
  readonly transports = [this.transport];
  readonly #lab: SenderLab;
  readonly #command: readonly string[];
  readonly #maxAgeSeconds: number;
  #ageSeconds = 0;

  private constructor(lab: SenderLab, command: readonly string[], maxAgeSeconds: number) {
    this.#lab = lab;
    this.#command = command;
    this.#maxAgeSeconds = maxAgeSeconds;
  }

  /** All policies of the test have this `max_age`. */
  static async start(
    lab: SenderLab,
    program: string,
    maxAgeSeconds: number,
    cleanup: Cleanup,
  ): Promise<TlspolSender> {
    const config = path.join(lab.folder, "tlspol.yaml");
    fs.writeFileSync(
      config,
      `server:\n  address: 127.0.0.1:8642\n  log-level: info\n  prefetch: false\n  cache-file: ${lab.folder}/tlspol.db\ndns:\n  address: 127.0.0.1:53\n`,
    );
    const command = [program, "-config", config];
    const daemon = lab.network.start("env", [`SSL_CERT_FILE=${lab.caFile}`, ...command]);
    cleanup.stopping(daemon);
    await daemon.until("its port", async () => {
      const { code } = await lab.run("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/8642"]);
      return code === 0 ? true : null;
    });
    return new TlspolSender(lab, command, maxAgeSeconds);
  }

  async pass(seconds: number): Promise<void> {
    this.#ageSeconds += seconds;
    if (this.#ageSeconds >= this.#maxAgeSeconds) await this.forget();
  }

  /** Empties its cache. */
  async forget(): Promise<void> {
    this.#ageSeconds = 0;
    await this.#lab.network.runOk("env", [...this.#command, "-purge"]);
  }
}
