/** Failures per day: one bar per day, and a baseline under the days that a report covers. */
import { html, type Html } from "./html.ts";
import { plural, thousands } from "../../pages/wording.ts";

const height = 24;
const ground = height - 1.5;

/** A row's sparkline with its label. `values`: null where no report covers the day. */
export function sparkline(values: readonly (number | null)[]): Html {
  const highest = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  const covered = values.filter((value) => value !== null).length;
  return html`<svg
    class="spark"
    viewBox="0 0 ${Math.max(1, values.length)} ${height}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label(highest, covered, values.length)}"
  >
    ${
      covered === 0
        ? html`<path class="void" d="M0 ${height / 2}H${values.length}" />`
        : html`<path class="base" d="${baseline(values)}" />`
    }
    ${highest === 0 ? null : html`<path class="bars" d="${bars(values, highest)}" />`}
  </svg>`;
}

function label(highest: number, covered: number, days: number): string {
  if (covered === 0) return `No reports in ${plural(days, "day")}`;
  const reported =
    covered === days ? plural(days, "day") : `${thousands(covered)} of ${plural(days, "day")}`;
  return highest === 0
    ? `No failures on ${reported} with reports`
    : `Failures per day: at most ${thousands(highest)}; ${reported} with reports`;
}

function baseline(values: readonly (number | null)[]): string {
  let path = "";
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] === null) continue;
    const from = at;
    while (at < values.length && values[at] !== null) at += 1;
    path += `M${String(from)} ${String(height - 0.75)}H${String(at)}`;
  }
  return path;
}

/** A bar fills the height only with this many failures or more. */
const minFullHeight = 8;

/** A day with few failures is visible as a dot, however high the others are. */
function bars(values: readonly (number | null)[], highest: number): string {
  let path = "";
  values.forEach((value, at) => {
    if (value === null || value <= 0) return;
    const tall = Math.max(1.5, (value / Math.max(highest, minFullHeight)) * (ground - 1));
    path += `M${String(at)}.5 ${String(ground)}v-${tall.toFixed(1)}`;
  });
  return path;
}
