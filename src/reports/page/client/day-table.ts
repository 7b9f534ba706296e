/** The numbers of a chart, read from the table below it, so that both show the same. */

/** One series on one day. */
export interface Cell {
  readonly failures: number;
  /** null: the table has failures only. */
  readonly sessions: number | null;
}

export interface DayTable {
  /** ISO days, in order. */
  readonly days: readonly string[];
  /** Noon of each day, Unix seconds: the middle of its bar. */
  readonly noons: readonly number[];
  readonly series: readonly DaySeries[];
}

export interface DaySeries {
  readonly name: string;
  /** One for each day; null: no report covers it. */
  readonly cells: readonly (Cell | null)[];
}

/** Makes the numbers of a table's texts: the names of its columns, and per row the day and its cells. */
export function readDayTable(
  names: readonly string[],
  rows: readonly (readonly string[])[],
): DayTable {
  const days = rows.map(([day = ""]) => day);
  return {
    days,
    noons: days.map((day) => Date.parse(`${day}T12:00:00Z`) / 1000),
    series: names.map((name, at) => ({
      name,
      cells: rows.map((row) => readCell(row[at + 1] ?? "")),
    })),
  };
}

/** `3 / 1,234` or `3`; anything else is no number. */
export function readCell(text: string): Cell | null {
  const found = /^([\d,]+)(?: \/ ([\d,]+))?$/.exec(text.trim());
  if (found?.[1] === undefined) return null;
  return {
    failures: numberOf(found[1]),
    sessions: found[2] === undefined ? null : numberOf(found[2]),
  };
}

function numberOf(digits: string): number {
  return Number(digits.replaceAll(",", ""));
}

/** The sum of a series. */
export function totalOf({ cells }: DaySeries): Cell {
  let failures = 0;
  let sessions: number | null = null;
  for (const cell of cells) {
    if (cell === null) continue;
    failures += cell.failures;
    if (cell.sessions !== null) sessions = (sessions ?? 0) + cell.sessions;
  }
  return { failures, sessions };
}

/** All series together; null where none covers the day. */
export function together(name: string, series: readonly DaySeries[]): DaySeries {
  const days = series[0]?.cells.length ?? 0;
  const sums = Array.from({ length: days }, (_, at): Cell | null => {
    const cells = series.flatMap((one) => one.cells[at] ?? []);
    if (cells.length === 0) return null;
    return totalOf({ name, cells });
  });
  return { name, cells: sums };
}

/** Stacks columns of numbers, the first at the bottom; null where no column has a number. */
export function stack(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const below: (number | null)[] = [];
  return columns.map((column) =>
    column.map((value, at) => {
      const under = below[at] ?? null;
      const top = value === null ? under : (under ?? 0) + value;
      below[at] = top;
      return top;
    }),
  );
}
