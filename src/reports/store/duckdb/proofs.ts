/**
 * Who else has signed a report that is there: whoever guesses what a reporter will say, and signs it first,
 * must not take the reporter's place.
 */
import type { OpenDatabase } from "./open.ts";
import { textList } from "./text-list.ts";

/** A signature that holds, of a report by the first 32 digits of its key. */
export interface Proof {
  readonly key: string;
  readonly signer: string;
}

/** Of these proofs, those that are there; as {@link proofName} names them. */
export async function proofsThere(
  database: OpenDatabase,
  proofs: readonly Proof[],
): Promise<ReadonlySet<string>> {
  if (proofs.length === 0) return new Set();
  const [values, types] = listsOf(database, proofs);
  const rows = await database.connection.runAndReadAll(
    `SELECT DISTINCT replace(key::VARCHAR, '-', ''), signer FROM proofs
      SEMI JOIN (SELECT unnest($1)::UUID AS key, unnest($2) AS signer) USING (key, signer)`,
    values,
    types,
  );
  return new Set(
    rows.getRows().map(([key, signer]) => proofName({ key: String(key), signer: String(signer) })),
  );
}

/** Adds proofs, none of which is there, of reports that are; their days are to be added up again. */
export async function addProofs(database: OpenDatabase, proofs: readonly Proof[]): Promise<void> {
  if (proofs.length === 0) return;
  const [values, types] = listsOf(database, proofs);
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

/** A text of its own for each proof. */
export function proofName({ key, signer }: Proof): string {
  return `${key} ${signer}`;
}

function listsOf(database: OpenDatabase, proofs: readonly Proof[]) {
  const keys = textList(
    database,
    proofs.map(({ key }) => key),
  );
  const signers = textList(
    database,
    proofs.map(({ signer }) => signer),
  );
  return [
    [keys[0], signers[0]],
    [keys[1], signers[1]],
  ] satisfies [unknown[], unknown[]];
}
