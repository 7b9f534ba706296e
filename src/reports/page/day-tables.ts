/**
 * Charts and the tables they are drawn from. The page's script reads the table and draws it; without the
 * script, or with a screen reader, the table has the same numbers.
 */
import type { DomainPage, FailureSeries, Series } from "../analysis/page-data.ts";
import { html, type Html } from "./html.ts";
import { plural, thousands } from "../../pages/wording.ts";

/** As many as there are distinct colours; the others are added up. */
const maxSeries = 7;

/** Shown where no report covers a day. */
const noReport = "–";
const noReportCell = html`<td>${noReport}</td>`;

/** Failures per day, one series for each kind. */
export function failuresByKind(page: DomainPage): Html {
  const kept = topSeries(page.byResultType, (one) => one.total, sumKinds);
  const known = coveredDays(page);
  const rows = page.days.map((day, at) => {
    const cells = kept.map(({ counts }) => {
      return known[at] === true ? thousands(counts[at] ?? 0) : noReport;
    });
    return dayRow(day, cells);
  });
  return chart({
    kind: "failures",
    title: "Failures by kind",
    note: html`Failed sessions per day${kept.length > 1 ? ", stacked by kind" : ""}.`,
    names: kept.map(({ resultType }) => resultType),
    caption: "Failed sessions per day and kind",
    rows,
  });
}

/** Sessions per day and the share that failed, one series for each reporter: two charts of one table. */
export function sessionsByReporter(page: DomainPage, hasFailures: boolean): Html {
  const kept = topSeries(page.byReporter, sessionsOf, sumReporters);
  const rows = page.days.map((day, at) => {
    const cells = kept.map(({ successes, failures }) => {
      const good = successes[at] ?? null;
      const bad = failures[at] ?? null;
      if (good === null && bad === null) return noReport;
      return `${thousands(bad ?? 0)} / ${thousands((good ?? 0) + (bad ?? 0))}`;
    });
    return dayRow(day, cells);
  });
  return chart({
    kind: hasFailures ? "rate sessions" : "sessions",
    title: hasFailures ? "Failure rate and sessions by reporter" : "Sessions by reporter",
    note: html`${hasFailures ? "Top: the share of sessions that failed. Bottom: the number of sessions. " : null}Hatched:
    no report covers the day.`,
    names: kept.map(({ name }) => (name === "" ? "no name given" : name)),
    caption: "Failed sessions / all sessions, per day and reporter",
    rows,
  });
}

interface Chart {
  /** The charts that the script draws from it. */
  readonly kind: string;
  readonly title: string;
  readonly note: Html;
  readonly names: readonly string[];
  readonly caption: string;
  readonly rows: readonly Html[];
}

function chart({ kind, title, note, names, caption, rows }: Chart): Html {
  const id = `chart-${kind.split(" ")[0] ?? ""}`;
  return html`<section class="panel" aria-labelledby="${id}">
    <h3 id="${id}">${title}</h3>
    <p class="note">${note}</p>
    <div class="charts" data-charts="${kind}" hidden></div>
    <details class="numbers">
      <summary>${title}, as a table</summary>
      <div class="scroll" role="region" tabindex="0" aria-label="${caption}">
        <table class="days">
          <caption>
            ${caption}. ${noReport}: no report covers the day.
          </caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              ${names.map((name) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

function dayRow(day: string, cells: readonly string[]): Html {
  return html`<tr>
    <th scope="row">${day}</th>
    ${cells.map((cell) => (cell === noReport ? noReportCell : html`<td>${cell}</td>`))}
  </tr>`;
}

/** Which days some report covers. */
function coveredDays({ days, byReporter }: DomainPage): boolean[] {
  return days.map((_, at) =>
    byReporter.some(({ successes, failures }) => {
      return (successes[at] ?? null) !== null || (failures[at] ?? null) !== null;
    }),
  );
}

/** The largest series, largest first, and the others added up as one. */
function topSeries<T>(
  all: readonly T[],
  sizeOf: (one: T) => number,
  sum: (rest: readonly T[]) => T,
): readonly T[] {
  const sorted = [...all].sort((a, b) => sizeOf(b) - sizeOf(a));
  if (sorted.length <= maxSeries + 1) return sorted;
  return [...sorted.slice(0, maxSeries), sum(sorted.slice(maxSeries))];
}

function sessionsOf({ successes, failures }: Series): number {
  let total = 0;
  for (const one of successes) total += one ?? 0;
  for (const one of failures) total += one ?? 0;
  return total;
}

function sumReporters(rest: readonly Series[]): Series {
  const days = rest[0]?.successes.length ?? 0;
  const column = (pick: (one: Series) => readonly (number | null)[]): (number | null)[] => {
    return Array.from({ length: days }, (_, at) => {
      const known = rest.flatMap((one) => pick(one)[at] ?? []);
      return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
    });
  };
  return {
    name: plural(rest.length, "other"),
    successes: column((one) => one.successes),
    failures: column((one) => one.failures),
  };
}

function sumKinds(rest: readonly FailureSeries[]): FailureSeries {
  const days = rest[0]?.counts.length ?? 0;
  const since = rest.flatMap((one) => one.since ?? []).sort()[0] ?? null;
  return {
    resultType: plural(rest.length, "other kind"),
    trend: rest[0]?.trend ?? "normal",
    total: rest.reduce((sum, one) => sum + one.total, 0),
    since,
    counts: Array.from({ length: days }, (_, at) =>
      rest.reduce((sum, one) => sum + (one.counts[at] ?? 0), 0),
    ),
  };
}
