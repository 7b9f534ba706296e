/** The store of reports in a DuckDB file: an index of the journal, which can be made anew from it. */
import { success, type Result } from "../../../diagnostics/result.ts";
import type {
  AddResult,
  DomainDetails,
  DomainFindings,
  DomainSeries,
  ExportRow,
  ReporterTotals,
  ReportStore,
  SegmentPosition,
  SenderHabits,
  Window,
  WriteJournal,
} from "../port.ts";
import { isTrustedSigner } from "../../analysis/trusted-signers.ts";
import type { NewReport } from "../../new-report.ts";
import { isKnown, planAddition } from "../../plan-addition.ts";
import { addReports } from "./add.ts";
import { exportDays } from "./export.ts";
import { lookUp } from "./lookup.ts";
import { domainDetails } from "./details.ts";
import { everyDomain } from "./every.ts";
import { closeDatabase, openDatabase, type OpenDatabase } from "./open.ts";
import { reporterTotals } from "./reporters.ts";
import { markTrusted, refreshDaily, signersOfStaleDays } from "./schema.ts";
import { textList, textOf } from "./values.ts";
import { senderHabits } from "./senders.ts";
import { domainSeries } from "./series.ts";

/** Opens the store in a file, which is made where it is missing. Waits a while for another process that has it. */
export async function openReportStore(
  file: string,
  patienceMs?: number,
): Promise<Result<ReportStore>> {
  const database = await openDatabase(file, patienceMs);
  return database.ok ? success(new DuckDbStore(database.value)) : database;
}

class DuckDbStore implements ReportStore {
  readonly #database: OpenDatabase;
  /** As the database was opened. */
  #threads = 2;
  /** One transaction or query at a time: they share a connection. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: OpenDatabase) {
    this.#database = database;
  }

  add(reports: readonly NewReport[], writeJournal: WriteJournal): Promise<AddResult> {
    return this.#inTurn(async () => {
      const stored = await lookUp(this.#database, reports);
      const changing: NewReport[] = [];
      const indexes: number[] = [];
      for (const [index, report] of reports.entries()) {
        if (isKnown(report, stored.get(report.key))) continue;
        changing.push(report);
        indexes.push(index);
      }
      const positions = await writeJournal(indexes);
      const addition = planAddition(changing, (key) => stored.get(key));
      const added = addition.inserts.length;
      if (changing.length > 0 || positions.length > 0) {
        // Batches are small: a second thread would spend its time waiting for work.
        await this.#useThreads(1);
        await this.#transaction(() => addReports(this.#database, addition, stored, positions));
      }
      return { added, duplicates: reports.length - added };
    });
  }

  positions(): Promise<readonly SegmentPosition[]> {
    return this.#inTurn(async () => {
      const rows = await this.#rows(
        "SELECT segment, max(read_to)::DOUBLE FROM segments GROUP BY segment",
      );
      return rows.map(([segment, offset]) => ({
        segment: String(segment),
        offset: Number(offset),
      }));
    });
  }

  trust(domains: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const wanted = new Set(domains);
      const before = await this.#trusted();
      if (wanted.size === before.length && before.every((one) => wanted.has(one))) return;
      const [list, type] = textList(this.#database, [...wanted]);
      await this.#transaction(async () => {
        const { connection } = this.#database;
        await connection.run("DELETE FROM trusted_signers");
        await connection.run("INSERT INTO trusted_signers SELECT unnest($1)", [list], [type]);
        await connection.run(
          "INSERT INTO stale_days SELECT DISTINCT day FROM reports WHERE verdict = 'verified'",
        );
      });
    });
  }

  extent(): Promise<Window | null> {
    return this.#inTurn(async () => {
      const [row] = await this.#rows("SELECT min(day)::VARCHAR, max(day)::VARCHAR FROM policies");
      const [from, to] = row ?? [];
      return typeof from === "string" && typeof to === "string" ? { from, to } : null;
    });
  }

  async *series(window: Window, domains?: readonly string[]): AsyncGenerator<DomainSeries> {
    await this.#inTurn(() => this.#refresh());
    for await (const { series } of domainSeries(this.#database, window, domains)) yield series;
  }

  reporters(window: Window): Promise<readonly ReporterTotals[]> {
    return this.#inTurn(async () => {
      await this.#useThreads(2);
      return reporterTotals(this.#database, window);
    });
  }

  details(window: Window, domains: readonly string[]): Promise<ReadonlyMap<string, DomainDetails>> {
    return this.#inTurn(async () => {
      await this.#useThreads(2);
      return domainDetails(this.#database, window, domains);
    });
  }

  async *everything(
    judged: Window,
    shown: Window,
    domains: readonly string[],
  ): AsyncGenerator<DomainFindings> {
    await this.#inTurn(() => this.#refresh());
    yield* everyDomain(this.#database, judged, shown, domains);
  }

  senders(): Promise<readonly SenderHabits[]> {
    return this.#inTurn(() => senderHabits(this.#database));
  }

  exportRows(window: Window | null, domain?: string): AsyncGenerator<ExportRow> {
    return exportDays(this.#database, window, domain);
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    closeDatabase(this.#database);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #trusted(): Promise<readonly string[]> {
    return (await this.#rows("SELECT name FROM trusted_signers")).map(([name]) => textOf(name));
  }

  async #rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.#database.connection.runAndReadAll(sql)).getRows();
  }

  /** All of the work or nothing. */
  async #transaction<T>(work: () => Promise<T>): Promise<T> {
    const { connection } = this.#database;
    await connection.run("BEGIN");
    try {
      const result = await work();
      await connection.run("COMMIT");
      return result;
    } catch (error) {
      // What ended the transaction itself, such as a full disk, leaves nothing to roll back.
      await connection.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  async #useThreads(count: number): Promise<void> {
    if (this.#threads === count) return;
    await this.#database.connection.run(`SET threads = ${String(count)}`);
    this.#threads = count;
  }

  async #refresh(): Promise<void> {
    await this.#useThreads(2);
    const [row] = await this.#rows("SELECT count(*)::DOUBLE FROM stale_days");
    if (row?.[0] === 0) return;
    const domains = await this.#trusted();
    const signers = (await this.#rows(signersOfStaleDays)).map(([signer]) => textOf(signer));
    const trusted = signers.filter((signer) => isTrustedSigner(signer, domains));
    const [list, type] = textList(this.#database, trusted);
    await this.#transaction(async () => {
      const { connection } = this.#database;
      await connection.run(markTrusted, [list], [type]);
      for (const statement of refreshDaily) await connection.run(statement);
    });
  }
}
