/** Paths → batches of reports that are ready for journal and store. */
import type { DnsClient } from "../../net/dns/client.ts";
import { systemServers, type Server } from "../../net/dns/servers.ts";
import { resolveWith } from "../../mail/dkim/dkim-resolver.ts";
import { verifyReporter } from "../../mail/dkim/dkim.ts";
import { Quarantine } from "./quarantine.ts";
import type { Source } from "./sources.ts";
import { sniff } from "../../mail/sniff.ts";
import type { SkippedPath } from "./walk.ts";
import { describeRefusals, type Refusal } from "../../tls-rpt/report/refusal.ts";
import { seemsReport } from "./unwrap.ts";
import { ReadyBatchBuilder, type ReadyBatch } from "./ready-batch.ts";
import { sourceGroups, type SourceGroup } from "./source-groups.ts";
import {
  intakeContext,
  parseGzipJson,
  parseSource,
  verifySource,
  type IntakeContext,
  type IntakeResult,
  type Verify,
} from "./intake-source.ts";
import { withCircuitBreaker } from "./circuit-breaker.ts";

export interface IntakeRequest {
  readonly paths: readonly string[];
  /** Unix seconds. */
  readonly now: number;
  /** The folder of the quarantine. */
  readonly quarantine: string;
  /** Null: signatures are not checked. */
  readonly dkim: { readonly resolver: Server | null } | null;
}

export interface IntakeBatch {
  readonly ready: ReadyBatch;
  /** About how many bytes of memory its sources took. */
  readonly memory: number;
  readonly quarantined: readonly QuarantinedSource[];
  readonly skipped: readonly SkippedPath[];
  readonly notReports: number;
  /** Files and mails that were read, and their bytes. */
  readonly sources: number;
  readonly bytes: number;
}

export interface QuarantinedSource {
  readonly source: string;
  readonly reasons: readonly Refusal[];
  /** Whether the quarantine has a copy: a source that does not fit into memory is not copied. */
  readonly isCopied: boolean;
}

/** A batch ends at either of these: many small reports, or few large ones. The first batch is smaller. */
const maxBatchReports = 4000;
const maxFirstReports = 500;
const maxBatchMemory = 32 * 1024 * 1024;

/** Sources that wait for DNS at the same time, and their memory. */
const maxPendingSources = 64;
const maxPendingMemory = 64 * 1024 * 1024;

/**
 * Reads everything below the paths. A batch is yielded before the next one is begun.
 * @throws the system's errors where the quarantine cannot be written
 */
export async function* intake(request: IntakeRequest): AsyncGenerator<IntakeBatch, void> {
  const { paths, now, quarantine, dkim } = request;
  const { verify, close } = dkim === null ? noVerifier : verifier(dkim.resolver);
  const session = new IntakeSession(quarantine, intakeContext(now, verify));
  try {
    for await (const group of sourceGroups(paths)) yield* session.add(group);
    yield await session.finish();
  } finally {
    close();
  }
}

interface PendingSource {
  readonly source: Source;
  readonly result: Promise<IntakeResult>;
}

/** Reads sources one after another and collects their reports in batches. */
class IntakeSession {
  readonly #context: IntakeContext;
  readonly #quarantine: Quarantine;
  #batch = new IntakeBatchBuilder();
  #maxReports = maxFirstReports;
  #pending: PendingSource[] = [];
  #pendingMemory = 0;

  constructor(quarantine: string, context: IntakeContext) {
    this.#context = context;
    this.#quarantine = new Quarantine(quarantine);
  }

  async *add(group: SourceGroup): AsyncGenerator<IntakeBatch> {
    this.#batch.skipped.push(...group.skipped);
    let mails = new MailBatch();
    for (const [index, source] of group.sources.entries()) {
      if (this.#addGzipJson(source, group.unpacked[index] ?? null)) continue;
      if (!mails.hasRoom(source)) {
        await this.#addMails(mails.sources);
        mails = new MailBatch();
        if (this.#batch.isFull(this.#maxReports)) yield this.#nextBatch();
      }
      mails.add(source);
    }
    await this.#addMails(mails.sources);
    if (this.#batch.isFull(this.#maxReports)) yield this.#nextBatch();
  }

  /** Adds a small gzip file; false: it is something else. */
  #addGzipJson(source: Source, unpacked: Buffer | null): boolean {
    if (unpacked === null) return false;
    const parsed = parseGzipJson(source.bytes, source.name, this.#context, unpacked);
    if (parsed === null) return false;
    this.#batch.memory += parsed.memory;
    this.#finishSource(source, { ready: parsed.found, refusals: parsed.refusals });
    return true;
  }

  async #addMails(sources: readonly Source[]): Promise<void> {
    const whole = sources.filter(({ isWhole }) => isWhole);
    for (const source of sources) if (!source.isWhole) this.#refuseLarge(source);
    const all = whole.map(({ bytes, name }) => parseSource(bytes, name, this.#context));
    for (const [index, parsed] of (await Promise.all(all)).entries()) {
      const source = whole[index];
      if (source === undefined) continue;
      this.#pending.push({ source, result: verifySource(parsed, this.#context) });
      this.#pendingMemory += parsed.memory;
    }
    const isFull =
      this.#pending.length >= maxPendingSources || this.#pendingMemory >= maxPendingMemory;
    if (isFull) await this.#finishPending();
  }

  /** The last batch. */
  async finish(): Promise<IntakeBatch> {
    await this.#finishPending();
    return this.#nextBatch();
  }

  #nextBatch(): IntakeBatch {
    const batch = this.#batch.finish();
    this.#batch = new IntakeBatchBuilder();
    this.#maxReports = maxBatchReports;
    return batch;
  }

  async #finishPending(): Promise<void> {
    for (const { source, result } of this.#pending) this.#finishSource(source, await result);
    this.#batch.memory += this.#pendingMemory;
    this.#pending = [];
    this.#pendingMemory = 0;
  }

  #finishSource(source: Source, { ready, refusals }: IntakeResult): void {
    const batch = this.#batch;
    batch.count(source);
    for (const report of ready) batch.builder.add(report);
    if (refusals.length > 0) this.#quarantineSource(source, refusals);
    else if (ready.length === 0) batch.notReports += 1;
  }

  #quarantineSource({ name, bytes }: Source, reasons: readonly Refusal[]): void {
    const { now: at } = this.#context;
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
      batch.skipped.push({ path: name, why: "it is too large", isUnreadable: false });
    }
  }
}

/** Bytes that are unwrapped at the same time: they may expand to a thousand times as many. */
const maxMailBatchBytes = 64 * 1024;

/** Mails and other files that are unwrapped at the same time, because parsing a mail is asynchronous; or a single large one. */
class MailBatch {
  readonly sources: Source[] = [];
  #bytes = 0;

  hasRoom({ bytes }: Source): boolean {
    return this.sources.length === 0 || this.#bytes + bytes.length <= maxMailBatchBytes;
  }

  add(source: Source): void {
    this.sources.push(source);
    this.#bytes += source.bytes.length;
  }
}

class IntakeBatchBuilder {
  readonly builder = new ReadyBatchBuilder();
  readonly quarantined: QuarantinedSource[] = [];
  readonly skipped: SkippedPath[] = [];
  notReports = 0;
  /** As in {@link IntakeBatch}. */
  memory = 0;
  #sources = 0;
  #bytes = 0;

  count({ read }: Source): void {
    this.#sources += 1;
    this.#bytes += read;
  }

  isFull(maxReports: number): boolean {
    return (
      this.builder.length >= maxReports ||
      this.memory >= maxBatchMemory ||
      this.#sources >= 4 * maxReports
    );
  }

  finish(): IntakeBatch {
    const { builder, quarantined, skipped, notReports, memory } = this;
    const [sources, bytes] = [this.#sources, this.#bytes];
    const ready = builder.finish();
    return { ready, memory, quarantined, skipped, notReports, sources, bytes };
  }
}

/** The extension of the file in the quarantine, so that people can open it. */
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
    verify: withCircuitBreaker(async (message, submitter, at) => {
      // Loaded with the first mail, because files have no signatures.
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
