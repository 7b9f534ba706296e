/** Everything about many domains, in the memory of a few. */
import type * as DuckDb from "@duckdb/node-api";
import { noDetails, type DomainDetails, type DomainFindings, type Window } from "../port.ts";
import { gatheredDetails } from "./details.ts";
import { memoryLimit, type OpenDatabase } from "./open.ts";
import { gather } from "./domain-query.ts";
import { textList } from "./values.ts";
import { domainSeries } from "./series.ts";

/** Policies that are gathered at once: each time the whole table is read. */
const gatheredRows = 700_000;

/** Policies of the domains that are queried at once. */
const askedRows = 120_000;

/** What DuckDB may take meanwhile. */
const passesMemory = "96MB";

/** What a domain counts for at least: the days of its window take memory however few rows it has. */
const minRowsOfDomain = 400;

/** A domain by its number, and how many rows it counts for. */
interface Weighed {
  readonly id: number;
  readonly rows: number;
}

/** Details of some domains, by number. */
interface Block {
  /** The highest number of a domain in it. */
  readonly last: number;
  readonly details: ReadonlyMap<number, DomainDetails>;
}

/** @see ReportStore.everything */
export async function* everyDomain(
  database: OpenDatabase,
  judged: Window,
  shown: Window,
  domains: readonly string[],
): AsyncGenerator<DomainFindings> {
  // Both in the order of the domains' numbers.
  const blocks = oneAhead(detailsInBlocks(database, shown, domains));
  // Passes over the store gain nothing from DuckDB's cache, and Node needs the memory.
  await database.connection.run(`SET memory_limit = '${passesMemory}'`);
  try {
    let block: Block = { last: -Infinity, details: new Map() };
    for await (const { id, series } of domainSeries(database, judged, domains)) {
      while (id > block.last) {
        const next = await blocks.next();
        block = next.done === true ? { last: Infinity, details: new Map() } : next.value;
      }
      yield { series, details: block.details.get(id) ?? noDetails };
    }
  } finally {
    await blocks.return(undefined);
    await database.connection.run(`SET memory_limit = '${memoryLimit}'`);
  }
}

async function* detailsInBlocks(
  database: OpenDatabase,
  window: Window,
  domains: readonly string[],
): AsyncGenerator<Block> {
  const connection = await database.instance.connect();
  try {
    for (const gathered of slices(await weigh(database, connection, domains), gatheredRows)) {
      await gather(database, connection, window, numbersOf(gathered));
      for (const asked of slices(gathered, askedRows)) {
        const numbers = numbersOf(asked);
        const details = await gatheredDetails(database, connection, window, numbers);
        yield { last: numbers.at(-1) ?? Infinity, details };
      }
    }
  } finally {
    connection.disconnectSync();
  }
}

/** Domains in the order of their numbers. */
async function weigh(
  database: OpenDatabase,
  connection: DuckDb.DuckDBConnection,
  domains: readonly string[],
): Promise<readonly Weighed[]> {
  const [list, type] = textList(database, domains);
  const rows = await connection.runAndReadAll(
    `SELECT domain, greatest(sum(entries), ${String(minRowsOfDomain)})::DOUBLE FROM daily
      WHERE domain IN (SELECT id FROM domains WHERE name IN (SELECT unnest($1)))
      GROUP BY domain ORDER BY domain`,
    [list],
    [type],
  );
  return rows.getRows().map(([id, count]) => ({ id: Number(id), rows: Number(count) }));
}

/** Splits them into runs that have at most so many rows, or one domain. */
function slices(domains: readonly Weighed[], max: number): readonly (readonly Weighed[])[] {
  const found: Weighed[][] = [];
  let room = 0;
  for (const one of domains) {
    const last = found.at(-1);
    if (last === undefined || room < one.rows) {
      found.push([one]);
      room = max - one.rows;
    } else {
      last.push(one);
      room -= one.rows;
    }
  }
  return found;
}

function numbersOf(domains: readonly Weighed[]): readonly number[] {
  return domains.map(({ id }) => id);
}

/** Prepares the next value while the last one is in use. */
async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const found = await next;
      if (found.done === true) return;
      next = source.next();
      // It rejects again when it is awaited, which may never happen.
      next.catch(() => undefined);
      yield found.value;
    }
  } finally {
    await source.return(undefined);
  }
}
