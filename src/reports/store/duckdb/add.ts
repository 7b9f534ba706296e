/** Adds reports, in one transaction with how far the journal was read: what is there is told from what is new. */
import type {
  AddResult,
  NewReport,
  PackedReport,
  SegmentPosition,
  SignedKey,
} from "../store-port.ts";
import { insertReports } from "./insert.ts";
import type { OpenDatabase } from "./open.ts";
import { addProofs, proofName, proofsThere, type Proof } from "./proofs.ts";
import { textList } from "./text-list.ts";
import type { Arrival } from "../../arrival.ts";

/** Adds reports within the transaction that is open. */
export async function addReports(
  database: OpenDatabase,
  reports: readonly PackedReport[],
  positions: readonly SegmentPosition[],
  lookedUp: LookedUp | null,
): Promise<AddResult> {
  const batch = oncePerKey(reports);
  const isLookedUp = lookedUp !== null && reports.every(({ key }) => lookedUp.keys.has(key));
  const found = isLookedUp ? lookedUp : await lookUp(database, reports);
  const fresh: string[] = [];
  const better: Better[] = [];
  const proofs = new Map<string, Proof>();
  for (const [key, [first, ...others]] of batch) {
    const row = found.there.get(shortKey(key));
    if (row === undefined) fresh.push(first.json);
    else if (row.signer === null && first.signer !== null) {
      better.push({ id: row.id, arrival: (JSON.parse(first.json) as NewReport).arrival });
    }
    const signer = row?.signer ?? first.signer;
    for (const one of [first, ...others]) {
      if (one.signer === null || one.signer === signer) continue;
      const proof = { key: shortKey(key), signer: one.signer };
      if (!found.proofs.has(proofName(proof))) proofs.set(proofName(proof), proof);
    }
  }
  await insertReports(database, fresh);
  await takeOver(database, better);
  await addProofs(database, [...proofs.values()]);
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

type OneOrMore<T> = [T, ...T[]];

/** Of reports that are the same, one stands for all: one that is verified; after it come the others that are. */
function oncePerKey(
  reports: readonly PackedReport[],
): ReadonlyMap<string, OneOrMore<PackedReport>> {
  const batch = new Map<string, OneOrMore<PackedReport>>();
  for (const one of reports) {
    const same = batch.get(one.key);
    if (same === undefined) batch.set(one.key, [one]);
    else if (one.signer !== null) {
      if (same[0].signer === null) same[0] = one;
      else same.push(one);
    }
  }
  return batch;
}

interface Stored {
  readonly id: number;
  /** The domain that is proven to have sent it; null: none is. */
  readonly signer: string | null;
}

/** What a look-up found: true until the next reports are added. */
export interface LookedUp {
  readonly keys: ReadonlySet<string>;
  readonly there: ReadonlyMap<string, Stored>;
  /** Who else has signed what is there, as far as reports were looked up that these have signed. */
  readonly proofs: ReadonlySet<string>;
}

/** Looks reports up, for {@link areKnown} and for the {@link addReports} of the same that follows. */
export async function lookUp(
  database: OpenDatabase,
  reports: readonly SignedKey[],
): Promise<LookedUp> {
  const keys = new Set(reports.map(({ key }) => key));
  const there = await stored(database, [...keys]);
  const others: Proof[] = [];
  for (const { key, signer } of there.size === 0 ? [] : reports) {
    const first = there.get(shortKey(key))?.signer ?? null;
    if (first !== null && signer !== null && signer !== first)
      others.push({ key: shortKey(key), signer });
  }
  return { keys, there, proofs: await proofsThere(database, others) };
}

/** For each of the reports that were looked up, whether the store would be the same with it. */
export function areKnown(
  { there, proofs }: LookedUp,
  reports: readonly SignedKey[],
): readonly boolean[] {
  return reports.map(({ key, signer }) => {
    const found = there.get(shortKey(key));
    if (found === undefined) return false;
    if (signer === null || signer === found.signer) return true;
    return found.signer !== null && proofs.has(proofName({ key: shortKey(key), signer }));
  });
}

async function stored(
  database: OpenDatabase,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Stored>> {
  if (keys.length === 0) return new Map();
  // One text: a list would be made of a value for each.
  const found = await database.connection.runAndReadAll(
    `SELECT replace(key::VARCHAR, '-', ''), id, CASE WHEN verdict = 'verified' THEN coalesce(signer, '') END
      FROM reports
      WHERE key IN (SELECT unnest(string_split($1, ','))::UUID)`,
    [keys.map(shortKey).join()],
    [database.module.VARCHAR],
  );
  return new Map(
    found
      .getRows()
      .map(([key, id, signer]) => [
        key as string,
        { id: id as number, signer: signer as string | null },
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
