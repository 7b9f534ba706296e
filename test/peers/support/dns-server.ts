/** Knot DNS on a loopback port of its own, and questions to it. */
import fs from "node:fs";
import path from "node:path";
import { parseZoneText, type ZoneRecord } from "../../../src/site/zone-text.ts";
import type { Cleanup } from "./cleanup.ts";
import { Daemon } from "./daemon.ts";
import { freePorts } from "./ports.ts";
import { run, runOk } from "./run.ts";
import { makeTempFolder } from "./temp-folder.ts";

export interface DnsServer {
  readonly port: number;
  readonly daemon: Daemon;
  /** The records in an answer to one question; a CNAME is not followed out of its zone. */
  ask(name: string, type: string): Promise<ZoneRecord[]>;
  /** Writes zone files anew and has them loaded. */
  reload(zones: ReadonlyMap<string, string>): Promise<void>;
}

/** Starts a server of these zones, by name; it accepts dynamic updates from loopback. */
export async function startDnsServer(
  zones: ReadonlyMap<string, string>,
  cleanup: Cleanup,
): Promise<DnsServer> {
  const folder = makeTempFolder("knot", cleanup);
  const [port = 0] = await freePorts(1);
  writeZones(folder, zones);
  const config = path.join(folder, "knot.conf");
  fs.writeFileSync(config, configuration(folder, port, [...zones.keys()]));
  const daemon = cleanup.stopping(new Daemon("knotd", ["-c", config]));
  await daemon.until("an answer", async () => {
    const { code, stdout } = await dig(port, [...zones.keys()].at(-1) ?? "", "SOA");
    return code === 0 && stdout.includes("SOA") ? true : null;
  });
  return {
    port,
    daemon,
    ask: async (name, type) => readAnswer((await dig(port, name, type)).stdout),
    reload: async (changed) => {
      writeZones(folder, changed);
      await runOk("knotc", ["-b", "-c", config, "zone-reload", ...changed.keys()]);
    },
  };
}

/** A zone with nothing in it but its head, for records to be appended to. */
export function emptyZone(zone: string): string {
  return `$ORIGIN ${zone}.
$TTL 300
@ IN SOA ns.dns.invalid. hostmaster.dns.invalid. 1 3600 900 1209600 300
@ IN NS ns.dns.invalid.
`;
}

function writeZones(folder: string, zones: ReadonlyMap<string, string>): void {
  for (const [zone, text] of zones) fs.writeFileSync(path.join(folder, `${zone}.zone`), text);
}

function configuration(folder: string, port: number, zones: readonly string[]): string {
  return `
server:
    rundir: "${folder}"
    listen: 127.0.0.1@${String(port)}
    background-workers: 1
    udp-workers: 1
    tcp-workers: 1
database:
    storage: "${folder}"
log:
  - target: stderr
    any: info
acl:
  - id: loopback
    address: 127.0.0.1
    action: update
template:
  - id: default
    storage: "${folder}"
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    semantic-checks: on
    acl: loopback
zone:
${zones.map((zone) => `  - domain: ${zone}\n`).join("")}`;
}

async function dig(
  port: number,
  name: string,
  type: string,
): Promise<{ code: number; stdout: string }> {
  const question = [`${name}.`, type, "IN"];
  const how = ["@127.0.0.1", "-p", String(port), "-r", "+norec", "+noall", "+answer", "+time=2"];
  const { code, stdout } = await run("dig", [...how, ...question]);
  return { code, stdout: stdout.toString("latin1") };
}

/** What dig prints is zone text as stspress writes it. */
function readAnswer(text: string): ZoneRecord[] {
  const read = parseZoneText(text);
  if (!read.ok) throw new Error(`line ${String(read.line)}: ${read.reason}:\n${text}`);
  return [...read.records];
}
