/** Paths → batches of reports that are ready for journal and store. */
import type { DnsClient } from "../../net/dns/client.ts";
import { systemServers, type Server } from "../../net/dns/servers.ts";
import { resolveWith } from "../../mail/dkim/dkim-resolver.ts";
import { verifyReporter } from "../../mail/dkim/dkim.ts";
import { Quarantine } from "./quarantine.ts";
import type { Source } from "./sources.ts";
import { sniff } from "../../mail/sniff.ts";
import type { PassedOver } from "./walk.ts";
import { describeRefusals, type Refusal } from "../../tls-rpt/report/refusal.ts";
import { seemsReport } from "./unwrap.ts";
import { ReadyBatchBuilder, type ReadyBatch } from "./ready-batch.ts";
import { sourceGroups, type SourceGroup } from "./source-groups.ts";
import { open, openFile, verifyOpened, type Coming, type TakenIn, type Verify } from "./take-in.ts";
import { whileAnswered } from "./while-answered.ts";

export interface IntakeOrder {
  readonly paths: readonly string[];
  /** Unix seconds. */
  readonly now: number;
  /** The folder of the quarantine. */
  readonly quarantine: string;
  /** Null: signatures are not looked at. */
  readonly dkim: { readonly resolver: Server | null } | null;
}

export interface IntakeBatch {
  readonly ready: ReadyBatch;
  /** About the octets of memory that it took to read them. */
  readonly weight: number;
  readonly quarantined: readonly QuarantinedSource[];
  readonly passedOver: readonly PassedOver[];
  readonly notReports: number;
  /** Files and mails that were read, and their octets. */
  readonly sources: number;
  readonly octets: number;
}

export interface QuarantinedSource {
  readonly source: string;
  readonly reasons: readonly Refusal[];
  /** Whether the quarantine has a copy: it has none of what does not fit into memory. */
  readonly isCopied: boolean;
}

/** A batch ends at either of these: with many small reports, or few large ones. The first comes soon. */
const batchReports = 4000;
const firstReports = 500;
const batchWeight = 32 * 1024 * 1024;

/** Sources that are open, and what they may weigh: they wait for the DNS together. */
const openSources = 64;
const openWeight = 64 * 1024 * 1024;

/**
 * Takes everything in. A batch is handed on before the next is begun.
 * @throws the system's errors where the quarantine cannot be written
 */
export async function* intake(order: IntakeOrder): AsyncGenerator<IntakeBatch, void> {
  const { verify, close } = order.dkim === null ? noVerifier : verifier(order.dkim.resolver);
  const taking = new Taking(order, { via: "file", now: order.now, verify });
  try {
    for await (const group of sourceGroups(order.paths)) yield* taking.take(group);
    yield await taking.finish();
  } finally {
    close();
  }
}

interface OpenSource {
  readonly source: Source;
  readonly taken: Promise<TakenIn>;
}

/** Takes sources in one after another, and makes batches of what is in them. */
class Taking {
  readonly #order: IntakeOrder;
  readonly #coming: Coming;
  readonly #quarantine: Quarantine;
  #batch = new Batch();
  #most = firstReports;
  #open: OpenSource[] = [];
  #openWeight = 0;

  constructor(order: IntakeOrder, coming: Coming) {
    this.#order = order;
    this.#coming = coming;
    this.#quarantine = new Quarantine(order.quarantine);
  }

  async *take(group: SourceGroup): AsyncGenerator<IntakeBatch> {
    this.#batch.passedOver.push(...group.passedOver);
    let few = new Few();
    for (const [index, source] of group.sources.entries()) {
      if (this.#takeFile(source, group.unpacked[index] ?? null)) continue;
      if (!few.hasRoom(source)) {
        await this.#takeAny(few.sources);
        few = new Few();
        if (this.#batch.isFull(this.#most)) yield this.#cut();
      }
      few.add(source);
    }
    await this.#takeAny(few.sources);
    if (this.#batch.isFull(this.#most)) yield this.#cut();
  }

  /** Takes a small file at once; false: it is none. */
  #takeFile(source: Source, unpacked: Buffer | null): boolean {
    if (unpacked === null) return false;
    const opened = openFile(source.bytes, source.name, this.#coming, unpacked);
    if (opened === null) return false;
    this.#batch.weight += opened.weight;
    this.#finish(source, { ready: opened.found, refusals: opened.refusals });
    return true;
  }

  async #takeAny(sources: readonly Source[]): Promise<void> {
    const whole = sources.filter(({ isWhole }) => isWhole);
    for (const source of sources) if (!source.isWhole) this.#refuseLarge(source);
    const all = whole.map(({ bytes, name }) => open(bytes, name, this.#coming));
    for (const [index, opened] of (await Promise.all(all)).entries()) {
      const source = whole[index];
      if (source === undefined) continue;
      this.#open.push({ source, taken: verifyOpened(opened, this.#coming) });
      this.#openWeight += opened.weight;
    }
    if (this.#open.length >= openSources || this.#openWeight >= openWeight) await this.#settle();
  }

  /** What is left. */
  async finish(): Promise<IntakeBatch> {
    await this.#settle();
    return this.#cut();
  }

  #cut(): IntakeBatch {
    const batch = this.#batch.finish();
    this.#batch = new Batch();
    this.#most = batchReports;
    return batch;
  }

  async #settle(): Promise<void> {
    for (const { source, taken } of this.#open) this.#finish(source, await taken);
    this.#batch.weight += this.#openWeight;
    this.#open = [];
    this.#openWeight = 0;
  }

  #finish(source: Source, { ready, refusals }: TakenIn): void {
    const batch = this.#batch;
    batch.count(source);
    for (const report of ready) batch.builder.add(report);
    if (refusals.length > 0) this.#quarantineSource(source, refusals);
    else if (ready.length === 0) batch.notReports += 1;
  }

  #quarantineSource({ name, bytes }: Source, reasons: readonly Refusal[]): void {
    const { now: at } = this.#order;
    const why = describeRefusals(reasons);
    const source = name.slice(-1000);
    this.#quarantine.put(bytes, extensionOf(bytes), { reasons, why, source, at });
    this.#batch.quarantined.push({ source: name, reasons, isCopied: true });
  }

  #refuseLarge(source: Source): void {
    const batch = this.#batch;
    const { name, bytes } = source;
    batch.count(source);
    if (seemsReport(bytes, name)) {
      batch.quarantined.push({ source: name, reasons: ["too-large"], isCopied: false });
    } else {
      batch.notReports += 1;
      batch.passedOver.push({ path: name, why: "it is too large", isUnreadable: false });
    }
  }
}

/** Octets that are unwrapped at once: they may become a thousand times as many. */
const fewOctets = 64 * 1024;

/** Sources that are unwrapped together, for a mail is parsed in many small steps; or one, of any size. */
class Few {
  readonly sources: Source[] = [];
  #octets = 0;

  hasRoom({ bytes }: Source): boolean {
    return this.sources.length === 0 || this.#octets + bytes.length <= fewOctets;
  }

  add(source: Source): void {
    this.sources.push(source);
    this.#octets += source.bytes.length;
  }
}

/** A batch in the making. */
class Batch {
  readonly builder = new ReadyBatchBuilder();
  readonly quarantined: QuarantinedSource[] = [];
  readonly passedOver: PassedOver[] = [];
  notReports = 0;
  /** As in {@link IntakeBatch}. */
  weight = 0;
  #sources = 0;
  #octets = 0;

  count({ read }: Source): void {
    this.#sources += 1;
    this.#octets += read;
  }

  isFull(most: number): boolean {
    return this.builder.length >= most || this.weight >= batchWeight || this.#sources >= 4 * most;
  }

  finish(): IntakeBatch {
    const { builder, quarantined, passedOver, notReports, weight } = this;
    const [sources, octets] = [this.#sources, this.#octets];
    const ready = builder.finish();
    return { ready, weight, quarantined, passedOver, notReports, sources, octets };
  }
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
  const { DnsClient } = await import("../../net/dns/client.ts");
  const servers = resolver === null ? systemServers() : [resolver];
  return new DnsClient({ servers, timeoutMs: dnsTimeoutMs });
}
