/** Health and trend: the words, their badges, and what they mean. */
import type { Health, TrendVerdict } from "../analysis/page-data.ts";
import { html, type Html } from "./html.ts";
import { healthIcon, trendIcon } from "./icons.ts";
import { sentence } from "./wording.ts";

/** Most troubled first. */
export const healths = ["emergency", "trouble", "watch", "unknown", "good"] as const;

const healthMeanings: Readonly<Record<Health, string>> = {
  emergency:
    "Failures appeared or grow, beyond chance, and what fails is not delivered. Act today.",
  trouble:
    "Failures appeared, grow, or go on at a rate that chance does not explain. Act this week.",
  watch: "Something moves, and it is too early or too little to say more. Look again next week.",
  unknown: "No sender has reported lately. Nobody knows how it is; this is not good news.",
  good: "Senders report, and what fails is what always fails.",
};

const trendMeanings: Readonly<Record<TrendVerdict, string>> = {
  new: "failures that were not there in the weeks before",
  rising: "the rate is higher than in the weeks before, beyond chance",
  unclear: "new failures, but too few sessions to be sure",
  steady: "failures go on at the rate they had",
  falling: "the rate is lower than in the weeks before, beyond chance",
  gone: "there were failures, and there are none any more, beyond chance",
  normal: "so few among so many that chance and careless senders explain them",
  none: "reports came, and no failure in them",
};

const trends = ["new", "rising", "unclear", "steady", "falling", "gone", "normal", "none"] as const;

/** Lower is worse; what is sorted by it begins with what needs somebody. */
export function trendRank(trend: TrendVerdict): number {
  return ["new", "rising", "unclear", "steady", "normal", "falling", "gone", "none"].indexOf(trend);
}

/** Whether a kind of failure goes on and wants a fix. */
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

/** What every word of the page means, folded away. */
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
        Rates are judged, not counts: three failures among millions are normal. “Likely” is the
        Wilson interval: the true rate lies in it with 95 %.
      </p>
      <p>
        A report is <strong>verified</strong> when it came by mail and carries a valid DKIM
        signature. That proves a domain, not the name that a report gives its reporter:
        <code>stspress reports senders</code> tells which domains have signed. All other reports
        could have been made by anybody. All are shown; a rollout decision rests on those of trusted
        signers alone, unless <code>stspress.yaml</code> says so.
      </p>
      <p>
        Days are days of UTC. One mail can fail in several ways, so kinds of failure may add up to
        more than the failed sessions.
      </p>
    </details>
  </section>`;
}
