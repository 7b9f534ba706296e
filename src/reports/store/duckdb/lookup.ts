/** Finds out what the database has of reports. */
import type { NewReport } from "../../new-report.ts";
import { provenSigner } from "../../arrival.ts";
import type { FurtherSigner, StoredReport } from "../../plan-addition.ts";
import type { OpenDatabase } from "./open.ts";
import { optionalText, textList, textOf } from "./values.ts";

/** A row of `reports`; of the other signers it has those that were asked about. */
export interface StoredRow extends StoredReport {
  readonly id: number;
  others: ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();

/** Half of the key's 256 bits tell reports apart. */
const keyDigits = 32;

/** The rows of reports that are in the database. */
export class StoredRows {
  readonly #rows: ReadonlyMap<string, StoredRow>;

  constructor(rows: ReadonlyMap<string, StoredRow>) {
    this.#rows = rows;
  }

  /** The row of a report, by its key. */
  get(key: string): StoredRow | undefined {
    return this.#rows.get(shortKey(key));
  }
}

/** Looks reports up, and which of their signers each is known to have. */
export async function lookUp(
  database: OpenDatabase,
  reports: readonly NewReport[],
): Promise<StoredRows> {
  const rows = await readRows(database, new Set(reports.map(({ key }) => shortKey(key))));
  if (rows.size > 0) {
    const asked: FurtherSigner[] = [];
    for (const { key, arrival } of reports) {
      const signer = provenSigner(arrival);
      const first = rows.get(shortKey(key))?.signer ?? null;
      if (first !== null && signer !== null && signer !== first) asked.push({ key, signer });
    }
    await readOthers(database, asked, rows);
  }
  return new StoredRows(rows);
}

async function readRows(
  { module, connection }: OpenDatabase,
  keys: ReadonlySet<string>,
): Promise<Map<string, StoredRow>> {
  if (keys.size === 0) return new Map();
  // One text: a list would be made of a value for each.
  const found = await connection.runAndReadAll(
    `SELECT replace(key::VARCHAR, '-', ''), id,
        CASE WHEN verdict = 'verified' THEN coalesce(signer, '') END
      FROM reports
      WHERE key IN (SELECT unnest(string_split($1, ','))::UUID)`,
    [[...keys].join()],
    [module.VARCHAR],
  );
  return new Map(
    found
      .getRows()
      .map(([key, id, signer]) => [
        textOf(key),
        { id: Number(id), signer: optionalText(signer), others: nobody },
      ]),
  );
}

async function readOthers(
  database: OpenDatabase,
  asked: readonly FurtherSigner[],
  rows: ReadonlyMap<string, StoredRow>,
): Promise<void> {
  if (asked.length === 0) return;
  const { values, types } = listsOf(database, asked);
  const found = await database.connection.runAndReadAll(
    `SELECT DISTINCT replace(key::VARCHAR, '-', ''), signer FROM proofs
      SEMI JOIN (SELECT unnest($1)::UUID AS key, unnest($2) AS signer) USING (key, signer)`,
    values,
    types,
  );
  for (const [key, signer] of found.getRows()) {
    const row = rows.get(textOf(key));
    if (row !== undefined) row.others = new Set([...row.others, textOf(signer)]);
  }
}

/** Keys, as the database has them, and signers as the parameters $1 and $2. */
export function listsOf(database: OpenDatabase, all: readonly FurtherSigner[]) {
  const keys = all.map(({ key }) => shortKey(key));
  const signers = all.map(({ signer }) => signer);
  const lists = [textList(database, keys), textList(database, signers)];
  return { values: lists.map(([value]) => value), types: lists.map(([, type]) => type) };
}

/** DuckDB refuses what has no hexadecimal digits. */
function shortKey(key: string): string {
  return key.slice(0, keyDigits);
}
