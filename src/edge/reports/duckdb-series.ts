/** What was reported of domains, day by day, read column by column: half a million rows are usual. */
import type * as DuckDb from "@duckdb/node-api";
import type { Daily, DomainSeries, Window } from "../../reports/store-port.ts";
import type { OpenDatabase } from "./duckdb-open.ts";
import { textList } from "./duckdb-rows.ts";

const day = 86_400_000;
const mostKinds = "40";

/** Yields the series of every domain of a window, or of some. */
export async function* domainSeries(
  database: OpenDatabase,
  window: Window,
  domains: readonly string[] | undefined,
): AsyncGenerator<DomainSeries> {
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
    const result = await connection.stream(seriesSql(asked), asked.values, asked.types);
    let open: Building | null = null;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      for (const row of readRows(chunk)) {
        if (open?.id !== row.domain) {
          if (open !== null) yield open.series;
          open = begin(row.domain, names.get(row.domain), reporters.get(row.domain), length);
        }
        put(open, row, length);
      }
    }
    if (open !== null) yield open.series;
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

function seriesSql({ only }: Asked): string {
  const where = `WHERE day BETWEEN $1::DATE AND $2::DATE ${only}`;
  return `SELECT domain, kind, (day - $1::DATE)::INTEGER, a, b, c, d, e FROM (
      SELECT domain, NULL AS kind, day, entries::DOUBLE AS a, successes::DOUBLE AS b,
        failures::DOUBLE AS c, verified_successes::DOUBLE AS d, verified_failures::DOUBLE AS e
      FROM daily ${where}
      UNION ALL
      SELECT domain, result_type, day, failed::DOUBLE, verified_failed::DOUBLE, 0, 0, 0
      FROM daily_failures
      SEMI JOIN (
        SELECT domain, result_type FROM daily_failures ${where} GROUP BY domain, result_type
        QUALIFY row_number() OVER (
          PARTITION BY domain ORDER BY sum(failed) DESC, result_type) <= ${mostKinds}
      ) USING (domain, result_type)
      ${where}
    ) ORDER BY domain, kind NULLS FIRST, day`;
}

async function numbered<T>(
  connection: DuckDb.DuckDBConnection,
  sql: string,
  { values, types }: Asked,
): Promise<ReadonlyMap<number, T>> {
  const rows = await connection.runAndReadAll(sql, values, types);
  return new Map(rows.getRowsJS() as unknown as [number, T][]);
}

interface Row {
  readonly domain: number;
  /** null: the row is of the domain as a whole. */
  readonly kind: string | null;
  readonly at: number;
  readonly values: readonly [number, number, number, number, number];
}

function* readRows(chunk: DuckDb.DuckDBDataChunk): Generator<Row> {
  const [domain, kind, at, a, b, c, d, e] = Array.from({ length: 8 }, (_, column) =>
    chunk.getColumnVector(column),
  );
  for (let row = 0; row < chunk.rowCount; row += 1) {
    const number = (vector: DuckDb.DuckDBVector | undefined): number =>
      Number(vector?.getItem(row));
    const text = kind?.getItem(row) ?? null;
    yield {
      domain: number(domain),
      kind: typeof text === "string" ? text : null,
      at: number(at),
      values: [number(a), number(b), number(c), number(d), number(e)],
    };
  }
}

interface Building {
  readonly id: number;
  readonly kinds: { resultType: string; counts: Daily; verifiedCounts: Daily }[];
  readonly series: DomainSeries;
}

function begin(
  id: number,
  name: string | undefined,
  heard: Heard | undefined,
  length: number,
): Building {
  const kinds: Building["kinds"] = [];
  const series = {
    domain: name ?? "",
    entries: new Float64Array(length),
    successes: new Float64Array(length),
    failures: new Float64Array(length),
    verifiedSuccesses: new Float64Array(length),
    verifiedFailures: new Float64Array(length),
    kinds,
    reporters: heard?.heard ?? 0,
    witnessed: heard?.witnessed ?? -1,
  };
  return { id, kinds, series };
}

function put({ series, kinds }: Building, { kind, at, values }: Row, length: number): void {
  const [a, b, c, d, e] = values;
  if (kind === null) {
    series.entries[at] = a;
    series.successes[at] = b;
    series.failures[at] = c;
    series.verifiedSuccesses[at] = d;
    series.verifiedFailures[at] = e;
    return;
  }
  let last = kinds.at(-1);
  if (last?.resultType !== kind) {
    const [counts, verifiedCounts] = [new Float64Array(length), new Float64Array(length)];
    last = { resultType: kind, counts, verifiedCounts };
    kinds.push(last);
  }
  last.counts[at] = a;
  last.verifiedCounts[at] = b;
}
