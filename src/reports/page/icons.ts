/** Pictures that say nothing that the words beside them do not. */
import type { Health, TrendVerdict } from "../analysis/page-data.ts";
import { html, type Html } from "./html.ts";

function icon(paths: Html): Html {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${paths}</svg>`;
}

/** Shapes differ, so that nobody needs the colours. */
const healthIcons: Readonly<Record<Health, Html>> = {
  emergency: icon(
    html`<path class="filled" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" /><path
        class="knockout"
        d="M8 4.2v4.6m0 2.4v.1"
      />`,
  ),
  trouble: icon(
    html`<path class="filled" d="M8 1.2 15.4 14.5H.6z" /><path
        class="knockout"
        d="M8 6v4m0 2.2v.1"
      />`,
  ),
  watch: icon(
    html`<path d="M1 8s2.6-4.6 7-4.6S15 8 15 8s-2.6 4.6-7 4.6S1 8 1 8z" /><circle
        class="filled"
        cx="8"
        cy="8"
        r="2.2"
      />`,
  ),
  good: icon(
    html`<circle class="filled" cx="8" cy="8" r="7" /><path
        class="knockout"
        d="m4.8 8.2 2.3 2.3 4.2-4.8"
      />`,
  ),
  unknown: icon(
    html`<circle cx="8" cy="8" r="6.6" stroke-dasharray="2.6 2" /><path
        d="M6 6.4a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.2m0 1.9v.1"
      />`,
  ),
};

const arrows: Readonly<Record<TrendVerdict, Html>> = {
  new: icon(html`<path d="M8 2v12M2 8h12M3.8 3.8l8.4 8.4m0-8.4-8.4 8.4" />`),
  rising: icon(html`<path d="m3 13 9.5-9.5M6 3h7v7" />`),
  unclear: icon(html`<path d="M5 6a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2m0 2.4v.1" />`),
  steady: icon(html`<path d="M2 8h11M9 4l4.2 4L9 12" />`),
  falling: icon(html`<path d="m3 3 9.5 9.5M6 13h7V6" />`),
  gone: icon(html`<path d="m3 8.5 3.2 3.2L13 4.8" />`),
  normal: icon(html`<path d="M2 9c2-3 4-3 6 0s4 3 6 0" />`),
  none: icon(html`<path d="M3 8h10" />`),
};

/** The picture of a health. */
export function healthIcon(health: Health): Html {
  return healthIcons[health];
}

/** The picture of a trend. */
export function trendIcon(trend: TrendVerdict): Html {
  return arrows[trend];
}

/** The shield of the banner. */
export const mark: Html = html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
  <path d="M8 1l6 2v5c0 4-2 6-6 7-4-1-6-3-6-7V3z" />
  <path d="M4.5 5.8h7v4.7h-7zl3.5 2.7 3.5-2.7" />
</svg>`;
