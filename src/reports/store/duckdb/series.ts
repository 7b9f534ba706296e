/** What was reported of domains, day by day, read column by column: half a million rows are usual. */
import type * as DuckDb from "@duckdb/node-api";
import type { DomainSeries, KindSeries, Window } from "../store-port.ts";
import type { OpenDatabase } from "./open.ts";
import { inWindow } from "./question.ts";
import { textList } from "./text-list.ts";

const day = 86_400_000;
const mostKinds = 40;

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
    const list = domains === undefined ? null : textList(database, domains);
    const asked: Asked = {
      only:
        list === null
          ? ""
          : "AND domain IN (SELECT id FROM domains WHERE name IN (SELECT unnest($3)))",
      values: [window.from, window.to, ...(list === null ? [] : [list[0]])],
      types: [
        ...[database.module.VARCHAR, database.module.VARCHAR],
        ...(list === null ? [] : [list[1]]),
      ],
    };
    const names = await numbered<string>(connection, namesSql(asked), asked);
    const reporters = await numbered<Heard>(connection, reportersSql(asked), asked);
    const length = lengthOf(window);
    const kindNames = await numbered<string>(connection, kindsSql(asked), asked);
    const kinds = new KindReader(kindNames, length);
    // Where there are no more in all, no domain has more.
    const areFew = kindNames.size <= mostKinds;
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
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / day) + 1);
}

/** Which domains, as a condition, and the parameters of the query. */
interface Asked {
  readonly only: string;
  readonly values: DuckDb.DuckDBValue[];
  readonly types: DuckDb.DuckDBType[];
}

function namesSql({ only }: Asked): string {
  return `SELECT id, name FROM domains
    WHERE id IN (SELECT domain FROM daily WHERE day BETWEEN $1::DATE AND $2::DATE ${only})`;
}

function reportersSql({ only }: Asked): string {
  return `SELECT domain, struct_pack(
        heard := count(*)::DOUBLE,
        witnessed := coalesce(arg_max(last, failed) FILTER (failed > 0), -1)
      ) FROM (
        SELECT domain, organization, (max(day) - $1::DATE)::INTEGER AS last,
          sum(failures) AS failed
        FROM policies WHERE day BETWEEN $1::DATE AND $2::DATE ${only}
        GROUP BY domain, organization
      ) GROUP BY domain`;
}

/** Who reports on a domain. */
interface Heard {
  readonly heard: number;
  readonly witnessed: number;
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
        PARTITION BY domain ORDER BY sum(failed) DESC, result_type) <= ${String(mostKinds)}
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

async function numbered<T>(
  connection: DuckDb.DuckDBConnection,
  sql: string,
  { values, types }: Asked,
): Promise<ReadonlyMap<number, T>> {
  const rows = await connection.runAndReadAll(sql, values, types);
  return new Map(rows.getRowsJS() as unknown as [number, T][]);
}

function begin(
  name: string | undefined,
  heard: Heard | undefined,
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
    reporters: heard?.heard ?? 0,
    witnessed: heard?.witnessed ?? -1,
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
