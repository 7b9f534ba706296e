/** How each reporter sends. */
import type { SenderHabits } from "../store-port.ts";
import type { OpenDatabase } from "./open.ts";

/** More reporters than there are; beyond them somebody makes names up. */
const mostSenders = "1000";
/** Values that are listed of one property of one reporter. */
const mostValues = "100";

/** Reports with the domain that is proven to have sent them; one that two have signed is of both. */
const reports = "proven_reports";

const listed = {
  via: `SELECT organization, proven, via AS value FROM ${reports}`,
  verdicts: `SELECT organization, proven, verdict AS value FROM ${reports}`,
  signers: `SELECT organization, proven, signer AS value FROM ${reports} WHERE signer IS NOT NULL`,
  deviations: `SELECT organization, proven, unnest(deviations) AS value FROM ${reports}`,
} as const;

type Counts = Record<string, number>;

/** @see ReportStore.senders */
export async function senderHabits({ connection }: OpenDatabase): Promise<readonly SenderHabits[]> {
  const senders = await connection.runAndReadAll(
    `SELECT organization, proven, name, n::DOUBLE, first::VARCHAR, last::VARCHAR FROM (
        SELECT organization, proven, count(*) AS n, min(day) AS first, max(day) AS last
        FROM ${reports} GROUP BY organization, proven
      ) JOIN organizations ON id = organization
      ORDER BY n DESC, name, proven NULLS LAST LIMIT ${mostSenders}`,
  );
  const counted = {} as Record<keyof typeof listed, ReadonlyMap<string, Counts>>;
  for (const property of Object.keys(listed) as (keyof typeof listed)[]) {
    const found = await connection.runAndReadAll(
      `SELECT organization, proven, value, count(*)::DOUBLE AS n FROM (${listed[property]})
        GROUP BY organization, proven, value
        QUALIFY row_number() OVER (
          PARTITION BY organization, proven ORDER BY n DESC, value) <= ${mostValues}
        ORDER BY organization, proven, n DESC, value`,
    );
    const bySender = new Map<string, Counts>();
    for (const [organization, proven, value, n] of found.getRows()) {
      const sender = senderKey(organization, proven);
      // Without a prototype, for a name may be __proto__.
      const counts = bySender.get(sender) ?? (Object.create(null) as Counts);
      counts[String(value)] = Number(n);
      bySender.set(sender, counts);
    }
    counted[property] = bySender;
  }
  return senders.getRows().map(([organization, proven, name, n, first, last]) => {
    const counts = (property: keyof typeof listed): Counts =>
      counted[property].get(senderKey(organization, proven)) ?? {};
    return {
      organization: name as string,
      signer: proven as string | null,
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

function senderKey(organization: unknown, proven: unknown): string {
  return JSON.stringify([organization, proven]);
}
