/** Reports → rows of the tables. DuckDB reads their JSON itself, in its own threads. */
import { wellFormedArrival, type Arrival } from "../../arrival.ts";
import type { NewReport } from "../../new-report.ts";
import type { OpenDatabase } from "./open.ts";

const text = "VARCHAR";
const integer = "BIGINT";

/** What DuckDB reads of a line that {@link linesOf} makes: its types by field. */
const shape = JSON.stringify({
  key: text,
  day: integer,
  deviations: [text],
  arrival: {
    via: text,
    receivedAt: integer,
    submitter: text,
    verification: { verdict: text, signer: text, detail: text },
  },
  report: {
    organization: text,
    contact: text,
    reportId: text,
    start: integer,
    end: integer,
    policies: [
      {
        type: text,
        domain: text,
        strings: [text],
        mxHosts: [text],
        successes: integer,
        failures: integer,
        details: [
          {
            resultType: text,
            sendingIp: text,
            receivingMx: text,
            receivingHelo: text,
            receivingIp: text,
            count: integer,
            information: text,
            reason: text,
          },
        ],
      },
    ],
  },
});

const lastSecond = "253402300799";

/** The normaliser bounds times too; one that does not fit its column would keep all reports out. */
const time = (second: string): string =>
  `make_timestamp(least(greatest(${second}, 0), ${lastSecond}) * 1000000)`;

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

/** Reads reports, of which $1 has the JSON of one in each line. */
const read = `CREATE OR REPLACE TEMP TABLE fresh_reports AS
    SELECT ${nextNumber("reports")} AS id, DATE '1970-01-01' + r.day::INTEGER AS day, r,
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

/** Characters that are read at once: what they are made into takes several times their memory. */
const maxCharacters = 8 * 1024 * 1024;

/** Inserts reports, none of which is there, within the transaction that is open. */
export async function insertReports(
  { module, connection }: OpenDatabase,
  reports: readonly NewReport[],
): Promise<void> {
  for (const portion of portions(reports)) {
    // JSON that nobody indented has no line ends.
    await connection.run(read, [linesOf(portion).join("\n")], [module.VARCHAR]);
    await connection.run(insert);
  }
}

function* portions(reports: readonly NewReport[]): Generator<readonly NewReport[]> {
  let portion: NewReport[] = [];
  let characters = 0;
  for (const report of reports) {
    if (portion.length > 0 && characters + report.text.length > maxCharacters) {
      yield portion;
      portion = [];
      characters = 0;
    }
    portion.push(report);
    characters += report.text.length;
  }
  if (portion.length > 0) yield portion;
}

function linesOf(reports: readonly NewReport[]): string[] {
  // Files have one arrival, all of them.
  let last: Arrival | null = null;
  let lastJson = "";
  const lines: string[] = [];
  for (const { key, day, deviations, arrival, text: report } of reports) {
    if (arrival !== last) {
      last = arrival;
      lastJson = JSON.stringify(wellFormedArrival(arrival));
    }
    lines.push(
      `{"key":"${key}","day":${String(day)},"deviations":${JSON.stringify(deviations)},"arrival":${lastJson},"report":${report}}`,
    );
  }
  return lines;
}
