/** The tables of the store: described for users in docs/reports-store.md, and changed together with it. */

/** Of the tables; a file of another version is made anew by `reports rebuild`. */
export const schemaVersion = 3;

/**
 * Names are numbered, for numbers are compared and grouped several times faster; the views have the
 * names in place. What a query filters by stands in each table again, so that none has to join.
 * Nothing is indexed: rows come in by day, and the smallest and greatest day that DuckDB keeps of each
 * block of rows do what an index would. Keys are unique because `add` looks them up in its transaction,
 * and DuckDB allows one writing process.
 */
export const schema = [
  "CREATE TABLE stspress (version INTEGER NOT NULL)",
  "CREATE TABLE segments (segment VARCHAR NOT NULL, read_to BIGINT NOT NULL)",
  "CREATE TABLE domains (id INTEGER NOT NULL, name VARCHAR NOT NULL)",
  "CREATE TABLE organizations (id INTEGER NOT NULL, name VARCHAR NOT NULL)",
  `CREATE TABLE policy_texts (
    id INTEGER NOT NULL, digest UUID NOT NULL, lines VARCHAR[] NOT NULL, mx_hosts VARCHAR[] NOT NULL)`,
  `CREATE TABLE reports (
    id INTEGER NOT NULL, key UUID NOT NULL, day DATE NOT NULL, organization INTEGER NOT NULL,
    contact VARCHAR, report_id VARCHAR NOT NULL, starts TIMESTAMP NOT NULL, ends TIMESTAMP NOT NULL,
    via VARCHAR NOT NULL, received TIMESTAMP NOT NULL, submitter VARCHAR, verdict VARCHAR NOT NULL,
    signer VARCHAR, detail VARCHAR NOT NULL, deviations VARCHAR[] NOT NULL)`,
  `CREATE TABLE policies (
    id BIGINT NOT NULL, report INTEGER NOT NULL, day DATE NOT NULL, organization INTEGER NOT NULL,
    domain INTEGER NOT NULL, verified BOOLEAN NOT NULL, type VARCHAR NOT NULL,
    policy_text INTEGER NOT NULL, successes BIGINT NOT NULL, failures BIGINT NOT NULL)`,
  `CREATE TABLE failures (
    policy BIGINT NOT NULL, report INTEGER NOT NULL, day DATE NOT NULL, organization INTEGER NOT NULL,
    domain INTEGER NOT NULL, verified BOOLEAN NOT NULL, result_type VARCHAR NOT NULL,
    sending_ip VARCHAR, receiving_mx VARCHAR, receiving_helo VARCHAR, receiving_ip VARCHAR,
    failed BIGINT NOT NULL, information VARCHAR, reason VARCHAR)`,
  // Who else has signed a report than its signer.
  "CREATE TABLE proofs (key UUID NOT NULL, signer VARCHAR NOT NULL)",
  // What the two tables of rows above add up to; the days in stale_days are added up again before they are read.
  `CREATE TABLE daily (
    domain INTEGER NOT NULL, day DATE NOT NULL, entries BIGINT NOT NULL,
    successes BIGINT NOT NULL, failures BIGINT NOT NULL,
    verified_successes BIGINT NOT NULL, verified_failures BIGINT NOT NULL,
    trusted_successes BIGINT NOT NULL, trusted_failures BIGINT NOT NULL)`,
  `CREATE TABLE daily_failures (
    domain INTEGER NOT NULL, day DATE NOT NULL, result_type VARCHAR NOT NULL,
    failed BIGINT NOT NULL)`,
  "CREATE TABLE stale_days (day DATE NOT NULL)",
  "CREATE TABLE trusted_signers (name VARCHAR NOT NULL)",
  `CREATE VIEW proven_reports AS
    SELECT *, CASE WHEN verdict = 'verified' THEN signer END AS proven FROM reports
    UNION ALL
    SELECT r.* REPLACE (p.signer AS signer), p.signer AS proven
    FROM proofs p JOIN reports r ON r.key = p.key`,
  `CREATE VIEW report_rows AS
    SELECT r.* EXCLUDE (organization), o.name AS organization
    FROM reports r JOIN organizations o ON o.id = r.organization`,
  `CREATE VIEW policy_rows AS
    SELECT p.id, p.report, p.day, o.name AS organization, d.name AS domain, p.verified, p.type,
      t.lines AS policy_string, t.mx_hosts, p.successes, p.failures
    FROM policies p JOIN domains d ON d.id = p.domain JOIN organizations o ON o.id = p.organization
      JOIN policy_texts t ON t.id = p.policy_text`,
  `CREATE VIEW failure_rows AS
    SELECT f.policy, f.report, f.day, o.name AS organization, d.name AS domain, f.verified,
      f.result_type, f.sending_ip, f.receiving_mx, f.receiving_helo, f.receiving_ip, f.failed,
      f.information, f.reason
    FROM failures f JOIN domains d ON d.id = f.domain JOIN organizations o ON o.id = f.organization`,
  `INSERT INTO stspress VALUES (${String(schemaVersion)})`,
] as const;

/** A sum that fits its column, and stays exact as a number: a forged report can name more. */
const capped = (sum: string): string =>
  `least(${sum}, ${String(Number.MAX_SAFE_INTEGER)}::HUGEINT)::BIGINT`;

/** The sum of the rows for which a flag is true. */
const partOf = (column: string, flag: string): string =>
  capped(`coalesce(sum(${column}) FILTER (${flag}), 0)`);

const isOfStaleDay = "day IN (SELECT day FROM stale_days)";

/** The signers whose reports count for days that changed: which of them are trusted is not for SQL to say. */
export const signersOfStaleDays = `
  SELECT signer FROM reports WHERE ${isOfStaleDay} AND verdict = 'verified' AND signer IS NOT NULL
  UNION SELECT signer FROM proofs`;

const isTrusted = "signer IN (SELECT unnest($1))";

/** Marks the reports of the days that changed which a trusted signer has sent; $1: the trusted signers. */
export const markTrusted = `CREATE OR REPLACE TEMP TABLE trusted_reports AS
  SELECT id FROM reports
  WHERE ${isOfStaleDay}
    AND (verdict = 'verified' AND ${isTrusted}
      OR key IN (SELECT key FROM proofs WHERE ${isTrusted}))`;

/** Adds up again the days that changed. */
export const refreshDaily = [
  `DELETE FROM daily WHERE ${isOfStaleDay}`,
  `INSERT INTO daily
    SELECT domain, day, count(*), ${capped("sum(successes)")}, ${capped("sum(failures)")},
      ${partOf("successes", "verified")}, ${partOf("failures", "verified")},
      ${partOf("successes", "trusted")}, ${partOf("failures", "trusted")}
    FROM (
      SELECT p.*, t.id IS NOT NULL AS trusted
      FROM policies AS p LEFT JOIN trusted_reports AS t ON t.id = p.report
      WHERE ${isOfStaleDay})
    GROUP BY domain, day ORDER BY domain, day`,
  "DROP TABLE trusted_reports",
  `DELETE FROM daily_failures WHERE ${isOfStaleDay}`,
  `INSERT INTO daily_failures
    SELECT domain, day, result_type, ${capped("sum(failed)")}
    FROM failures WHERE ${isOfStaleDay}
    GROUP BY domain, day, result_type ORDER BY domain, day`,
  "DELETE FROM stale_days",
] as const;
