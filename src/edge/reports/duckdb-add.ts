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

  /** The first of so many free numbers of a table. */
  async take(table: NamedTable | "reports" | "policies", count: number): Promise<number> {
    const found = this.#next.get(table) ?? (await this.#first(table));
    this.#next.set(table, found + count);
    return found;
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
        const id = await this.take(table, 1);
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
    const proven = one.arrival.verification.verdict === "verified";
    return row !== undefined && !row.verified && proven ? [{ id: row.id, one }] : [];
  });
  await insert(database, numbering, fresh);
  await takeOver(
    database,
    better.map(({ id, one }) => ({ id, arrival: one.arrival })),
  );
  const days = new Set(
    [...fresh, ...better.map(({ one }) => one)].map(({ report }) => dayOf(report)),
  );
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
    const better =
      first?.arrival.verification.verdict !== "verified" &&
      one.arrival.verification.verdict === "verified";
    if (first === undefined) batch.set(one.key, one);
    else if (better) batch.set(one.key, { ...first, arrival: one.arrival });
  }
  return batch;
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

async function insert(
  database: OpenDatabase,
  numbering: Numbering,
  fresh: readonly NewReport[],
): Promise<void> {
  const named = (id: number, name: string): readonly Cell[] => [id, name];
  const all = fresh.flatMap(({ report }) => report.policies);
  const digests = digestsOf(all);
  const texts = new Map([...digests].map(([policy, digest]) => [digest, policy]));
  const domains = await numbering.numbers("domains", new Set(all.map((one) => one.domain)), named);
  const organizations = await numbering.numbers(
    "organizations",
    new Set(fresh.map(({ report }) => report.organization)),
    named,
  );
  const policyTexts = await numbering.numbers(
    "policy_texts",
    new Set(texts.keys()),
    (id, digest) => {
      const text = texts.get(digest);
      return [id, digest, text?.strings ?? [], text?.mxHosts ?? []];
    },
  );
  const rows = { reports: [], policies: [], failures: [] } as {
    readonly [table in "reports" | "policies" | "failures"]: (readonly Cell[])[];
  };
  let id = await numbering.take("reports", fresh.length);
  let number = await numbering.take("policies", all.length);
  for (const { key, report, arrival, deviations } of fresh) {
    const day = dayOf(report);
    const organization = organizations.get(report.organization) ?? 0;
    const { verdict, signer, detail } = arrival.verification;
    const verified = verdict === "verified";
    // prettier-ignore
    rows.reports.push([
      id, shortKey(key), day, organization, report.contact, report.reportId, second(report.start),
      second(report.end), arrival.via, second(arrival.receivedAt), arrival.submitter, verdict, signer,
      detail, deviations,
    ]);
    for (const policy of report.policies) {
      const domain = domains.get(policy.domain) ?? 0;
      const text = policyTexts.get(digests.get(policy) ?? "") ?? 0;
      // prettier-ignore
      rows.policies.push([
        number, id, day, organization, domain, verified, policy.type, text, count(policy.successes),
        count(policy.failures),
      ]);
      for (const one of policy.details) {
        // prettier-ignore
        rows.failures.push([
          number, id, day, organization, domain, verified, one.resultType, one.sendingIp,
          one.receivingMx, one.receivingHelo, one.receivingIp, count(one.count), one.information,
          one.reason,
        ]);
      }
      number += 1;
    }
    id += 1;
  }
  await appendRows(database, "reports", rows.reports);
  await appendRows(database, "policies", rows.policies);
  await appendRows(database, "failures", rows.failures);
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

/** Names policies by their texts; most reports are about the same few. */
function digestsOf(policies: readonly ReportedPolicy[]): ReadonlyMap<ReportedPolicy, string> {
  const known = new Map<string, string>();
  return new Map(
    policies.map((policy) => {
      const text = JSON.stringify([policy.strings, policy.mxHosts]);
      let digest = known.get(text);
      if (digest === undefined) {
        digest = crypto.hash("sha256", text, "hex").slice(0, 32);
        known.set(text, digest);
      }
      return [policy, digest];
    }),
  );
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
