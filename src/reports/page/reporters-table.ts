/** The reporters: first and last report, and how many of their reports are verified. */
import type { ReporterRow } from "../analysis/page-data.ts";
import { clipped, html, type Html } from "./html.ts";
import { dayWords, thousands } from "../../pages/wording.ts";
import { percent } from "./wording.ts";

/** Anybody can report under any number of names. */
const maxRows = 200;
const maxOpen = 12;

/** Shows reporters, most sessions first; after a dozen they are collapsed. */
export function reportersTable(reporters: readonly ReporterRow[]): Html {
  const sorted = [...reporters].sort((a, b) => b.sessions - a.sessions);
  const rest = sorted.slice(maxOpen, maxRows);
  const more = sorted.length - maxRows;
  return html`${table(sorted.slice(0, maxOpen), "Reporters")}${
    rest.length === 0
      ? null
      : html`<details>
          <summary>${thousands(rest.length)} more reporters</summary>
          ${table(rest, "More reporters")}
        </details>`
  }${more > 0 ? html`<p class="note">And ${thousands(more)} more; <code>stspress reports senders</code> lists all.</p>` : null}`;
}

function table(rows: readonly ReporterRow[], name: string): Html {
  return html`<table class="stacking">
    <caption class="visually-hidden">
      ${name}
    </caption>
    <thead>
      <tr>
        <th scope="col">Reporter</th>
        <th scope="col">First report</th>
        <th scope="col">Last report</th>
        <th scope="col" class="num">Reports</th>
        <th scope="col" class="num">Verified</th>
        <th scope="col" class="num">Sessions</th>
        <th scope="col" class="num">Failed</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(reporterRow)}
    </tbody>
  </table>`;
}

function reporterRow(row: ReporterRow): Html {
  return html`<tr>
    <th scope="row" data-label="Reporter">
      ${row.organization === "" ? "no name given" : clipped(row.organization, 120)}
    </th>
    <td data-label="First report">${dayWords(row.firstDay)}</td>
    <td data-label="Last report">
      ${dayWords(row.lastDay)}${row.silent ? html` <span class="tag">silent</span>` : null}
    </td>
    <td class="num" data-label="Reports">${thousands(row.reports)}</td>
    <td class="num" data-label="Verified">
      ${row.reports === 0 ? "–" : percent(row.verified / row.reports)}
    </td>
    <td class="num" data-label="Sessions">${thousands(row.sessions)}</td>
    <td class="num" data-label="Failed">${failed(row)}</td>
  </tr> `;
}

function failed({ failures, sessions }: ReporterRow): Html {
  if (failures === 0) return html`0`;
  return html`${thousands(failures)}${sessions > 0 ? html` <span class="note">${percent(failures / sessions)}</span>` : null}`;
}
