/** One chart over the days: stacked bars or lines, with days without reports and new policies marked. */
import uPlot from "uplot";
import { stack, type DayTable } from "./day-table.ts";

/** A policy that went live. */
export interface PolicyMark {
  /** Unix seconds. */
  readonly at: number;
  readonly mode: string;
}

/** What is drawn: failures or sessions as bars, or the share that failed as lines. */
export type PlotKind = "failures" | "sessions" | "rate";

export interface PlotOptions {
  readonly kind: PlotKind;
  readonly table: DayTable;
  /** Positions of the series to draw. */
  readonly shown: readonly number[];
  /** The series that sums up all others, drawn as a line and never stacked; null: there is none. */
  readonly whole: number | null;
  readonly marks: readonly PolicyMark[];
  readonly width: number;
  readonly height: number;
  readonly onDay: (index: number | null) => void;
}

const day = 86_400;
/** Lines differ in their dashes too, not only in their colours. */
const dashes: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [5, 2],
  [14, 4],
  [1, 2],
  [6, 2, 1, 2, 1, 2],
];

/** How a series looks, by its position; the sum of all looks different. */
export function lookOf(
  at: number,
  whole: number | null,
): { colour: string; dash: readonly number[]; thickness: number } {
  if (at === whole) return { colour: token("--ink"), dash: [], thickness: 3 };
  const colour = token(`--series-${String((at % dashes.length) + 1)}`);
  return { colour, dash: dashes[at % dashes.length] ?? [], thickness: 1.5 };
}

/** A colour or a font of the style sheet, as it is now. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Draws a chart into an element. */
export function plot(host: HTMLElement, options: PlotOptions): uPlot {
  const { kind, table, whole, width, height } = options;
  const shown = kind === "rate" ? options.shown : options.shown.filter((at) => at !== whole);
  const columns = shown.map((at) => columnOf(table, at, kind));
  const ys = kind === "rate" ? columns : stack(columns);
  const series = shown.map((at): uPlot.Series => {
    const { colour, dash, thickness } = lookOf(at, whole);
    return kind === "rate" ? line(colour, dash, thickness) : bars(colour);
  });
  // The sum of all is drawn first, and each part that ends lower over it.
  if (kind !== "rate") {
    ys.reverse();
    series.reverse();
  }
  const covered = table.days.map((_, at) => columns.some((one) => one[at] != null));
  const font = `12px ${token("--sans")}`;
  const ink = token("--quiet");
  const grid = { stroke: token("--line"), width: 1 };
  const [first = 0] = table.noons;
  const last = table.noons.at(-1) ?? 0;
  return new uPlot(
    {
      width,
      height,
      padding: [options.marks.length > 0 ? 22 : 8, 26, 0, 0],
      legend: { show: false },
      focus: { alpha: 0.15 },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { show: false },
        sync: { key: "days", setSeries: false },
      },
      scales: {
        x: { time: false, range: [first - day / 2, last + day / 2] },
        y: { range: (_, __, highest) => [0, topOf(highest, kind)] },
      },
      axes: [
        {
          stroke: ink,
          font,
          grid: { show: false },
          ticks: { ...grid, size: 4 },
          splits: () => dayTicks(table.noons, width),
          values: (_, splits) => splits.map(shortDay),
          size: 30,
          gap: 4,
        },
        {
          stroke: ink,
          font,
          grid,
          ticks: { show: false },
          size: 56,
          space: 36,
          ...(kind === "rate" ? {} : { incrs: wholeSteps }),
          values: (_, splits) => splits.map((value) => tick(value, kind)),
        },
      ],
      series: [{}, ...series],
      hooks: {
        drawClear: [
          (u) => {
            hatch(u, table.noons, covered);
          },
        ],
        draw: [
          (u) => {
            drawMarks(u, options.marks);
          },
        ],
        setCursor: [
          (u) => {
            options.onDay(u.cursor.idx ?? null);
          },
        ],
      },
    },
    [[...table.noons], ...ys],
    host,
  );
}

function columnOf(table: DayTable, series: number, kind: PlotKind): (number | null)[] {
  const cells = table.series[series]?.cells ?? [];
  return cells.map((cell) => {
    if (cell === null) return null;
    if (kind === "failures") return cell.failures;
    if (kind === "sessions") return cell.sessions;
    return cell.sessions === null || cell.sessions === 0
      ? null
      : (cell.failures / cell.sessions) * 100;
  });
}

function bars(colour: string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.82, 36] });
  return {
    stroke: colour,
    fill: colour,
    width: 0,
    points: { show: false },
    ...(paths ? { paths } : {}),
  };
}

function line(colour: string, dash: readonly number[], width: number): uPlot.Series {
  return {
    stroke: colour,
    width,
    dash: [...dash],
    spanGaps: false,
    points: { show: true, size: 5, fill: colour, stroke: colour, width: 0, filter: lonely },
  };
}

/** Days between two days without a report: a line would not show them. */
function lonely(u: uPlot, series: number): number[] {
  const values = u.data[series] ?? [];
  return [...values.keys()].filter((at) => {
    return values[at] != null && values[at - 1] == null && values[at + 1] == null;
  });
}

/** The axis shows at least one percent, so that a rate of a thousandth does not look high. */
function topOf(highest: number, kind: PlotKind): number {
  if (kind === "rate") return Math.min(100, Math.max(1, highest * 1.12));
  return Math.max(kind === "failures" ? 4 : 1, highest * 1.08);
}

const wholeSteps = Array.from({ length: 16 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();

const compact = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });

function tick(value: number, kind: PlotKind): string {
  return kind === "rate" ? `${String(Number(value.toPrecision(3)))}\u00a0%` : compact.format(value);
}

const shortDate = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

function shortDay(seconds: number): string {
  return shortDate.format(seconds * 1000);
}

/** Days to name below the chart, counted from the last: as many as there is room for. */
function dayTicks(noons: readonly number[], width: number): number[] {
  const room = Math.max(2, Math.floor(width / 72));
  const step = [1, 2, 7, 14, 28, 56, 91, 182].find((one) => noons.length / one <= room) ?? 365;
  return noons.filter((_, at) => (noons.length - 1 - at) % step === 0);
}

/** Hatches the days that no report covers, so that they do not look like days without failures. */
function hatch(u: uPlot, noons: readonly number[], covered: readonly boolean[]): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  noons.forEach((noon, at) => {
    if (covered[at] === true) return;
    const left = u.valToPos(noon - day / 2, "x", true);
    const right = u.valToPos(noon + day / 2, "x", true);
    ctx.rect(left, bbox.top, right - left, bbox.height);
  });
  ctx.clip();
  ctx.beginPath();
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += 7 * ratio) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.strokeStyle = token("--edge");
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = 1.25 * ratio;
  ctx.stroke();
  ctx.restore();
}

function drawMarks(u: uPlot, marks: readonly PolicyMark[]): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = token("--ink");
  ctx.fillStyle = token("--ink");
  ctx.lineWidth = ratio;
  ctx.font = `${String(11 * ratio)}px ${token("--sans")}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  let free = -Infinity;
  for (const { at, mode } of marks) {
    const x = Math.round(u.valToPos(at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 4 * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(mode).width;
    const left = Math.max(bbox.left, Math.min(x - width / 2, bbox.left + bbox.width - width));
    if (left < free) continue;
    ctx.fillText(mode, left, bbox.top - 6 * ratio);
    free = left + width + 6 * ratio;
  }
  ctx.restore();
}
