/** How each reporter sends. */
import type { SenderHabits } from "../../reports/store-port.ts";
import type { OpenDatabase } from "./duckdb-open.ts";

/** More reporters than there are; beyond them somebody makes names up. */
const mostSenders = "1000";
/** Values that are listed of one property of one reporter. */
const mostValues = "100";

const listed = {
  via: "SELECT organization, via AS value FROM reports",
  verdicts: "SELECT organization, verdict AS value FROM reports",
  signers: "SELECT organization, signer AS value FROM reports WHERE signer IS NOT NULL",
  deviations: "SELECT organization, unnest(deviations) AS value FROM reports",
} as const;

type Counts = Record<string, number>;

/** @see ReportStore.senders */
export async function senderHabits({ connection }: OpenDatabase): Promise<readonly SenderHabits[]> {
  const senders = await connection.runAndReadAll(
    `SELECT organization, name, n::DOUBLE, first::VARCHAR, last::VARCHAR FROM (
        SELECT organization, count(*) AS n, min(day) AS first, max(day) AS last
        FROM reports GROUP BY organization
      ) JOIN organizations ON id = organization ORDER BY n DESC, name LIMIT ${mostSenders}`,
  );
  const counted = {} as Record<keyof typeof listed, ReadonlyMap<number, Counts>>;
  for (const property of Object.keys(listed) as (keyof typeof listed)[]) {
    const found = await connection.runAndReadAll(
      `SELECT organization, value, count(*)::DOUBLE AS n FROM (${listed[property]})
        GROUP BY organization, value
        QUALIFY row_number() OVER (PARTITION BY organization ORDER BY n DESC, value) <= ${mostValues}
        ORDER BY organization, n DESC, value`,
    );
    const byOrganization = new Map<number, Counts>();
    for (const [organization, value, n] of found.getRows()) {
      const id = Number(organization);
      // Without a prototype, for a name may be __proto__.
      const counts = byOrganization.get(id) ?? (Object.create(null) as Counts);
      counts[String(value)] = Number(n);
      byOrganization.set(id, counts);
    }
    counted[property] = byOrganization;
  }
  return senders.getRows().map(([organization, name, n, first, last]) => {
    const counts = (property: keyof typeof listed): Counts =>
      counted[property].get(Number(organization)) ?? {};
    return {
      organization: name as string,
      reports: Number(n),
      firstDay: first as string,
      lastDay: last as string,
      via: Object.keys(counts("via")),
      verdicts: counts("verdicts"),
      signers: Object.keys(counts("signers")),
      deviations: counts("deviations"),
    };
  });
}
