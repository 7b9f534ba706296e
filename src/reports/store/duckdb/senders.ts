/** How each reporter sends. */
import type * as DuckDb from "@duckdb/node-api";
import { maxListed, type SenderHabits } from "../port.ts";
import type { OpenDatabase } from "./open.ts";
import { optionalText, textOf } from "./values.ts";

/** Reports with the domain that is proven to have sent them; one that two have signed is there for both. */
const reports = "proven_reports";

/** How many reports have a value; the values with the most reports first. */
type Counts = Map<string, number>;
const noCounts: Counts = new Map();

/** @see ReportStore.senders */
export async function senderHabits({ connection }: OpenDatabase): Promise<readonly SenderHabits[]> {
  const senders = await connection.runAndReadAll(
    `SELECT organization, proven, name, n::DOUBLE, first::VARCHAR, last::VARCHAR FROM (
        SELECT organization, proven, count(*) AS n, min(day) AS first, max(day) AS last
        FROM ${reports} GROUP BY organization, proven
      ) JOIN organizations ON id = organization
      ORDER BY n DESC, name, proven NULLS LAST LIMIT ${String(maxListed.senders)}`,
  );
  const via = await countValues(connection, "via");
  const verdicts = await countValues(connection, "verdict");
  const signers = await countValues(connection, "signer");
  const deviations = await countValues(connection, "unnest(deviations)");
  return senders.getRows().map(([organization, proven, name, n, first, last]) => {
    const sender = senderKey(organization, proven);
    return {
      organization: textOf(name),
      signer: optionalText(proven),
      reports: Number(n),
      firstDay: textOf(first),
      lastDay: textOf(last),
      via: [...(via.get(sender) ?? noCounts).keys()],
      verdicts: Object.fromEntries(verdicts.get(sender) ?? noCounts),
      signers: [...(signers.get(sender) ?? noCounts).keys()],
      deviations: Object.fromEntries(deviations.get(sender) ?? noCounts),
    };
  });
}

/** Counts the reports of each sender by a value. */
async function countValues(
  connection: DuckDb.DuckDBConnection,
  value: string,
): Promise<ReadonlyMap<string, Counts>> {
  const found = await connection.runAndReadAll(
    `SELECT organization, proven, value, count(*)::DOUBLE AS n
      FROM (SELECT organization, proven, ${value} AS value FROM ${reports})
      WHERE value IS NOT NULL
      GROUP BY organization, proven, value
      QUALIFY row_number() OVER (
        PARTITION BY organization, proven ORDER BY n DESC, value) <= ${String(maxListed.senderValues)}
      ORDER BY organization, proven, n DESC, value`,
  );
  const bySender = new Map<string, Counts>();
  for (const [organization, proven, name, n] of found.getRows()) {
    const sender = senderKey(organization, proven);
    const counts = bySender.get(sender) ?? new Map<string, number>();
    bySender.set(sender, counts.set(textOf(name), Number(n)));
  }
  return bySender;
}

function senderKey(organization: unknown, proven: unknown): string {
  return JSON.stringify([organization, proven]);
}
