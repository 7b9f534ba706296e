/** The table of failures: result type, cause, fix, and where it was seen. */
import type { FailureRow } from "../analysis/page-data.ts";
import type { FailureGroup } from "./failure-groups.ts";
import { clipped, html, prose, type Html } from "./html.ts";
import { trendChip } from "./verdicts.ts";
import { dayWords, plural, thousands } from "../../pages/wording.ts";
import { sentence } from "./wording.ts";

/** Forged reports can name any number of hosts. */
const maxRows = 100;
const maxReason = 300;

/** Shows the failures of a domain. */
export function failuresTable(groups: readonly FailureGroup[]): Html {
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  let room = maxRows;
  const bodies = groups.flatMap((group) => {
    const rows = group.rows.slice(0, room);
    room -= rows.length;
    return rows.length === 0 ? [] : [groupBody(group, rows)];
  });
  return html`<table class="failures">
      <caption class="visually-hidden">
        Failures by kind, with cause, fix, and where they were seen
      </caption>
      <thead>
        <tr>
          <th scope="col">Receiving host</th>
          <th scope="col">Failed</th>
          <th scope="col">Seen</th>
          <th scope="col">From and to</th>
          <th scope="col">Reported by</th>
        </tr>
      </thead>
      ${bodies}
    </table>
    ${total > maxRows ? html`<p class="note">${thousands(total - maxRows)} more rows are not shown; <code>stspress reports export</code> prints all.</p>` : null}`;
}

function groupBody(group: FailureGroup, rows: readonly FailureRow[]): Html {
  return html`<tbody>
    <tr class="group">
      <th scope="rowgroup" colspan="5">
        <span class="kind-line"
          ><code>${group.resultType}</code> ${trendChip(group.trend)}
          <span class="note"
            >${plural(group.count, "failed session")}${group.since === null ? null : `, since ${dayWords(group.since)}`}</span
          ></span
        >
        <span class="cause"><b>Cause</b> <span>${prose(sentence(group.cause))}</span></span
        ><span class="fix"><b>Fix</b> <span>${prose(sentence(group.fix))}</span></span>
      </th>
    </tr>
    ${rows.map(failureRow)}
  </tbody> `;
}

function failureRow(row: FailureRow): Html {
  return html`<tr>
    <td class="host" data-label="Receiving host">
      ${row.mxHost === null ? html`<span class="note">no host given</span>` : html`<code>${row.mxHost}</code>`}${reasons(row.reasons)}
    </td>
    <td class="count" data-label="Failed">${thousands(row.count)}</td>
    <td class="seen" data-label="Seen">${span(row)}</td>
    <td data-label="From and to">
      ${addresses("from", row.sendingIps, row.sendingIpCount)}${addresses("to", row.receivingIps, row.receivingIpCount)}
    </td>
    <td data-label="Reported by">${clipped(row.reporters.join(", "), 200)}</td>
  </tr> `;
}

function span({ firstDay, lastDay }: FailureRow): Html {
  return firstDay === lastDay
    ? html`<span class="day">${dayWords(firstDay)}</span>`
    : html`<span class="day">${dayWords(firstDay)}</span> to
        <span class="day">${dayWords(lastDay)}</span>`;
}

function reasons(texts: readonly string[]): Html | null {
  if (texts.length === 0) return null;
  return html`<ul class="reasons" aria-label="Reasons given">
    ${texts.map((one) => html`<li>${clipped(one, maxReason)}</li>`)}
  </ul>`;
}

function addresses(way: string, shown: readonly string[], total: number): Html | null {
  if (shown.length === 0) return null;
  const count = Math.max(total, shown.length);
  const more = count - shown.length;
  return html`<div class="ips">
    <span class="note">${way}</span> <code>${shown.slice(0, 4).join(" ")}</code>${
      shown.length <= 4 && more <= 0
        ? null
        : shown.length <= 4
          ? html` <span class="note">and ${thousands(more)} more</span>`
          : html`<details>
              <summary>and ${thousands(count - 4)} more</summary>
              <code>${shown.slice(4).join(" ")}</code
              >${more > 0 ? html` <span class="note">and ${thousands(more)} more</span>` : null}
            </details>`
    }
  </div>`;
}
