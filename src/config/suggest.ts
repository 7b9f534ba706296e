/** Finds what someone may have meant. */

/** Returns the candidate that is nearest to a text, or null when none is near. */
export function suggest(text: string, candidates: Iterable<string>): string | null {
  const wanted = plain(text.slice(0, 100));
  let best: string | null = null;
  let least = Math.floor(Math.max(3, wanted.length) / 3) + 1;
  for (const candidate of candidates) {
    const name = plain(candidate);
    // Half a name, such as `google`, is nearer than letters tell.
    const isPart = wanted.length >= 4 && name.startsWith(wanted);
    const distance = isPart ? 1 : editDistance(wanted, name, least);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** People confuse case, `_`, `-` and blanks more often than letters. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[-_ .]/g, "");
}

/** Optimal string alignment distance; any value of at least `limit` once it is known to reach that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, at(before, column - 2) + 1);
      }
      next.push(distance);
    }
    before = last;
    last = next;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
