/** How sessions failed, and where. */
import type { FailureGroup } from "../store-port.ts";
import { byDomain, inWindow, type Question } from "./question.ts";

/** What is listed of a group: the SQL of its values, and how many. */
const lists = {
  receivingIps: { value: "receiving_ip", from: "gathered_failures", most: 10 },
  sendingIps: { value: "sending_ip", from: "gathered_failures", most: 10 },
  reporters: {
    value: "name",
    from: "gathered_failures JOIN organizations ON id = organization",
    most: 10,
  },
  reasons: { value: "unnest([reason, information])", from: "gathered_failures", most: 5 },
} as const;

type ListName = keyof typeof lists;

interface Listed {
  readonly values: string[];
  readonly count: number;
}

/** Each domain's failures by result type and MX host. */
export async function failureGroups(
  question: Question,
): Promise<ReadonlyMap<number, readonly FailureGroup[]>> {
  const rows = await question.ask(
    `SELECT domain, domain, result_type, receiving_mx, sum(failed)::DOUBLE AS count,
        min(day)::VARCHAR, max(day)::VARCHAR
      FROM gathered_failures WHERE ${question.asked} AND ${inWindow}
      GROUP BY domain, result_type, receiving_mx
      QUALIFY row_number() OVER (
        PARTITION BY domain ORDER BY count DESC, result_type, receiving_mx) <= 500
      ORDER BY domain, count DESC, result_type, receiving_mx`,
  );
  if (rows.length === 0) return new Map();
  const listed = {} as Record<ListName, ReadonlyMap<string, Listed>>;
  for (const name of Object.keys(lists) as ListName[]) {
    listed[name] = await readList(question, name);
  }
  return byDomain(rows, (group) =>
    group.map(([domain, resultType, mxHost, count, firstDay, lastDay]) => {
      const key = keyOf(domain, resultType, mxHost);
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
    }),
  );
}

function keyOf(domain: unknown, resultType: unknown, mxHost: unknown): string {
  return JSON.stringify([domain, resultType, mxHost]);
}

/** The most frequent values of each group, and how many different ones there are. */
async function readList(
  { ask, asked }: Question,
  name: ListName,
): Promise<ReadonlyMap<string, Listed>> {
  const { value, from, most } = lists[name];
  const rows = await ask(
    `SELECT domain, result_type, receiving_mx, value, count(*) OVER groups AS different FROM (
        SELECT domain, result_type, receiving_mx, value, sum(failed) AS failed
        FROM (SELECT *, ${value} AS value FROM ${from} WHERE ${asked} AND ${inWindow})
        WHERE value IS NOT NULL GROUP BY domain, result_type, receiving_mx, value
      )
      WINDOW groups AS (PARTITION BY domain, result_type, receiving_mx),
        ranking AS (
          PARTITION BY domain, result_type, receiving_mx ORDER BY failed DESC, value)
      QUALIFY row_number() OVER ranking <= ${String(most)}
      ORDER BY domain, result_type, receiving_mx, row_number() OVER ranking`,
  );
  const groups = new Map<string, Listed>();
  for (const [domain, resultType, mxHost, value, different] of rows) {
    const key = keyOf(domain, resultType, mxHost);
    const group = groups.get(key) ?? { values: [], count: Number(different) };
    group.values.push(value as string);
    groups.set(key, group);
  }
  return groups;
}
