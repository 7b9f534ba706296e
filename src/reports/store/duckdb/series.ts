/** What was reported about domains, day by day. Read column by column: half a million rows are usual. */
import type * as DuckDb from "@duckdb/node-api";
import { maxListed, type DomainSeries, type KindSeries, type Window } from "../port.ts";
import type { OpenDatabase } from "./open.ts";
import { inWindow } from "./domain-query.ts";
import { textList, textOf } from "./values.ts";

const dayMs = 86_400_000;

/** More than a window can have: of two failure counts the greater decides, of equal ones the last day. */
const maxDays = 10_000 * 366;

/** The series of a domain, with its number. */
export interface NumberedSeries {
  readonly id: number;
  readonly series: DomainSeries;
}

/** Yields the series of every domain of a window, or of some, in the order of their numbers. */
export async function* domainSeries(
  database: OpenDatabase,
  window: Window,
  domains: readonly string[] | undefined,
): AsyncGenerator<NumberedSeries> {
  // A connection of its own: others may ask while this one is read.
  const connection = await database.instance.connect();
  try {
    const asked = askedOf(database, window, domains);
    const read = async (sql: string) =>
      (await connection.runAndReadAll(sql, asked.values, asked.types)).getRows();
    const names = namesOf(await read(namesSql(asked)));
    const reporters = new Map(
      (await read(reportersSql(asked))).map(([id, count, mainReporterLastDay]) => [
        Number(id),
        { count: Number(count), mainReporterLastDay: Number(mainReporterLastDay) },
      ]),
    );
    const length = lengthOf(window);
    const kindNames = namesOf(await read(kindsSql(asked)));
    const kinds = new KindReader(kindNames, length);
    // Where there are no more in all, no domain has more.
    const areFew = kindNames.size <= maxListed.kinds;
    // Both in the order of the domains' numbers.
    const failures = await database.instance.connect();
    try {
      await kinds.open(
        await failures.stream(failuresSql(asked, areFew), asked.values, asked.types),
      );
      const result = await connection.stream(dailySql(asked), asked.values, asked.types);
      let open = null as NumberedSeries | null;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const [domain, nth, ...columns] = columnsOf(chunk, 9);
        for (let row = 0; row < chunk.rowCount; row += 1) {
          const id = Number(domain?.getItem(row));
          if (open?.id !== id) {
            if (open !== null) yield open;
            const found = await kinds.of(id);
            open = { id, series: begin(names.get(id), reporters.get(id), found, length) };
          }
          put(open.series, Number(nth?.getItem(row)), columns, row);
        }
      }
      if (open !== null) yield open;
    } finally {
      failures.disconnectSync();
    }
  } finally {
    connection.disconnectSync();
  }
}

/** How many days a window has. */
export function lengthOf({ from, to }: Window): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1);
}

/** Which domains, as a condition, and the parameters of the query. */
interface Asked {
  readonly only: string;
  readonly values: DuckDb.DuckDBValue[];
  readonly types: DuckDb.DuckDBType[];
}

function askedOf(
  database: OpenDatabase,
  { from, to }: Window,
  domains: readonly string[] | undefined,
): Asked {
  const { VARCHAR } = database.module;
  if (domains === undefined) return { only: "", values: [from, to], types: [VARCHAR, VARCHAR] };
  const [list, type] = textList(database, domains);
  const only = "AND domain IN (SELECT id FROM domains WHERE name IN (SELECT unnest($3)))";
  return { only, values: [from, to, list], types: [VARCHAR, VARCHAR, type] };
}

function namesSql({ only }: Asked): string {
  return `SELECT id, name FROM domains
    WHERE id IN (SELECT domain FROM daily WHERE day BETWEEN $1::DATE AND $2::DATE ${only})`;
}

function reportersSql({ only }: Asked): string {
  return `SELECT domain, count(*)::DOUBLE,
      coalesce(arg_max(last, failed * ${String(maxDays)} + last) FILTER (failed > 0), -1)
      FROM (
        SELECT domain, organization, (max(day) - $1::DATE)::INTEGER AS last,
          sum(failures) AS failed
        FROM policies WHERE day BETWEEN $1::DATE AND $2::DATE ${only}
        GROUP BY domain, organization
      ) GROUP BY domain`;
}

/** Who reports about a domain. */
interface Reporters {
  readonly count: number;
  readonly mainReporterLastDay: number;
}

function dailySql({ only }: Asked): string {
  return `SELECT domain, (day - $1::DATE)::INTEGER, entries::DOUBLE, successes::DOUBLE,
      failures::DOUBLE, verified_successes::DOUBLE, verified_failures::DOUBLE,
      trusted_successes::DOUBLE, trusted_failures::DOUBLE
    FROM daily WHERE ${inWindow} ${only} ORDER BY domain, day`;
}

/** Numbers of the result types: a number is read many times faster than a text. */
function kindsSql({ only }: Asked): string {
  return `SELECT row_number() OVER (ORDER BY result_type)::INTEGER AS kind, result_type FROM (
      SELECT DISTINCT result_type FROM daily_failures WHERE ${inWindow} ${only})`;
}

function failuresSql({ only }: Asked, areFew: boolean): string {
  const where = `WHERE ${inWindow} ${only}`;
  const greatest = `SEMI JOIN (
      SELECT domain, result_type FROM daily_failures ${where} GROUP BY domain, result_type
      QUALIFY row_number() OVER (
        PARTITION BY domain ORDER BY sum(failed) DESC, result_type) <= ${String(maxListed.kinds)}
    ) greatest USING (domain, result_type)`;
  return `SELECT domain, kind, (day - $1::DATE)::INTEGER, failed::DOUBLE
    FROM daily_failures ${areFew ? "" : greatest}
    JOIN (${kindsSql({ only, values: [], types: [] })}) kinds USING (result_type)
    ${where} ORDER BY domain, kind`;
}

/** The first columns of a chunk. */
export function columnsOf(
  chunk: DuckDb.DuckDBDataChunk,
  count: number,
): readonly DuckDb.DuckDBVector[] {
  return Array.from({ length: count }, (_, column) => chunk.getColumnVector(column));
}

/** Reads the failures of the domains one after the other, as they are asked for. */
class KindReader {
  readonly #names: ReadonlyMap<number, string>;
  readonly #length: number;
  #result: DuckDb.DuckDBResult | null = null;
  #columns: readonly DuckDb.DuckDBVector[] = [];
  #rows = 0;
  #row = 0;

  constructor(names: ReadonlyMap<number, string>, length: number) {
    this.#names = names;
    this.#length = length;
  }

  async open(result: DuckDb.DuckDBResult): Promise<void> {
    this.#result = result;
    await this.#fetch();
  }

  /** The kinds of a domain; domains are asked for in the order of their numbers. */
  async of(domain: number): Promise<readonly KindSeries[]> {
    const kinds: { kind: number; series: KindSeries }[] = [];
    while (this.#row < this.#rows) {
      const found = this.#number(0);
      if (found > domain) break;
      if (found === domain) this.#take(kinds);
      this.#row += 1;
      if (this.#row >= this.#rows) await this.#fetch();
    }
    return kinds.map(({ series }) => series);
  }

  #take(kinds: { kind: number; series: KindSeries }[]): void {
    const kind = this.#number(1);
    let last = kinds.at(-1);
    if (last?.kind !== kind) {
      const series = {
        resultType: this.#names.get(kind) ?? "",
        counts: new Float64Array(this.#length),
      };
      last = { kind, series };
      kinds.push(last);
    }
    const nth = this.#number(2);
    last.series.counts[nth] = this.#number(3);
  }

  #number(column: number): number {
    return Number(this.#columns[column]?.getItem(this.#row));
  }

  async #fetch(): Promise<void> {
    const chunk = (await this.#result?.fetchChunk()) ?? null;
    this.#rows = chunk?.rowCount ?? 0;
    this.#row = 0;
    this.#columns = chunk === null || this.#rows === 0 ? [] : columnsOf(chunk, 4);
  }
}

function namesOf(rows: readonly (readonly unknown[])[]): ReadonlyMap<number, string> {
  return new Map(rows.map(([id, name]) => [Number(id), textOf(name)]));
}

function begin(
  name: string | undefined,
  reporters: Reporters | undefined,
  kinds: readonly KindSeries[],
  length: number,
): DomainSeries {
  return {
    domain: name ?? "",
    entries: new Float64Array(length),
    successes: new Float64Array(length),
    failures: new Float64Array(length),
    verifiedSuccesses: new Float64Array(length),
    verifiedFailures: new Float64Array(length),
    trustedSuccesses: new Float64Array(length),
    trustedFailures: new Float64Array(length),
    kinds,
    reporters: reporters?.count ?? 0,
    mainReporterLastDay: reporters?.mainReporterLastDay ?? -1,
  };
}

function put(
  series: DomainSeries,
  nth: number,
  columns: readonly DuckDb.DuckDBVector[],
  row: number,
): void {
  const [entries, successes, failures, verifiedSuccesses, verifiedFailures, ...trusted] = columns;
  const [trustedSuccesses, trustedFailures] = trusted;
  series.entries[nth] = Number(entries?.getItem(row));
  series.successes[nth] = Number(successes?.getItem(row));
  series.failures[nth] = Number(failures?.getItem(row));
  series.verifiedSuccesses[nth] = Number(verifiedSuccesses?.getItem(row));
  series.verifiedFailures[nth] = Number(verifiedFailures?.getItem(row));
  series.trustedSuccesses[nth] = Number(trustedSuccesses?.getItem(row));
  series.trustedFailures[nth] = Number(trustedFailures?.getItem(row));
}
