/** Adds reports within the transaction that is open. */
import { wellFormedArrival } from "../../arrival.ts";
import type { NewReport } from "../../new-report.ts";
import type { Addition, FurtherSigner } from "../../plan-addition.ts";
import type { SegmentPosition } from "../port.ts";
import { insertReports } from "./insert.ts";
import { listsOf, type StoredRows } from "./lookup.ts";
import type { OpenDatabase } from "./open.ts";
import { textList } from "./values.ts";

/** Carries out what is planned. */
export async function addReports(
  database: OpenDatabase,
  { inserts, verified, signers }: Addition,
  stored: StoredRows,
  positions: readonly SegmentPosition[],
): Promise<void> {
  await insertReports(database, inserts);
  await takeOver(database, verified, stored);
  await addSigners(database, signers);
  await appendPositions(database, positions);
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

/** Gives reports that are there the arrivals that prove who sent them. */
async function takeOver(
  database: OpenDatabase,
  verified: readonly NewReport[],
  stored: StoredRows,
): Promise<void> {
  if (verified.length === 0) return;
  const { connection } = database;
  const arrivals = verified.map(({ arrival }) => wellFormedArrival(arrival));
  const ids = textList(
    database,
    verified.map(({ key }) => String(stored.get(key)?.id)),
  );
  const columns = [
    ids,
    textList(
      database,
      arrivals.map(({ verification }) => verification.signer),
    ),
    textList(
      database,
      arrivals.map(({ verification }) => verification.detail),
    ),
    textList(
      database,
      arrivals.map(({ via }) => via),
    ),
    textList(
      database,
      arrivals.map(({ submitter }) => submitter),
    ),
  ];
  await connection.run(
    `UPDATE reports SET verdict = 'verified', signer = n.signer, detail = n.detail, via = n.via,
        submitter = n.submitter
      FROM (SELECT unnest($1)::INTEGER AS id, unnest($2) AS signer, unnest($3) AS detail,
        unnest($4) AS via, unnest($5) AS submitter) n
      WHERE reports.id = n.id`,
    columns.map(([list]) => list),
    columns.map(([, type]) => type),
  );
  const [list, type] = ids;
  for (const statement of [
    "UPDATE policies SET verified = true WHERE report IN (SELECT unnest($1)::INTEGER)",
    "UPDATE failures SET verified = true WHERE report IN (SELECT unnest($1)::INTEGER)",
    "INSERT INTO stale_days SELECT DISTINCT day FROM reports WHERE id IN (SELECT unnest($1)::INTEGER)",
  ]) {
    await connection.run(statement, [list], [type]);
  }
}

/** The days of their reports are to be added up again. */
async function addSigners(
  database: OpenDatabase,
  signers: readonly FurtherSigner[],
): Promise<void> {
  if (signers.length === 0) return;
  const { values, types } = listsOf(database, signers);
  await database.connection.run(
    "INSERT INTO proofs SELECT unnest($1)::UUID, unnest($2)",
    values,
    types,
  );
  await database.connection.run(
    `INSERT INTO stale_days
      SELECT DISTINCT day FROM reports WHERE key IN (SELECT unnest($1)::UUID)`,
    values.slice(0, 1),
    types.slice(0, 1),
  );
}
