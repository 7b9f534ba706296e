/** All that is known of many domains, within the memory of a few. */
import type * as DuckDb from "@duckdb/node-api";
import type { DomainDetails, DomainFindings, Window } from "../store-port.ts";
import { gatheredDetails, noDetails } from "./details.ts";
import { memoryLimit, type OpenDatabase } from "./open.ts";
import { gather } from "./question.ts";
import { textList } from "./text-list.ts";
import { domainSeries } from "./series.ts";

/** Policies that are gathered at once: each time the whole table is read. */
const gatheredRows = 700_000;

/** Policies of the domains that are asked about at once. */
const askedRows = 120_000;

/** What DuckDB may take meanwhile. */
const passesMemory = "96MB";

/** The least that a domain counts for: the days of its window take room however few of them it has rows of. */
const rowsOfDomain = 400;

/** A domain by its number, and how many rows it counts for. */
interface Weighed {
  readonly id: number;
  readonly rows: number;
}

/** Details of some domains, by number. */
interface Block {
  /** The greatest number of a domain in it. */
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
  // Passes over the store gain nothing from what DuckDB remembers of it, and Node needs the room.
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
    `SELECT domain, greatest(sum(entries), ${String(rowsOfDomain)})::DOUBLE FROM daily
      WHERE domain IN (SELECT id FROM domains WHERE name IN (SELECT unnest($1)))
      GROUP BY domain ORDER BY domain`,
    [list],
    [type],
  );
  return rows.getRows().map(([id, count]) => ({ id: Number(id), rows: Number(count) }));
}

/** Neighbours together, as many as have the rows given, and at least one. */
function slices(domains: readonly Weighed[], most: number): readonly (readonly Weighed[])[] {
  const found: Weighed[][] = [];
  let room = 0;
  for (const one of domains) {
    const last = found.at(-1);
    if (last === undefined || room < one.rows) {
      found.push([one]);
      room = most - one.rows;
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

/** What comes next is made ready while what came last is in use. */
async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const found = await next;
      if (found.done === true) return;
      next = source.next();
      // Told in its turn; nobody may come to ask.
      next.catch(() => undefined);
      yield found.value;
    }
  } finally {
    await source.return(undefined);
  }
}
