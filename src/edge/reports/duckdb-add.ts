/** Reports → rows, in one transaction with how far the journal was read. */
import crypto from "node:crypto";
import type { Arrival, Report, ReportedPolicy } from "../../reports/report.ts";
import type { AddResult, NewReport, SegmentPosition } from "../../reports/store-port.ts";
import type { OpenDatabase } from "./duckdb-open.ts";
import { appendRows, textList, type Cell } from "./duckdb-rows.ts";

/** Numbers of names that were seen lately; more than this many are looked up again. */
const mostRemembered = 200_000;

const lastDay = 2_932_896; // 9999-12-31
const lastSecond = 253_402_300_799;

/** Numbers that rows get: the next free one of each table, and those of names. */
export class Numbering {
  readonly #database: OpenDatabase;
  readonly #known = { domains: new Map(), organizations: new Map(), policy_texts: new Map() } as {
    readonly [table in NamedTable]: Map<string, number>;
  };
  readonly #next = new Map<string, number>();

  constructor(database: OpenDatabase) {
    this.#database = database;
  }

  /** After a transaction that was rolled back nothing is known. */
  forget(): void {
    for (const known of Object.values(this.#known)) known.clear();
    this.#next.clear();
  }

  /** The next free number of a table. */
  async next(table: NumberedTable): Promise<number> {
    const found = this.#next.get(table) ?? (await this.#first(table));
    this.#next.set(table, found);
    return found;
  }

  /** So many numbers from {@link next} on are no longer free. */
  taken(table: NumberedTable, count: number): void {
    this.#next.set(table, (this.#next.get(table) ?? 1) + count);
  }

  /** Numbers of names, by name; those that are new get theirs, with a row that `rowOf` makes. */
  async numbers(
    table: NamedTable,
    names: ReadonlySet<string>,
    rowOf: (id: number, name: string) => readonly Cell[],
  ): Promise<ReadonlyMap<string, number>> {
    const known = this.#known[table];
    if (known.size + names.size > mostRemembered) known.clear();
    const missing = [...names].filter((name) => !known.has(name));
    if (missing.length > 0) {
      const column = table === "policy_texts" ? "replace(digest::VARCHAR, '-', '')" : "name";
      const wanted = table === "policy_texts" ? "digest" : "name";
      const type = table === "policy_texts" ? "UUID" : "VARCHAR";
      const [list, listType] = textList(this.#database, missing);
      const found = await this.#database.connection.runAndReadAll(
        `SELECT ${column}, id FROM ${table} WHERE ${wanted} IN (SELECT unnest($1)::${type})`,
        [list],
        [listType],
      );
      for (const [name, id] of found.getRows()) known.set(name as string, id as number);
      const rows: (readonly Cell[])[] = [];
      for (const name of missing) {
        if (known.has(name)) continue;
        const id = await this.next(table);
        this.taken(table, 1);
        known.set(name, id);
        rows.push(rowOf(id, name));
      }
      await appendRows(this.#database, table, rows);
    }
    return known;
  }

  async #first(table: string): Promise<number> {
    const sql = `SELECT coalesce(max(id), 0)::DOUBLE FROM ${table}`;
    const found = await this.#database.connection.runAndReadAll(sql);
    return Number(found.getRows()[0]?.[0] ?? 0) + 1;
  }
}

type NamedTable = "domains" | "organizations" | "policy_texts";
type NumberedTable = NamedTable | "reports" | "policies";

/** Adds reports within the transaction that is open. */
export async function addReports(
  database: OpenDatabase,
  numbering: Numbering,
  reports: readonly NewReport[],
  positions: readonly SegmentPosition[],
  lookedUp: LookedUp | null,
): Promise<AddResult> {
  const batch = oncePerKey(reports);
  const isLookedUp = lookedUp !== null && [...batch.keys()].every((key) => lookedUp.keys.has(key));
  const there = isLookedUp ? lookedUp.there : await known(database, batch);
  const fresh = [...batch.values()].filter(({ key }) => !there.has(shortKey(key)));
  const better = [...batch.values()].flatMap((one) => {
    const row = there.get(shortKey(one.key));
    return row !== undefined && !row.verified && isVerified(one) ? [{ id: row.id, one }] : [];
  });
  const days = await insert(database, numbering, fresh);
  await takeOver(
    database,
    better.map(({ id, one }) => ({ id, arrival: one.arrival })),
  );
  for (const { one } of better) days.add(dayOf(one.report));
  await appendRows(
    database,
    "stale_days",
    [...days].map((day) => [day]),
  );
  // Never replaced: the furthest position of a segment counts.
  await appendRows(
    database,
    "segments",
    positions.map(({ segment, offset }) => [segment, offset]),
  );
  return { added: fresh.length, duplicates: reports.length - fresh.length };
}

/** Of reports that are the same, one that is verified stands for all. */
function oncePerKey(reports: readonly NewReport[]): ReadonlyMap<string, NewReport> {
  const batch = new Map<string, NewReport>();
  for (const one of reports) {
    const first = batch.get(one.key);
    if (first === undefined) batch.set(one.key, one);
    else if (!isVerified(first) && isVerified(one)) {
      const { key, report, deviations } = first;
      batch.set(key, { key, report, deviations, arrival: one.arrival });
    }
  }
  return batch;
}

function isVerified({ arrival }: NewReport): boolean {
  return arrival.verification.verdict === "verified";
}

interface Stored {
  readonly id: number;
  readonly verified: boolean;
}

/** Which of them the store has. The same report is of the same day, which narrows where to look. */
async function known(
  database: OpenDatabase,
  batch: ReadonlyMap<string, NewReport>,
): Promise<ReadonlyMap<string, Stored>> {
  if (batch.size === 0) return new Map();
  const days = [...batch.values()].map(({ report }) => dayOf(report));
  const first = days.reduce((a, b) => Math.min(a, b));
  const last = days.reduce((a, b) => Math.max(a, b));
  const within = "day BETWEEN DATE '1970-01-01' + $2::INTEGER AND DATE '1970-01-01' + $3::INTEGER";
  return stored(database, [...batch.keys()], within, [first, last]);
}

/** What a look-up found: true until the next reports are added. */
export interface LookedUp {
  readonly keys: ReadonlySet<string>;
  readonly there: ReadonlyMap<string, Stored>;
}

/** Looks keys up, for {@link knownOf} and for the {@link addReports} that follows. */
export async function lookUp(database: OpenDatabase, keys: readonly string[]): Promise<LookedUp> {
  return { keys: new Set(keys), there: await stored(database, keys, "true", []) };
}

/** Of the keys that were looked up, those that the store has, and whether their reports are verified. */
export function knownOf({ keys, there }: LookedUp): ReadonlyMap<string, boolean> {
  const known = new Map<string, boolean>();
  for (const key of there.size === 0 ? [] : keys) {
    const found = there.get(shortKey(key));
    if (found !== undefined) known.set(key, found.verified);
  }
  return known;
}

async function stored(
  database: OpenDatabase,
  keys: readonly string[],
  within: string,
  values: readonly number[],
): Promise<ReadonlyMap<string, Stored>> {
  // One text: a list would be made of a value for each.
  const found = await database.connection.runAndReadAll(
    `SELECT replace(key::VARCHAR, '-', ''), id, verdict = 'verified' FROM reports
      WHERE ${within} AND key IN (SELECT unnest(string_split($1, ','))::UUID)`,
    [keys.map(shortKey).join(), ...values],
    [database.module.VARCHAR, ...values.map(() => database.module.INTEGER)],
  );
  return new Map(
    found
      .getRows()
      .map(([key, id, verified]) => [
        key as string,
        { id: id as number, verified: verified === true },
      ]),
  );
}

/** Gives the days that the reports are of. */
async function insert(
  database: OpenDatabase,
  numbering: Numbering,
  fresh: readonly NewReport[],
): Promise<Set<number>> {
  const rows = new Rows(await numbering.next("reports"), await numbering.next("policies"));
  for (const one of fresh) rows.add(one);
  const { reports, policies, failures, texts } = rows;
  numbering.taken("reports", reports.length);
  numbering.taken("policies", policies.length);
  const named = (id: number, name: string): readonly Cell[] => [id, name];
  const domains = await numbering.numbers("domains", namesOf(policies, 4), named);
  const organizations = await numbering.numbers("organizations", namesOf(reports, 3), named);
  const policyTexts = await numbering.numbers("policy_texts", namesOf(policies, 7), (id, name) => {
    const text = texts.get(name);
    return [id, name, text?.strings ?? [], text?.mxHosts ?? []];
  });
  for (const table of [reports, policies, failures]) number(table, 3, organizations);
  for (const table of [policies, failures]) number(table, 4, domains);
  number(policies, 7, policyTexts);
  await appendRows(database, "reports", reports);
  await appendRows(database, "policies", policies);
  await appendRows(database, "failures", failures);
  return rows.days;
}

/**
 * Rows in the making, with names where their numbers will be. Whoever gives a report may make its objects
 * when they are asked for: they are asked for once, and nothing holds them afterwards.
 */
class Rows {
  readonly reports: Cell[][] = [];
  readonly policies: Cell[][] = [];
  readonly failures: Cell[][] = [];
  readonly days = new Set<number>();
  /** By digest. */
  readonly texts = new Map<string, Pick<ReportedPolicy, "strings" | "mxHosts">>();
  readonly #digests = new Map<string, string>();
  #report: number;
  #policy: number;

  /** With the numbers of the first report and policy. */
  constructor(report: number, policy: number) {
    this.#report = report;
    this.#policy = policy;
  }

  add({ key, report, arrival, deviations }: NewReport): void {
    const id = this.#report;
    const day = dayOf(report);
    const { organization } = report;
    const { verdict, signer, detail } = arrival.verification;
    const verified = verdict === "verified";
    // prettier-ignore
    this.reports.push([
      id, shortKey(key), day, organization, report.contact, report.reportId, second(report.start),
      second(report.end), arrival.via, second(arrival.receivedAt), arrival.submitter, verdict, signer,
      detail, deviations,
    ]);
    for (const policy of report.policies) {
      const { domain } = policy;
      // prettier-ignore
      this.policies.push([
        this.#policy, id, day, organization, domain, verified, policy.type, this.#digestOf(policy),
        count(policy.successes), count(policy.failures),
      ]);
      for (const one of policy.details) {
        // prettier-ignore
        this.failures.push([
          this.#policy, id, day, organization, domain, verified, one.resultType, one.sendingIp,
          one.receivingMx, one.receivingHelo, one.receivingIp, count(one.count), one.information,
          one.reason,
        ]);
      }
      this.#policy += 1;
    }
    this.#report += 1;
    this.days.add(day);
  }

  /** Names a policy by its texts; most reports are about the same few. */
  #digestOf({ strings, mxHosts }: ReportedPolicy): string {
    const text = JSON.stringify([strings, mxHosts]);
    let digest = this.#digests.get(text);
    if (digest === undefined) {
      digest = crypto.hash("sha256", text, "hex").slice(0, 32);
      this.#digests.set(text, digest);
      this.texts.set(digest, { strings, mxHosts });
    }
    return digest;
  }
}

function namesOf(rows: readonly (readonly Cell[])[], column: number): ReadonlySet<string> {
  return new Set(rows.map((row) => row[column] as string));
}

/** Puts numbers where names are. */
function number(
  rows: readonly Cell[][],
  column: number,
  numbers: ReadonlyMap<string, number>,
): void {
  for (const row of rows) row[column] = numbers.get(row[column] as string) ?? 0;
}

/** Gives reports that are there the arrivals that prove who sent them. */
async function takeOver(
  database: OpenDatabase,
  better: readonly { readonly id: number; readonly arrival: Arrival }[],
): Promise<void> {
  if (better.length === 0) return;
  const { connection } = database;
  const columns = [
    better.map(({ id }) => String(id)),
    better.map(({ arrival }) => arrival.verification.signer),
    better.map(({ arrival }) => arrival.verification.detail),
    better.map(({ arrival }) => arrival.via),
    better.map(({ arrival }) => arrival.submitter),
  ].map((values) => textList(database, values));
  await connection.run(
    `UPDATE reports SET verdict = 'verified', signer = n.signer, detail = n.detail, via = n.via,
        submitter = n.submitter
      FROM (SELECT unnest($1)::INTEGER AS id, unnest($2) AS signer, unnest($3) AS detail,
        unnest($4) AS via, unnest($5) AS submitter) n
      WHERE reports.id = n.id`,
    columns.map(([list]) => list),
    columns.map(([, type]) => type),
  );
  const [list, type] = columns[0] ?? textList(database, []);
  for (const table of ["policies", "failures"]) {
    await connection.run(
      `UPDATE ${table} SET verified = true WHERE report IN (SELECT unnest($1)::INTEGER)`,
      [list],
      [type],
    );
  }
}

/** The UTC day that most of the period is in, in days since 1970: not every sender's day is UTC's. */
function dayOf({ start, end }: Report): number {
  return Math.min(lastDay, Math.floor((second(start) + second(end)) / 2 / 86_400));
}

/** 128 of the key's 256 bits tell reports apart, in half the room. */
function shortKey(key: string): string {
  return key.slice(0, 32);
}

// The normaliser bounds them; a number that does not fit its column would keep all reports out.
function count(value: number): number {
  return bounded(value, Number.MAX_SAFE_INTEGER);
}

function second(value: number): number {
  return bounded(value, lastSecond);
}

function bounded(value: number, most: number): number {
  return Number.isFinite(value) ? Math.trunc(Math.min(Math.max(value, 0), most)) : 0;
}
