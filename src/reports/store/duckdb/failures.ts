/** How sessions failed, and where. */
import { maxListed, type FailureTotals } from "../port.ts";
import { byDomain, inWindow, type DomainQuery } from "./domain-query.ts";
import { optionalText, textOf } from "./values.ts";

/** What is listed of a group: the SQL of its values, and how many. */
const { failureValues, failureReasons } = maxListed;
const lists = {
  receivingIps: { value: "receiving_ip", from: "gathered_failures", max: failureValues },
  sendingIps: { value: "sending_ip", from: "gathered_failures", max: failureValues },
  reporters: {
    value: "name",
    from: "gathered_failures JOIN organizations ON id = organization",
    max: failureValues,
  },
  reasons: {
    value: "unnest([reason, information])",
    from: "gathered_failures",
    max: failureReasons,
  },
} as const;

interface List {
  readonly value: string;
  readonly from: string;
  readonly max: number;
}

/** The values that are listed of a group, and how many there are. */
interface Listed {
  readonly values: string[];
  readonly count: number;
}

/** Each domain's failures by result type and MX host. */
export async function failureTotals(
  query: DomainQuery,
): Promise<ReadonlyMap<number, readonly FailureTotals[]>> {
  const rows = await query.ask(
    `SELECT domain, domain, result_type, receiving_mx, sum(failed)::DOUBLE AS count,
        min(day)::VARCHAR, max(day)::VARCHAR
      FROM gathered_failures WHERE ${query.asked} AND ${inWindow}
      GROUP BY domain, result_type, receiving_mx
      QUALIFY row_number() OVER (
        PARTITION BY domain ORDER BY count DESC, result_type, receiving_mx) <= ${String(maxListed.failures)}
      ORDER BY domain, count DESC, result_type, receiving_mx`,
  );
  if (rows.length === 0) return new Map();
  const receivingIps = await readList(query, lists.receivingIps);
  const sendingIps = await readList(query, lists.sendingIps);
  const reporters = await readList(query, lists.reporters);
  const reasons = await readList(query, lists.reasons);
  return byDomain(rows, (group) =>
    group.map(([domain, resultType, mxHost, count, firstDay, lastDay]) => {
      const key = keyOf(domain, resultType, mxHost);
      return {
        resultType: textOf(resultType),
        mxHost: optionalText(mxHost),
        count: Number(count),
        firstDay: textOf(firstDay),
        lastDay: textOf(lastDay),
        receivingIps: receivingIps.get(key)?.values ?? [],
        receivingIpCount: receivingIps.get(key)?.count ?? 0,
        sendingIps: sendingIps.get(key)?.values ?? [],
        sendingIpCount: sendingIps.get(key)?.count ?? 0,
        reporters: reporters.get(key)?.values ?? [],
        reasons: reasons.get(key)?.values ?? [],
      };
    }),
  );
}

function keyOf(domain: unknown, resultType: unknown, mxHost: unknown): string {
  return JSON.stringify([domain, resultType, mxHost]);
}

/** The most frequent values of each group, and how many different ones there are. */
async function readList(
  { ask, asked }: DomainQuery,
  { value, from, max }: List,
): Promise<ReadonlyMap<string, Listed>> {
  const rows = await ask(
    `SELECT domain, result_type, receiving_mx, value, count(*) OVER groups AS different FROM (
        SELECT domain, result_type, receiving_mx, value, sum(failed) AS failed
        FROM (SELECT *, ${value} AS value FROM ${from} WHERE ${asked} AND ${inWindow})
        WHERE value IS NOT NULL GROUP BY domain, result_type, receiving_mx, value
      )
      WINDOW groups AS (PARTITION BY domain, result_type, receiving_mx),
        ranking AS (
          PARTITION BY domain, result_type, receiving_mx ORDER BY failed DESC, value)
      QUALIFY row_number() OVER ranking <= ${String(max)}
      ORDER BY domain, result_type, receiving_mx, row_number() OVER ranking`,
  );
  const groups = new Map<string, Listed>();
  for (const [domain, resultType, mxHost, text, different] of rows) {
    const key = keyOf(domain, resultType, mxHost);
    const group = groups.get(key) ?? { values: [], count: Number(different) };
    group.values.push(textOf(text));
    groups.set(key, group);
  }
  return groups;
}
