/** Everything in the store as flat rows, a day at a time, so that memory stays what one day takes. */
import { exportColumns, type ExportRow, type Window } from "../port.ts";
import type { OpenDatabase } from "./open.ts";
import { optionalText } from "./values.ts";

const stamp = "'%Y-%m-%dT%H:%M:%SZ'";

const columns: Readonly<Record<(typeof exportColumns)[number], string>> = {
  day: "p.day::VARCHAR",
  domain: "d.name",
  organization: "o.name",
  report_id: "r.report_id",
  starts: `strftime(r.starts, ${stamp})`,
  ends: `strftime(r.ends, ${stamp})`,
  contact: "r.contact",
  via: "r.via",
  received: `strftime(r.received, ${stamp})`,
  verdict: "r.verdict",
  signer: "r.signer",
  policy: "p.id::DOUBLE",
  policy_type: "p.type",
  policy_string: "array_to_string(t.lines, chr(10))",
  mx_hosts: "array_to_string(t.mx_hosts, ' ')",
  successful_sessions: "p.successes::DOUBLE",
  failed_sessions: "p.failures::DOUBLE",
  result_type: "f.result_type",
  detail_failed_sessions: "f.failed::DOUBLE",
  sending_ip: "f.sending_ip",
  receiving_mx: "f.receiving_mx",
  receiving_helo: "f.receiving_helo",
  receiving_ip: "f.receiving_ip",
  information: "f.information",
  reason: "f.reason",
};
const select = exportColumns.map((name) => columns[name]).join(", ");

/** @see ReportStore.exportRows */
export async function* exportDays(
  { instance }: OpenDatabase,
  window: Window | null,
  domain: string | undefined,
): AsyncGenerator<ExportRow> {
  const connection = await instance.connect();
  try {
    const { from, to } = window ?? { from: "0001-01-01", to: "9999-12-31" };
    const days = await connection.runAndReadAll(
      `SELECT DISTINCT day::VARCHAR FROM policies WHERE day BETWEEN $1::DATE AND $2::DATE ORDER BY 1`,
      [from, to],
    );
    for (const [day] of days.getRows()) {
      const result = await connection.stream(
        `SELECT ${select}
          FROM (SELECT * FROM policies WHERE day = $1::DATE
            ${domain === undefined ? "" : "AND domain IN (SELECT id FROM domains WHERE name = $2)"}) p
          JOIN (SELECT * FROM reports WHERE day = $1::DATE) r ON r.id = p.report
          JOIN domains d ON d.id = p.domain
          JOIN organizations o ON o.id = p.organization
          JOIN policy_texts t ON t.id = p.policy_text
          LEFT JOIN (SELECT * FROM failures WHERE day = $1::DATE) f ON f.policy = p.id
          ORDER BY p.id, f.result_type, f.failed DESC, f.sending_ip, f.receiving_ip`,
        [String(day), ...(domain === undefined ? [] : [domain])],
      );
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        for (const row of chunk.getRows()) yield rowOf(row);
      }
    }
  } finally {
    connection.disconnectSync();
  }
}

function rowOf(values: readonly unknown[]): ExportRow {
  return Object.fromEntries(
    exportColumns.map((name, index) => {
      const value = values[index];
      return [name, typeof value === "number" ? value : optionalText(value)];
    }),
  );
}
