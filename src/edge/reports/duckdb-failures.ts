/** How sessions of one domain failed, and where. */
import type { FailureGroup, Window } from "../../reports/store-port.ts";
import type { OpenDatabase } from "./duckdb-open.ts";

const source = `failures WHERE day BETWEEN $1::DATE AND $2::DATE
  AND domain IN (SELECT id FROM domains WHERE name = $3)`;

/** What is listed of a group: the SQL of its values, and how many. */
const lists = {
  receivingIps: { select: `receiving_ip AS value, failed FROM ${source}`, most: 10 },
  sendingIps: { select: `sending_ip AS value, failed FROM ${source}`, most: 10 },
  reporters: {
    select: `name AS value, failed FROM (SELECT * FROM ${source}) JOIN organizations ON id = organization`,
    most: 10,
  },
  reasons: { select: `unnest([reason, information]) AS value, failed FROM ${source}`, most: 5 },
} as const;

type ListName = keyof typeof lists;

interface Listed {
  readonly values: string[];
  readonly count: number;
}

/** @see ReportStore.failures */
export async function failureGroups(
  database: OpenDatabase,
  window: Window,
  domain: string,
): Promise<readonly FailureGroup[]> {
  const values = [window.from, window.to, domain];
  const listed = {} as Record<ListName, ReadonlyMap<string, Listed>>;
  for (const name of Object.keys(lists) as ListName[]) {
    listed[name] = await readList(database, name, values);
  }
  const groups = await database.connection.runAndReadAll(
    `SELECT result_type, receiving_mx, sum(failed)::DOUBLE AS count, min(day)::VARCHAR, max(day)::VARCHAR
      FROM ${source} GROUP BY result_type, receiving_mx
      ORDER BY count DESC, result_type, receiving_mx LIMIT 500`,
    values,
  );
  return groups.getRows().map(([resultType, mxHost, count, firstDay, lastDay]) => {
    const key = keyOf(resultType, mxHost);
    const list = (name: ListName): readonly string[] => listed[name].get(key)?.values ?? [];
    return {
      resultType: resultType as string,
      mxHost: mxHost as string | null,
      count: Number(count),
      firstDay: firstDay as string,
      lastDay: lastDay as string,
      receivingIps: list("receivingIps"),
      receivingIpCount: listed.receivingIps.get(key)?.count ?? 0,
      sendingIps: list("sendingIps"),
      sendingIpCount: listed.sendingIps.get(key)?.count ?? 0,
      reporters: list("reporters"),
      reasons: list("reasons"),
    };
  });
}

function keyOf(resultType: unknown, mxHost: unknown): string {
  return JSON.stringify([resultType, mxHost]);
}

/** The most frequent values of each group, and how many different ones there are. */
async function readList(
  { connection }: OpenDatabase,
  name: ListName,
  values: string[],
): Promise<ReadonlyMap<string, Listed>> {
  const { select, most } = lists[name];
  const found = await connection.runAndReadAll(
    `SELECT result_type, receiving_mx, value, count(*) OVER groups AS different FROM (
        SELECT result_type, receiving_mx, value, sum(failed) AS failed
        FROM (SELECT result_type, receiving_mx, ${select})
        WHERE value IS NOT NULL GROUP BY result_type, receiving_mx, value
      )
      WINDOW groups AS (PARTITION BY result_type, receiving_mx),
        ranking AS (PARTITION BY result_type, receiving_mx ORDER BY failed DESC, value)
      QUALIFY row_number() OVER ranking <= ${String(most)}
      ORDER BY result_type, receiving_mx, row_number() OVER ranking`,
    values,
  );
  const groups = new Map<string, Listed>();
  for (const [resultType, mxHost, value, different] of found.getRows()) {
    const key = keyOf(resultType, mxHost);
    const group = groups.get(key) ?? { values: [], count: Number(different) };
    group.values.push(value as string);
    groups.set(key, group);
  }
  return groups;
}
