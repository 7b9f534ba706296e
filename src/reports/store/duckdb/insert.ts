/** Reports, as JSON → rows of the tables. DuckDB reads the JSON itself, in its own threads. */
import type { OpenDatabase } from "./open.ts";

/** What is read of the JSON of a report on its way into the store: types of DuckDB by field. */
const shape = JSON.stringify({
  key: "VARCHAR",
  deviations: ["VARCHAR"],
  arrival: {
    ...{ via: "VARCHAR", receivedAt: "BIGINT", submitter: "VARCHAR" },
    verification: { verdict: "VARCHAR", signer: "VARCHAR", detail: "VARCHAR" },
  },
  report: {
    ...{ organization: "VARCHAR", contact: "VARCHAR", reportId: "VARCHAR" },
    ...{ start: "BIGINT", end: "BIGINT" },
    policies: [
      {
        ...{ type: "VARCHAR", domain: "VARCHAR", strings: ["VARCHAR"], mxHosts: ["VARCHAR"] },
        ...{ successes: "BIGINT", failures: "BIGINT" },
        details: [
          {
            ...{ resultType: "VARCHAR", sendingIp: "VARCHAR", receivingMx: "VARCHAR" },
            ...{ receivingHelo: "VARCHAR", receivingIp: "VARCHAR", count: "BIGINT" },
            ...{ information: "VARCHAR", reason: "VARCHAR" },
          },
        ],
      },
    ],
  },
});

const lastDay = "DATE '9999-12-31'";
const lastSecond = "253402300799";

/** The normaliser bounds times too; one that does not fit its column would keep all reports out. */
const bounded = (second: string): string => `least(greatest(${second}, 0), ${lastSecond})`;
const time = (second: string): string => `make_timestamp(${bounded(second)} * 1000000)`;

/** Half of the SHA-256 tells reports, and the texts of policies, apart. */
const digest = (hexadecimal: string): string => `(${hexadecimal})[:32]::UUID`;

/** The next free number of a table, and those after it. */
const nextNumber = (table: string, order = ""): string =>
  `(SELECT coalesce(max(id), 0) FROM ${table}) + row_number() OVER (${order})`;

/** Numbers the names that a table does not have, in the order in which they come first. */
const number = (table: string, names: string): string =>
  `INSERT INTO ${table} SELECT ${nextNumber(table, "ORDER BY first")}, name
    FROM (SELECT name, min(id) AS first FROM (SELECT id, ${names}) GROUP BY name) AS n
    WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${table}.name = n.name)
    ORDER BY first`;

/** The UTC day that most of the period is in: not every sender's day is UTC's. */
const day = `least(DATE '1970-01-01' + (
    (${bounded("r.report.start")} + ${bounded('r.report."end"')}) // 172800
  )::INTEGER, ${lastDay})`;

/** Reads reports, of which $1 has the JSON of one in each line. */
const read = `CREATE OR REPLACE TEMP TABLE fresh_reports AS
    SELECT ${nextNumber("reports")} AS id, ${day} AS day, r,
      r.arrival.verification.verdict = 'verified' AS verified
    FROM (
      SELECT from_json_strict(line, '${shape}') AS r
      FROM (SELECT unnest(string_split($1, chr(10))) AS line))`;

/** One text: what it does is done without coming back to a thread that may be busy. */
const insert = [
  number("organizations", "r.report.organization AS name FROM fresh_reports"),
  `INSERT INTO reports
    SELECT f.id, ${digest("r.key")}, day, o.id, r.report.contact, r.report.reportId,
      ${time("r.report.start")}, ${time('r.report."end"')}, r.arrival.via,
      ${time("r.arrival.receivedAt")}, r.arrival.submitter, r.arrival.verification.verdict,
      r.arrival.verification.signer, r.arrival.verification.detail, r.deviations
    FROM fresh_reports AS f JOIN organizations AS o ON o.name = r.report.organization
    ORDER BY f.id`,
  `CREATE OR REPLACE TEMP TABLE fresh_policies AS
    SELECT ${nextNumber("policies")} AS id, report, day, organization, verified, p,
      ${digest("sha256(to_json([p.strings, p.mxHosts])::VARCHAR)")} AS digest
    FROM (
      SELECT id AS report, day, verified, r.report.organization AS organization,
        unnest(r.report.policies) AS p
      FROM fresh_reports)`,
  number("domains", "p.domain AS name FROM fresh_policies"),
  `INSERT INTO policy_texts
    SELECT ${nextNumber("policy_texts", "ORDER BY first")}, digest, lines, mx_hosts
    FROM (
      SELECT digest, min(id) AS first, any_value(p.strings) AS lines,
        any_value(p.mxHosts) AS mx_hosts
      FROM fresh_policies GROUP BY digest) AS n
    WHERE NOT EXISTS (SELECT 1 FROM policy_texts WHERE policy_texts.digest = n.digest)
    ORDER BY first`,
  `INSERT INTO policies
    SELECT f.id, f.report, day, o.id, d.id, verified, p.type, t.id, p.successes, p.failures
    FROM fresh_policies AS f JOIN organizations AS o ON o.name = organization
      JOIN domains AS d ON d.name = p.domain JOIN policy_texts AS t ON t.digest = f.digest
    ORDER BY f.id`,
  `INSERT INTO failures
    SELECT f.id, f.report, day, o.id, d.id, verified, x.resultType, x.sendingIp, x.receivingMx,
      x.receivingHelo, x.receivingIp, x.count, x.information, x.reason
    FROM (
      SELECT id, report, day, organization, verified, p.domain AS domain, unnest(p.details) AS x
      FROM fresh_policies) AS f
      JOIN organizations AS o ON o.name = organization JOIN domains AS d ON d.name = f.domain
    ORDER BY f.id`,
  "INSERT INTO stale_days SELECT DISTINCT day FROM fresh_reports",
  "DROP TABLE fresh_policies",
  "DROP TABLE fresh_reports",
].join(";\n");

/** Characters that are read at once: what they are made into takes several times their room. */
const mostCharacters = 8 * 1024 * 1024;

/** Inserts reports, each as JSON, within the transaction that is open. */
export async function insertReports(
  { module, connection }: OpenDatabase,
  reports: readonly string[],
): Promise<void> {
  for (const some of portions(reports)) {
    // JSON that nobody indented has no line ends.
    await connection.run(read, [some.join("\n")], [module.VARCHAR]);
    await connection.run(insert);
  }
}

function* portions(texts: readonly string[]): Generator<readonly string[]> {
  let portion: string[] = [];
  let characters = 0;
  for (const text of texts) {
    if (portion.length > 0 && characters + text.length > mostCharacters) {
      yield portion;
      portion = [];
      characters = 0;
    }
    portion.push(text);
    characters += text.length;
  }
  if (portion.length > 0) yield portion;
}
