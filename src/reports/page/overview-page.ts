/** The overview: all domains, worst first. */
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
    ${undeclared(overview)}
    <section aria-labelledby="reporters">
      <h2 id="reporters">Who reports</h2>
      ${reporters.length === 0 ? html`<p>Nobody yet.</p>` : reportersTable(reporters)}
    </section>
    ${glossary()}
    <footer>
      <p>
        Made ${momentWords(overview.madeAt)} from the reports for ${dayWords(overview.from)} to
        ${dayWords(overview.to)}. This page lists all your domains. To give a customer a page of one
        domain, run <code>stspress reports page --domain</code>.
      </p>
    </footer>`;
}

const noReports = html`<p class="calm">
  Add reports with <code>stspress reports add</code> or <code>reports fetch</code>, then make this
  page again.
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
  if (only === undefined) return html`No reports yet`;
  if (bad > 0) {
    if (all === 1) return html`${foreign(only.domain)} needs attention`;
    const need = bad === 1 ? "needs" : "need";
    return html`${thousands(bad)} of ${thousands(all)} domains ${need} attention`;
  }
  if (all === 1 && good === 1) return html`${foreign(only.domain)} has no problems`;
  if (good === all) return html`No problems in ${thousands(all)} domains`;
  if (good + watch === 0) return html`No recent reports for ${plural(unknown, "domain")}`;
  return all === 1
    ? html`${foreign(only.domain)} needs no attention now`
    : html`None of ${thousands(all)} domains needs attention now`;
}

/** Totals, as a sentence. */
function lead({ totals: rate, from, to, reporters }: Overview): Html | null {
  if (rate.rate === null) return null;
  const silent = reporters.filter((one) => one.silent).length;
  return html`<p class="lead">
    ${percent(rate.rate)} of ${plural(rate.sessions, "session")} failed from ${dayWords(from)} to
    ${dayWords(to)}, reported by
    ${plural(reporters.length, "reporter")}${silent === 0 ? "" : `, of which ${thousands(silent)} ${silent === 1 ? "has" : "have"} stopped reporting`}.
  </p>`;
}

/** How many domains have each health; the script replaces it by the filters. */
function tally(counts: Counts): Html {
  const present = healths.filter((one) => counts[one] > 0);
  return html`<p id="tally" class="tallies">
    ${present.map((one) => {
      return html`<span class="tally health-${one}"
        >${healthIcon(one)} <b>${thousands(counts[one])}</b> ${one}</span
      >`;
    })}
  </p>`;
}

function quarantine(count: number): Html | null {
  if (count === 0) return null;
  const they = count === 1 ? "It is" : "They are";
  return html`<section class="notice slim health-watch" aria-label="Quarantine">
    ${healthIcon("watch")}
    <p>
      <b>${plural(count, "report")} could not be read.</b> ${they} not counted on this page. See
      <code>.stspress/reports/quarantine/</code> for the
      ${count === 1 ? "file and the reason" : "files and the reasons"}.
    </p>
  </section>`;
}

/** Shown by the script, because they do nothing without it. */
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
 * With more rows than this, rows out of sight are not laid out, so that a page of thousands opens at once.
 * The price: some screen readers see those rows only after scrolling or searching.
 */
const maxLaidOut = 200;

/** The roles are explicit because rows are laid out as grids, which some screen readers do not take for tables. */
function domainTable(
  domains: readonly DomainRow[],
  { id, labelledBy }: { readonly id: string; readonly labelledBy: string },
): Html {
  return html`<table
    id="${id}"
    class="domains ${domains.length > maxLaidOut ? "many" : ""}"
    role="table"
    aria-labelledby="${labelledBy}"
  >
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Domain</th>
        <th role="columnheader" scope="col">Failures per day</th>
        <th role="columnheader" scope="col">Last 7 days with reports</th>
        <th role="columnheader" scope="col">Reporters</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${domains.map(domainRow)}
    </tbody>
  </table>`;
}

/** Listed apart and not counted: anybody can send reports about any name. */
function undeclared({ undeclared: rows, undeclaredCount }: Overview): Html | null {
  if (undeclaredCount === 0) return null;
  const rest = undeclaredCount - rows.length;
  return html`<section aria-labelledby="undeclared">
    <h2 id="undeclared">Not in your site</h2>
    <p class="note">
      Reports came about ${plural(undeclaredCount, "domain")} that
      ${undeclaredCount === 1 ? "is" : "are"} not in your site and not counted above. You forgot to
      add a domain, or somebody made up the
      name.${rest > 0 ? ` Only those with the most verified sessions are listed; ${thousands(rest)} more are not.` : ""}
    </p>
    ${domainTable(rows, { id: "undeclared-list", labelledBy: "undeclared" })}
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
  if (rate.rate === null) return html`<span class="note">no reports</span>`;
  return html`<b>${rateWords(rate)}</b>
    <span class="note">${ofSessions(rate)}</span>
    ${trend === "none" || health === "unknown" ? null : trendChip(trend)}`;
}

function heard({ reporters, lastDay, verifiedShare }: DomainRow): Html {
  if (lastDay === null) return html`<span class="note">none</span>`;
  return html`<span>${plural(reporters, "reporter")}</span>
    <span class="note">up to ${dayWords(lastDay)}</span>
    ${verifiedShare === null ? null : html`<span class="note">${percent(verifiedShare)} verified</span>`}`;
}
