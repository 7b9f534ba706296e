/** All domains, most troubled first, for somebody who has one minute. */
import type { DomainRow, Health, Overview } from "../analysis/page-data.ts";
import { unicodeName } from "./domain-page.ts";
import { pageFileName } from "./file-name.ts";
import { foreign, html, type Html } from "./html.ts";
import { healthIcon } from "./icons.ts";
import { reportersTable } from "./reporters-table.ts";
import { sparkline } from "./sparkline.ts";
import { glossary, healthBadge, healths, trendChip } from "./verdicts.ts";
import { dayWords, momentWords, plural, thousands } from "../../pages/wording.ts";
import { headlineWords, ofSessions, percent, rateWords } from "./wording.ts";

/** The content of the overview. */
export function overviewContent(overview: Overview): Html {
  const { domains, reporters } = overview;
  const counts = healthCounts(domains);
  return html`<header class="overview-head">
      <h1>${summary(counts, domains)}</h1>
      ${lead(overview)}
    </header>
    ${quarantine(overview.quarantined)}
    <section aria-labelledby="domains">
      <h2 id="domains" class="visually-hidden">Domains</h2>
      ${controls(counts, domains.length)} ${tally(counts)}
      <p id="status" class="status" role="status">${plural(domains.length, "domain")}</p>
      ${domains.length === 0 ? noReports : domainTable(domains, { id: "list", labelledBy: "domains" })}
      <p id="nothing" class="calm" hidden>No domain matches.</p>
    </section>
    ${strangers(overview)}
    <section aria-labelledby="reporters">
      <h2 id="reporters">Who reports</h2>
      ${reporters.length === 0 ? html`<p>Nobody yet.</p>` : reportersTable(reporters)}
    </section>
    ${glossary()}
    <footer>
      <p>
        Made ${momentWords(overview.madeAt)} of the reports for ${dayWords(overview.from)} to
        ${dayWords(overview.to)}. This page lists every customer: what is handed to one is made with
        <code>stspress reports page --domain</code>.
      </p>
    </footer>`;
}

const noReports = html`<p class="calm">
  Take reports in with <code>stspress reports add</code> or <code>reports fetch</code>, then make
  this page again.
</p>`;

type Counts = Readonly<Record<Health, number>>;

function healthCounts(domains: readonly DomainRow[]): Counts {
  const counts = { emergency: 0, trouble: 0, watch: 0, good: 0, unknown: 0 };
  for (const { health } of domains) counts[health] += 1;
  return counts;
}

function summary(counts: Counts, domains: readonly DomainRow[]): Html {
  const { emergency, trouble, watch, good, unknown } = counts;
  const all = domains.length;
  const [only] = domains;
  const bad = emergency + trouble;
  if (only === undefined) return html`No domain has reports yet`;
  if (bad > 0) {
    if (all === 1) return html`${foreign(only.domain)} needs you`;
    return html`${thousands(bad)} of ${thousands(all)} domains ${bad === 1 ? "needs" : "need"} you`;
  }
  if (all === 1 && good === 1) return html`${foreign(only.domain)} is well`;
  if (good === all) return html`All ${thousands(all)} domains are well`;
  if (good + watch === 0) return html`Nothing is known of ${plural(unknown, "domain")}`;
  return all === 1
    ? html`${foreign(only.domain)} does not need you now`
    : html`None of ${thousands(all)} domains needs you now`;
}

/** Totals, as a sentence. */
function lead({ totals: rate, from, to, reporters }: Overview): Html | null {
  if (rate.rate === null) return null;
  const silent = reporters.filter((one) => one.silent).length;
  return html`<p class="lead">
    ${percent(rate.rate)} of ${plural(rate.sessions, "session")} failed from ${dayWords(from)} to
    ${dayWords(to)}, as told by
    ${plural(reporters.length, "reporter")}${silent === 0 ? "" : `, of which ${thousands(silent)} fell silent`}.
  </p>`;
}

/** How many domains are how; the script puts the filters in its place. */
function tally(counts: Counts): Html {
  const told = healths.filter((one) => counts[one] > 0);
  return html`<p id="tally" class="tallies">
    ${told.map((one) => {
      return html`<span class="tally health-${one}"
        >${healthIcon(one)} <b>${thousands(counts[one])}</b> ${one}</span
      >`;
    })}
  </p>`;
}

function quarantine(count: number): Html | null {
  if (count === 0) return null;
  const [waits, is] = count === 1 ? ["It waits", "is"] : ["They wait", "are"];
  return html`<section class="notice slim health-watch" aria-label="Quarantine">
    ${healthIcon("watch")}
    <p>
      <b>${plural(count, "report")} could not be read.</b> ${waits} in
      <code>.stspress/reports/quarantine/</code>, each with the reason beside it, and ${is} counted
      nowhere on this page.
    </p>
  </section>`;
}

/** Shown by the script, without which they would do nothing. */
function controls(counts: Counts, all: number): Html {
  const choice = (value: string, words: Html, count: number): Html => {
    return html`<label class="filter${value === "" ? "" : ` health-${value}`}"
      ><input
        type="radio"
        name="health"
        value="${value}"
        ${value === "" ? html` checked` : null}
      />${words} <span class="count">${thousands(count)}</span></label
    >`;
  };
  return html`<search class="controls" hidden>
    <div>
      <label for="search">Find a domain</label>
      <input
        id="search"
        type="search"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
      />
    </div>
    <fieldset>
      <legend>Health</legend>
      <div class="filters">
        ${choice("", html`all`, all)}${healths
          .filter((one) => counts[one] > 0)
          .map((one) => choice(one, html`${healthIcon(one)}${one}`, counts[one]))}
      </div>
    </fieldset>
  </search>`;
}

/**
 * From so many on, rows out of sight are not laid out: a page of thousands opens at once, but some screen
 * readers meet its rows only as they are scrolled to or searched for.
 */
const many = 200;

/**
 * The roles are said aloud because rows are laid out as grids, and such tables are none for some
 * screen readers.
 */
function domainTable(
  domains: readonly DomainRow[],
  { id, labelledBy }: { readonly id: string; readonly labelledBy: string },
): Html {
  return html`<table
    id="${id}"
    class="domains ${domains.length > many ? "many" : ""}"
    role="table"
    aria-labelledby="${labelledBy}"
  >
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Domain</th>
        <th role="columnheader" scope="col">Failures per day</th>
        <th role="columnheader" scope="col">Last 7 days with reports</th>
        <th role="columnheader" scope="col">Heard from</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${domains.map(domainRow)}
    </tbody>
  </table>`;
}

/** Apart from the others, and in no count: anybody can have reports made of any name. */
function strangers({ strangers: rows, strangerCount }: Overview): Html | null {
  if (strangerCount === 0) return null;
  const rest = strangerCount - rows.length;
  return html`<section aria-labelledby="strangers">
    <h2 id="strangers">Not in your site</h2>
    <p class="note">
      Reports came about ${plural(strangerCount, "domain")} that
      ${strangerCount === 1 ? "is" : "are"} not in your site, and count for nothing above: a domain
      that was forgotten, or names that somebody made
      up.${rest > 0 ? ` Those with the most verified sessions are shown, ${thousands(rest)} more are not.` : ""}
    </p>
    ${domainTable(rows, { id: "stranger-list", labelledBy: "strangers" })}
  </section>`;
}

function domainRow(row: DomainRow): Html {
  return html`<tr role="row" data-health="${row.health}">
    <th role="rowheader" scope="row">
      <a href="domains/${pageFileName(row.domain)}">${foreign(row.domain)}</a>
      <span class="note">${row.inSite ? (row.mode ?? "no policy") : "not in your site"}</span>
      ${unicodeName(row.domain)}
      <span class="says"
        >${healthBadge(row.health)} <span>${headlineWords(row.headline)}</span></span
      >
    </th>
    <td role="cell" class="trace">${sparkline(row.sparkline)}</td>
    <td role="cell" class="rate">${recent(row)}</td>
    <td role="cell" class="heard">${heard(row)}</td>
  </tr>`;
}

function recent({ recent: rate, trend, health }: DomainRow): Html {
  if (rate.rate === null) return html`<span class="note">no report</span>`;
  return html`<b>${rateWords(rate)}</b>
    <span class="note">${ofSessions(rate)}</span>
    ${trend === "none" || health === "unknown" ? null : trendChip(trend)}`;
}

function heard({ reporters, lastDay, verifiedShare }: DomainRow): Html {
  if (lastDay === null) return html`<span class="note">nobody</span>`;
  return html`<span>${plural(reporters, "reporter")}</span>
    <span class="note">until ${dayWords(lastDay)}</span>
    ${verifiedShare === null ? null : html`<span class="note">${percent(verifiedShare)} verified</span>`}`;
}
