/** Health and trend: their badges and what they mean. */
import type { Health, TrendVerdict } from "../analysis/page-data.ts";
import { html, type Html } from "./html.ts";
import { healthIcon, trendIcon } from "./icons.ts";
import { sentence } from "./wording.ts";

/** Worst first. */
export const healths = ["emergency", "trouble", "watch", "unknown", "good"] as const;

const healthMeanings: Readonly<Record<Health, string>> = {
  emergency:
    "Mail is not delivered: failures are new or rising, or too many sessions fail. Act today.",
  trouble: "Failures are new or rising, or continue at a rate that is too high. Act this week.",
  watch: "Some sessions fail, at a rate that is low, falling or unclear. Look again next week.",
  unknown: "No sender has reported in the last 14 days. This is not good news.",
  good: "Senders report, and no more sessions fail than usual.",
};

const trendMeanings: Readonly<Record<TrendVerdict, string>> = {
  new: "failures that hardly existed in the 28 days before",
  rising: "a higher rate than in the 28 days before, beyond chance",
  unclear: "failures that hardly existed before, in too few sessions to be sure",
  steady: "failures continue at the same rate",
  falling: "a lower rate than in the 28 days before, beyond chance",
  gone: "there were failures, and now there are none, beyond chance",
  normal: "so few failures that chance or the sender explains them",
  none: "reports came, without any failure",
};

const trends = ["new", "rising", "unclear", "steady", "falling", "gone", "normal", "none"] as const;

/** Lower is worse. */
export function trendRank(trend: TrendVerdict): number {
  return ["new", "rising", "unclear", "steady", "normal", "falling", "gone", "none"].indexOf(trend);
}

/** Whether a kind of failure continues and needs a fix. */
export function isActive(trend: TrendVerdict): boolean {
  return ["new", "rising", "unclear", "steady", "falling"].includes(trend);
}

/** A health as icon and word. */
export function healthBadge(health: Health): Html {
  return html`<span class="badge health-${health}">${healthIcon(health)} ${health}</span>`;
}

/** A trend as icon and word. */
export function trendChip(trend: TrendVerdict): Html {
  return html`<span class="trend trend-${trend}">${trendIcon(trend)} ${trendWord(trend)}</span>`;
}

function trendWord(trend: TrendVerdict): string {
  return trend === "none" ? "no failures" : trend;
}

/** What the words of the page mean, collapsed. */
export function glossary(): Html {
  return html`<section class="glossary" aria-labelledby="words">
    <h2 id="words">What the words mean</h2>
    <details>
      <summary>Health, trend, rates and verification</summary>
      <dl>
        ${healths.map(
          (one) =>
            html`<dt>${healthBadge(one)}</dt>
              <dd>${healthMeanings[one]}</dd>`,
        )}
      </dl>
      <dl>
        ${trends.map(
          (one) =>
            html`<dt>${trendChip(one)}</dt>
              <dd>${sentence(trendMeanings[one])}</dd>`,
        )}
      </dl>
      <p>
        Health and trend depend on rates, not on counts: three failures in millions of sessions are
        normal. “Likely” is the range in which the true rate lies with a probability of 95 % (the
        Wilson interval).
      </p>
      <p>
        A report is <strong>verified</strong> when it came by mail and carries a valid DKIM
        signature. That proves the domain that sent it, not the name in the report:
        <code>stspress reports senders</code> lists the domains that signed. Anybody could have made
        the other reports. This page shows all of them. A rollout decision uses only reports with a
        trusted signer, unless <code>stspress.yaml</code> says otherwise.
      </p>
      <p>
        Days are in UTC. One session can fail in several ways, so the kinds of failure may add up to
        more than the failed sessions.
      </p>
    </details>
  </section>`;
}
