/** The page of one domain: what is wrong, since when, what to do, and the data behind it. */
import { domainToUnicode } from "node:url";
import type { DomainPage, DomainRow, Health, Rate } from "../analysis/page-data.ts";
import { failuresByKind, sessionsByReporter } from "./day-tables.ts";
import { activeGroups, failureGroups, type FailureGroup } from "./failure-groups.ts";
import { failuresTable } from "./failures-table.ts";
import { clipped, foreign, html, prose, type Html } from "./html.ts";
import { healthIcon } from "./icons.ts";
import { heldTable, instancesTable } from "./policies-tables.ts";
import { reportersTable } from "./reporters-table.ts";
import { glossary, healthBadge, trendChip } from "./verdicts.ts";
import { dayWords, momentWords, plural } from "../../pages/wording.ts";
import { headlineWords, likely, ofSessions, percent, rateWords, sentence } from "./wording.ts";

/** The content of a domain's page. `home`: the link to the overview; null: there is no overview. */
export function domainContent(page: DomainPage, home: string | null): Html {
  const { row } = page;
  const groups = failureGroups(page);
  return html`${
      home === null
        ? null
        : html`<nav aria-label="Page">
            <a class="back" href="${home}"><span aria-hidden="true">‹</span> All domains</a>
          </nav>`
    }
    <header class="domain-head">
      <h1 class="${row.domain.length > 32 ? "long" : ""}">${foreign(row.domain)}</h1>
      ${unicodeName(row.domain)}
      <p class="badges">
        ${healthBadge(row.health)} ${modeBadge(row)}
        ${row.health === "unknown" ? null : trendChip(row.trend)}
      </p>
      <p class="headline">${headlineWords(row.headline)}</p>
    </header>
    ${whatToDo(page, activeGroups(groups))} ${facts(page)} ${charts(page)}
    ${
      groups.length === 0
        ? null
        : html`<section aria-labelledby="failures">
            <h2 id="failures">What fails, why, and what to do</h2>
            ${failuresTable(groups)}
          </section>`
    }
    ${policies(page)}
    <section aria-labelledby="reporters">
      <h2 id="reporters">Who reports</h2>
      ${page.reporters.length === 0 ? html`<p>Nobody in ${plural(page.days.length, "day")}.</p>` : reportersTable(page.reporters)}
    </section>
    ${glossary()}
    <footer><p>Made ${momentWords(page.madeAt)} from the reports for ${window(page)}.</p></footer>`;
}

function modeBadge({ mode, inSite }: DomainRow): Html {
  if (!inSite) return html`<span class="badge mode">not in this site</span>`;
  return mode === null
    ? html`<span class="badge mode">no policy</span>`
    : html`<span class="badge mode">mode <b>${mode}</b></span>`;
}

/** An internationalised name in Unicode, shown beside its A-labels. */
export function unicodeName(domain: string): Html | null {
  if (!domain.includes("xn--")) return null;
  const unicode = domainToUnicode(domain);
  if (unicode === "" || unicode === domain) return null;
  return html`<p class="unicode">${foreign(unicode)}</p>`;
}

function window({ days }: DomainPage): string {
  const [first] = days;
  const last = days.at(-1);
  return first === undefined || last === undefined
    ? "no day"
    : `${dayWords(first)} to ${dayWords(last)}`;
}

function whatToDo({ row, days }: DomainPage, active: readonly FailureGroup[]): Html {
  const [first, ...others] = active;
  if (row.health === "unknown") {
    return notice(
      row.health,
      html`<h2>No reports</h2>
        <p>
          ${row.lastDay === null ? `In ${plural(days.length, "day")} no sender has reported about this domain.` : `No sender has reported about this domain since ${dayWords(row.lastDay)}.`}
          This does not mean that all is well. Senders report only after they sent mail to the
          domain; a small domain may get no report for weeks.
        </p>
        <ul>
          <li>
            Does <code>_smtp._tls.${row.domain}</code> publish an address for reports? Check with
            <code>stspress audit ${row.domain}</code>.
          </li>
          <li>
            Do reports arrive at that address? Read them with
            <code>stspress reports fetch</code> or <code>reports add</code>.
          </li>
        </ul>`,
    );
  }
  if (row.health === "good") {
    const why =
      row.recent.failures === 0
        ? "Senders report, and no session failed."
        : "So few sessions fail that chance or the sender explains it.";
    return notice(
      row.health,
      html`<h2>Nothing to do</h2>
        <p>${why}</p>`,
    );
  }
  if (first === undefined) {
    return notice(
      row.health,
      html`<h2>See the charts</h2>
        <p>
          No single kind of failure stands out. The charts and the reporters show what changed.
        </p>`,
    );
  }
  return notice(
    row.health,
    html`<h2>What to do</h2>
      <p class="do">${prose(sentence(first.fix))}</p>
      <p>${where(first)} ${prose(sentence(first.cause))}</p>
      ${reasonsOf(first)}
      ${others.length === 0 ? null : html`<p><a href="#failures">${plural(others.length, "more kind")} of failure</a></p>`}`,
  );
}

function where({ resultType, rows }: FailureGroup): Html {
  const hosts = [...new Set(rows.flatMap(({ mxHost }) => mxHost ?? []))];
  const shown = hosts
    .slice(0, 3)
    .map((host, at) => html`${at === 0 ? "" : ", "}<code>${host}</code>`);
  const more = hosts.length > 3 ? ` and ${String(hosts.length - 3)} more` : "";
  return html`<code>${foreign(resultType)}</code
    >${hosts.length === 0 ? null : html` at ${shown}${more}`}:`;
}

/** The senders' own reasons are often more exact than the type. */
function reasonsOf({ rows }: FailureGroup): Html | null {
  const reasons = [...new Set(rows.flatMap((row) => row.reasons))].slice(0, 2);
  if (reasons.length === 0) return null;
  return html`<p class="note">
    Senders say:
    ${reasons.map((one, at) => html`${at === 0 ? "" : ", "}“${foreign(clipped(one, 160))}”`)}
  </p>`;
}

function notice(health: Health, content: Html): Html {
  return html`<section class="notice health-${health}" aria-label="What to do">
    ${healthIcon(health)}
    <div>${content}</div>
  </section>`;
}

function facts({ row, days }: DomainPage): Html {
  return html`<dl class="facts">
    ${rateFact("Last 7 days with reports", row.recent)}
    ${rateFact(`Whole window, ${plural(days.length, "day")}`, row.whole)}
    <div>
      <dt>Reporters</dt>
      <dd>
        <b>${row.reporters === 0 ? "none" : row.reporters}</b
        ><span class="note"
          >${row.lastDay === null ? "no reports" : `last report for ${dayWords(row.lastDay)}`}</span
        >
      </dd>
    </div>
    <div>
      <dt>Verified</dt>
      <dd>
        <b>${row.verifiedShare === null ? "–" : percent(row.verifiedShare)}</b
        ><span class="note"
          >${row.verifiedShare === null ? "nothing to verify" : "of the sessions; the others could be forged"}</span
        >
      </dd>
    </div>
  </dl>`;
}

function rateFact(name: string, rate: Rate): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>
      <b>${rateWords(rate)}</b
      >${rate.rate === null ? html`<span class="note">not the same as no failures</span>` : html`<span class="note">${ofSessions(rate)}</span><span class="note">${likely(rate)}</span>`}
    </dd>
  </div>`;
}

function charts(page: DomainPage): Html | null {
  const { byReporter, byResultType, row, days } = page;
  if (byReporter.length === 0) return null;
  const { failures } = row.whole;
  return html`<section aria-labelledby="time">
    <h2 id="time">Day by day</h2>
    ${byResultType.length > 0 ? failuresByKind(page) : noKinds(failures, days.length)}
    ${sessionsByReporter(page, failures > 0)}
  </section>`;
}

function noKinds(failures: number, days: number): Html {
  const words =
    failures === 0
      ? `No failures were reported in ${plural(days, "day")}.`
      : `${plural(failures, "session")} failed, but no report says why.`;
  return html`<p class="calm">${words}</p>`;
}

function policies(page: DomainPage): Html | null {
  const { held, instances, byReporter } = page;
  if (held.length === 0 && instances.length === 0) return null;
  const known =
    instances.length === 0
      ? html`<p class="note">The lock has no policy of this domain.</p>`
      : instancesTable(instances);
  const marked = html`<p class="note">The charts mark the day on which each policy went live.</p>`;
  if (held.length === 0) {
    return html`<section aria-labelledby="policies">
      <h2 id="policies">Policies of this domain</h2>
      ${known}
    </section>`;
  }
  return html`<section aria-labelledby="policies">
    <h2 id="policies">Which policy senders held</h2>
    <p>
      Senders keep a policy for its max_age. Each session counts under the policy that the sender
      held at that time, which may be an earlier one.
    </p>
    ${heldTable(held)}
    <h3>Policies of this domain</h3>
    ${instances.length > 0 && byReporter.length > 0 ? marked : null} ${known}
  </section>`;
}
