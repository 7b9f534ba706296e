/** Adds reports, in one transaction with how far the journal was read: what is there is told from what is new. */
import type { Arrival } from "../../reports/report.ts";
import type {
  AddResult,
  NewReport,
  PackedReport,
  SegmentPosition,
} from "../../reports/store-port.ts";
import { insertReports } from "./duckdb-insert.ts";
import type { OpenDatabase } from "./duckdb-open.ts";
import { textList } from "./duckdb-text-list.ts";

/** Adds reports within the transaction that is open. */
export async function addReports(
  database: OpenDatabase,
  reports: readonly PackedReport[],
  positions: readonly SegmentPosition[],
  lookedUp: LookedUp | null,
): Promise<AddResult> {
  const batch = oncePerKey(reports);
  const keys = [...batch.keys()];
  const isLookedUp = lookedUp !== null && keys.every((key) => lookedUp.keys.has(key));
  const { there } = isLookedUp ? lookedUp : await lookUp(database, keys);
  const fresh: string[] = [];
  const better: Better[] = [];
  for (const [key, { isVerified, json }] of batch) {
    const row = there.get(shortKey(key));
    if (row === undefined) fresh.push(json);
    else if (!row.verified && isVerified) {
      better.push({ id: row.id, arrival: (JSON.parse(json) as NewReport).arrival });
    }
  }
  await insertReports(database, fresh);
  await takeOver(database, better);
  await appendPositions(database, positions);
  return { added: fresh.length, duplicates: reports.length - fresh.length };
}

/** Never replaced: the furthest position of a segment counts. */
async function appendPositions(
  { connection }: OpenDatabase,
  positions: readonly SegmentPosition[],
): Promise<void> {
  if (positions.length === 0) return;
  const appender = await connection.createAppender("segments");
  try {
    for (const { segment, offset } of positions) {
      appender.appendVarchar(segment);
      appender.appendBigInt(BigInt(offset));
      appender.endRow();
    }
  } finally {
    appender.closeSync();
  }
}

/** Of reports that are the same, one that is verified stands for all. */
function oncePerKey(reports: readonly PackedReport[]): ReadonlyMap<string, PackedReport> {
  const batch = new Map<string, PackedReport>();
  for (const one of reports) {
    const first = batch.get(one.key);
    if (first === undefined || (!first.isVerified && one.isVerified)) batch.set(one.key, one);
  }
  return batch;
}

interface Stored {
  readonly id: number;
  readonly verified: boolean;
}

/** What a look-up found: true until the next reports are added. */
export interface LookedUp {
  readonly keys: ReadonlySet<string>;
  readonly there: ReadonlyMap<string, Stored>;
}

/** Looks keys up, for {@link knownOf} and for the {@link addReports} that follows. */
export async function lookUp(database: OpenDatabase, keys: readonly string[]): Promise<LookedUp> {
  return { keys: new Set(keys), there: await stored(database, keys) };
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
): Promise<ReadonlyMap<string, Stored>> {
  if (keys.length === 0) return new Map();
  // One text: a list would be made of a value for each.
  const found = await database.connection.runAndReadAll(
    `SELECT replace(key::VARCHAR, '-', ''), id, verdict = 'verified' FROM reports
      WHERE key IN (SELECT unnest(string_split($1, ','))::UUID)`,
    [keys.map(shortKey).join()],
    [database.module.VARCHAR],
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

/** A report that is there, and is verified now. */
interface Better {
  readonly id: number;
  readonly arrival: Arrival;
}

/** Gives reports that are there the arrivals that prove who sent them. */
async function takeOver(database: OpenDatabase, better: readonly Better[]): Promise<void> {
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
  await connection.run(
    "INSERT INTO stale_days SELECT DISTINCT day FROM reports WHERE id IN (SELECT unnest($1)::INTEGER)",
    [list],
    [type],
  );
}

/** 128 of the key's 256 bits tell reports apart, in half the room. */
function shortKey(key: string): string {
  return key.slice(0, 32);
}
