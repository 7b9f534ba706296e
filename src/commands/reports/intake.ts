/** Paths → batches of reports that are ready for journal and store: what `reports add` does in a thread of its own. */
import type { DnsClient } from "../../edge/dns/client.ts";
import { systemServers, type Server } from "../../edge/dns/servers.ts";
import { resolveWith } from "../../edge/reports/dkim-resolver.ts";
import { gunzipMany } from "../../edge/reports/decompress.ts";
import { verifyReporter } from "../../edge/reports/dkim.ts";
import { Quarantine } from "../../edge/reports/quarantine.ts";
import { readSmall, readSources, standardInput, type Source } from "../../edge/reports/sources.ts";
import { sniff } from "../../edge/reports/sniff.ts";
import { walk, type PassedOver } from "../../edge/reports/walk.ts";
import type { Refusal } from "../../reports/refusal.ts";
import { takeIn, type ReadReport, type ReadyReport, type TakenIn, type Verify } from "./take-in.ts";
import { whileAnswered } from "./while-answered.ts";

/** Plain data: it is handed to a thread. */
export interface IntakeOrder {
  readonly paths: readonly string[];
  /** Unix seconds. */
  readonly now: number;
  /** The folder of the quarantine. */
  readonly quarantine: string;
  /** Null: signatures are not looked at. */
  readonly dkim: { readonly resolver: Server | null } | null;
}

export interface IntakeBatch<T = ReadyReport> {
  readonly ready: T[];
  readonly quarantined: QuarantinedSource[];
  readonly passedOver: PassedOver[];
  notReports: number;
  /** Files and mails that were read, and their octets. */
  sources: number;
  octets: number;
}

export interface QuarantinedSource {
  readonly source: string;
  readonly reasons: readonly Refusal[];
}

/** A batch ends at either of these: with many small reports, or few large ones. The first comes soon. */
const batchReports = 2000;
const firstReports = 500;
const batchOctets = 16 * 1024 * 1024;

/** Sources that are read before the first must be done: they wait for the DNS together. */
const openSources = 64;
const openOctets = 32 * 1024 * 1024;

/**
 * Takes everything in. Each report is packed as soon as it is read, so that a thread that sends it on
 * keeps no objects of it. @throws the system's errors where the quarantine cannot be written
 */
export async function* intake<T>(
  order: IntakeOrder,
  pack: (ready: ReadReport) => T,
): AsyncGenerator<IntakeBatch<T>> {
  const quarantine = new Quarantine(order.quarantine);
  const { verify, close } = order.dkim === null ? noVerifier : verifier(order.dkim.resolver);
  const coming = { via: "file", now: order.now, verify } as const;
  let batch = emptyBatch<T>();
  let most = firstReports;
  let held = 0;
  let open: Source[] = [];
  let openSize = 0;
  const settle = async (): Promise<void> => {
    const unpacked = gunzipMany(open.map(({ bytes }) => bytes ?? nothing));
    const all = open.map(({ bytes, name }, index) =>
      bytes === null ? null : takeIn(bytes, name, coming, unpacked[index]),
    );
    for (const [index, source] of open.entries()) {
      const result = await (all[index] ?? null);
      count(batch, source, result, quarantine, order.now);
      for (const ready of result?.ready ?? []) {
        held += ready.record.gzip.length;
        batch.ready.push(pack(ready));
      }
    }
    open = [];
    openSize = 0;
  };
  try {
    for await (const found of allSources(order.paths)) {
      if ("why" in found) {
        batch.passedOver.push(found);
        continue;
      }
      open.push(found);
      openSize += found.bytes?.length ?? 0;
      if (open.length < openSources && openSize < openOctets) continue;
      await settle();
      if (batch.ready.length < most && held < batchOctets && batch.sources < 4 * most) continue;
      yield batch;
      most = batchReports;
      batch = emptyBatch();
      held = 0;
    }
    await settle();
    yield batch;
  } finally {
    close();
  }
}

const nothing = new Uint8Array();

function emptyBatch<T>(): IntakeBatch<T> {
  return { ready: [], quarantined: [], passedOver: [], notReports: 0, sources: 0, octets: 0 };
}

async function* allSources(paths: readonly string[]): AsyncGenerator<Source | PassedOver> {
  for (const given of paths) {
    if (given === standardInput) yield* readSources(given);
    else {
      for (const found of walk([given])) {
        const ready = "why" in found ? found : readSmall(found.path);
        if (ready !== null) yield ready;
        else if (!("why" in found)) yield* readSources(found.path);
      }
    }
  }
}

/** Counts what came of one source, and quarantines it where it must be. */
function count(
  batch: IntakeBatch<unknown>,
  source: Source,
  taken: TakenIn | null,
  quarantine: Quarantine,
  now: number,
): void {
  batch.sources += 1;
  batch.octets += source.read;
  if (source.bytes === null) {
    batch.passedOver.push({ path: source.name, why: "it is too large", isUnreadable: false });
  }
  const { ready, refusals } = taken ?? { ready: [], refusals: [] };
  if (refusals.length > 0 && source.bytes !== null) {
    quarantine.put(source.bytes, extensionOf(source.bytes), {
      reasons: refusals,
      source: source.name.slice(-1000),
      at: now,
    });
    batch.quarantined.push({ source: source.name, reasons: refusals });
  } else if (ready.length === 0) batch.notReports += 1;
}

/** What the file in the quarantine ends in: a person may want to open it. */
function extensionOf(bytes: Uint8Array): string {
  const kind = sniff(bytes);
  return { gzip: "gz", zip: "zip", json: "json", mail: "eml", mbox: "mbox", other: "bin" }[kind];
}

const dnsTimeoutMs = 10_000;

interface Verifier {
  readonly verify: Verify | null;
  readonly close: () => void;
}

const noVerifier: Verifier = { verify: null, close: () => undefined };

function verifier(resolver: Server | null): Verifier {
  let client: Promise<DnsClient> | null = null;
  return {
    verify: whileAnswered(async (message, submitter, at) => {
      // Loaded with the first mail: files have no signatures.
      client ??= dnsClient(resolver);
      return verifyReporter(message, submitter, resolveWith(await client), at);
    }),
    close: () => {
      void client?.then((dns) => {
        dns.close();
      });
    },
  };
}

async function dnsClient(resolver: Server | null): Promise<DnsClient> {
  const { DnsClient } = await import("../../edge/dns/client.ts");
  const servers = resolver === null ? systemServers() : [resolver];
  return new DnsClient({ servers, timeoutMs: dnsTimeoutMs });
}
