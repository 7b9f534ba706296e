/** The charts of one table with their legend, which shows the numbers of the selected day. */
import type uPlot from "uplot";
import { foreign, h, svg } from "../../../pages/client/dom.ts";
import { thousands } from "../../../pages/wording.ts";
import { readDayTable, together, totalOf, type Cell, type DayTable } from "./day-table.ts";
import { lookOf, plot, type PlotKind, type PolicyMark } from "./plot.ts";

const titles: Readonly<Record<PlotKind, string>> = {
  failures: "Failed sessions",
  rate: "Share of sessions that failed",
  sessions: "Sessions",
};

const share = new Intl.NumberFormat("en-GB", { style: "percent", maximumSignificantDigits: 2 });
const longDate = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" });

export class ChartPanel {
  readonly #table: DayTable;
  readonly #kinds: readonly PlotKind[];
  readonly #marks: readonly PolicyMark[];
  readonly #whole: number | null;
  readonly #hidden = new Set<number>();
  readonly #values: HTMLElement[] = [];
  readonly #swatches: SVGElement[] = [];
  readonly #when = h("p", { class: "when" });
  readonly #hosts: HTMLElement[];
  #plots: uPlot[] = [];
  #day: number | null = null;

  /** @param host the element that the charts go into, with the kinds of charts in `data-charts` */
  constructor(host: HTMLElement, marks: readonly PolicyMark[]) {
    const table = host.parentElement?.querySelector<HTMLTableElement>("table.days");
    if (table == null) throw new Error("a chart has no table");
    const [, ...names] = textsOf(table.tHead?.rows[0]);
    const read = readDayTable(names, [...(table.tBodies[0]?.rows ?? [])].map(textsOf));
    this.#kinds = (host.dataset["charts"] ?? "").split(" ") as PlotKind[];
    // Lines cross each other, so one line shows all reporters together.
    const hasWhole = this.#kinds.includes("rate") && read.series.length > 1;
    this.#whole = hasWhole ? read.series.length : null;
    this.#table = hasWhole
      ? { ...read, series: [...read.series, together("all reporters", read.series)] }
      : read;
    this.#marks = marks;
    this.#hosts = this.#kinds.map((kind) => this.#makeSlider(kind));
    host.append(
      ...this.#kinds.map((kind, at) =>
        h(
          "figure",
          {},
          ...(this.#kinds.length > 1 ? [h("figcaption", {}, titles[kind])] : []),
          this.#hosts[at] ?? "",
        ),
      ),
      this.#when,
      this.#makeLegend(),
    );
    host.hidden = false;
    this.draw();
    let width = host.clientWidth;
    new ResizeObserver(() => {
      if (host.clientWidth === width) return;
      width = host.clientWidth;
      this.draw();
    }).observe(host);
  }

  /** Draws again after colours, width or the shown series have changed. */
  draw(): void {
    for (const one of this.#plots) one.destroy();
    const shown = this.#table.series.flatMap((_, at) => (this.#hidden.has(at) ? [] : at));
    this.#plots = this.#kinds.map((kind, at) => {
      const host = this.#hosts[at];
      if (host === undefined) throw new Error("a chart has no place");
      return plot(host, {
        kind,
        table: this.#table,
        shown,
        whole: this.#whole,
        marks: this.#marks,
        width: host.clientWidth,
        height: host.clientWidth < 480 ? 190 : 230,
        onDay: (day) => {
          this.#showDay(day);
        },
      });
    });
    this.#swatches.forEach((one, at) => {
      one.style.color = lookOf(at, this.#whole).colour;
    });
    this.#showDay(null);
  }

  /** A chart is a slider over its days: arrow keys move it, and screen readers read each day. */
  #makeSlider(kind: PlotKind): HTMLElement {
    const last = this.#table.days.length - 1;
    const host = h("div", {
      class: "plot",
      tabindex: "0",
      role: "slider",
      "aria-label": `${titles[kind]}, by day`,
      "aria-valuemin": "0",
      "aria-valuemax": String(last),
      "aria-valuenow": String(last),
      "aria-valuetext": "all days",
    });
    const steps: Readonly<Record<string, (at: number) => number>> = {
      ArrowLeft: (at) => at - 1,
      ArrowDown: (at) => at - 1,
      ArrowRight: (at) => at + 1,
      ArrowUp: (at) => at + 1,
      PageDown: (at) => at - 7,
      PageUp: (at) => at + 7,
      Home: () => 0,
      End: () => last,
    };
    host.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (event.key === "Escape") this.#point(kind, null);
      if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const from = this.#day ?? (event.key === "Home" ? 0 : last + (event.key === "End" ? 0 : 1));
      this.#point(kind, Math.max(0, Math.min(last, step(from))));
    });
    host.addEventListener("blur", () => {
      this.#point(kind, null);
    });
    return host;
  }

  #point(kind: PlotKind, day: number | null): void {
    const chart = this.#plots[this.#kinds.indexOf(kind)];
    const noon = day === null ? undefined : this.#table.noons[day];
    if (chart === undefined) return;
    const left = noon === undefined ? -10 : chart.valToPos(noon, "x");
    // Its types do not know the third argument: that the other charts follow.
    const movable = chart as { setCursor(to: object, fire: boolean, publish: boolean): void };
    movable.setCursor({ left, top: noon === undefined ? -10 : 10 }, true, true);
  }

  #makeLegend(): HTMLElement {
    const lines = this.#kinds.includes("rate");
    const items = this.#table.series.map(({ name }, at) => {
      const value = h("span", { class: "value" });
      this.#values.push(value);
      const { dash, thickness } = lookOf(at, this.#whole);
      const swatch = lines ? makeSwatch(dash, thickness * 1.5) : makeSwatch([], 12);
      this.#swatches.push(swatch);
      const button = h(
        "button",
        { type: "button", "aria-pressed": "true" },
        swatch,
        foreign(name),
        value,
      );
      button.addEventListener("click", () => {
        if (!this.#hidden.delete(at)) this.#hidden.add(at);
        button.setAttribute("aria-pressed", String(!this.#hidden.has(at)));
        this.draw();
      });
      for (const [event, focused] of [
        ["pointerenter", true],
        ["focus", true],
        ["pointerleave", false],
        ["blur", false],
      ] as const) {
        button.addEventListener(event, () => {
          this.#highlight(focused ? at : null);
        });
      }
      return h("li", {}, button);
    });
    return h("ul", { class: "legend", role: "list", "aria-label": "Shown in the chart" }, ...items);
  }

  /** Highlights one line; null: none. */
  #highlight(series: number | null): void {
    const chart = this.#plots[this.#kinds.indexOf("rate")];
    if (chart === undefined) return;
    const shown = this.#table.series.flatMap((_, at) => (this.#hidden.has(at) ? [] : at));
    const at = series === null ? -1 : shown.indexOf(series);
    // `null` is how uPlot says that no series is in focus; its types do not know.
    chart.setSeries(at === -1 ? null : at + 1, { focus: at !== -1 });
  }

  #showDay(day: number | null): void {
    this.#day = day;
    const { series, noons, days } = this.#table;
    const noon = day === null ? undefined : noons[day];
    const when =
      noon === undefined ? `All ${String(days.length)} days` : longDate.format(noon * 1000);
    this.#when.textContent = when;
    const texts = series.map((one, at) => {
      const text = cellText(day === null ? totalOf(one) : (one.cells[day] ?? null));
      const place = this.#values[at];
      if (place !== undefined) place.textContent = text;
      return `${one.name}: ${text}`;
    });
    for (const host of this.#hosts) {
      host.setAttribute("aria-valuenow", String(day ?? days.length - 1));
      host.setAttribute("aria-valuetext", `${when}. ${texts.join("; ")}`);
    }
  }
}

function textsOf(row: HTMLTableRowElement | undefined): string[] {
  return [...(row?.cells ?? [])].map((cell) => cell.textContent.trim());
}

function cellText(cell: Cell | null): string {
  if (cell === null) return "no report";
  const { failures, sessions } = cell;
  if (sessions === null) return thousands(failures);
  const rate = sessions === 0 ? "" : ` (${share.format(failures / sessions)})`;
  return `${thousands(failures)} of ${thousands(sessions)} failed${rate}`;
}

/** A sample of the line, or a block of the bar's colour. */
function makeSwatch(dash: readonly number[], thickness: number): SVGElement {
  const line = svg("path", {
    d: thickness > 6 ? "M4 6H20" : "M0 6H24",
    stroke: "currentColor",
    "stroke-width": String(thickness),
    "stroke-dasharray": dash.length === 0 ? "none" : dash.join(" "),
  });
  return svg("svg", { class: "swatch", viewBox: "0 0 24 12", "aria-hidden": "true" }, line);
}
