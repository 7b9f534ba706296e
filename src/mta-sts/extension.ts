/** A field that the RFC leaves to extensions: of a policy, an `_mta-sts` or an `_smtp._tls` record. */
export interface Extension {
  readonly name: string;
  readonly value: string;
}

/** Why a text is no field name. */
export type FieldNameFault = "empty" | "too-long" | "first" | "character";

const maxNameLength = 32;

/**
 * Says why a text is no field name, or null: a letter or a digit, then up to 31 of letters, digits,
 * `_`, `-` and `.`.
 * @see RFC 8461 §3.1 (sts-ext-name), §3.2 (sts-policy-ext-name); RFC 8460 §3 (tlsrpt-ext-name)
 */
export function fieldNameFault(name: string): FieldNameFault | null {
  if (name === "") return "empty";
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) return "character";
  if (!/^[A-Za-z0-9]/.test(name)) return "first";
  return name.length > maxNameLength ? "too-long" : null;
}

/** The known field that an unknown one was meant to be, such as `mx` for `nmx` and `max_age` for `Max-Age`; or null. */
export function meantField(name: string, known: readonly string[]): string | null {
  if (name.length > maxNameLength) return null;
  const folded = fold(name);
  for (const field of known) {
    const wanted = fold(field);
    if (folded === wanted || oneEditApart(folded, wanted)) return field;
  }
  return null;
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** One letter added, left out or replaced. */
function oneEditApart(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 2 || long.length - short.length > 1) return false;
  let same = 0;
  while (same < short.length && short[same] === long[same]) same += 1;
  const rest = long.slice(same + 1);
  return rest === short.slice(short.length === long.length ? same + 1 : same);
}

/** Where a text stands without the spaces and tabs around it. */
export function trimWsp(text: string, start: number, end: number): readonly [number, number] {
  let [from, to] = [start, end];
  while (from < to && isWsp(text.charCodeAt(from))) from += 1;
  while (to > from && isWsp(text.charCodeAt(to - 1))) to -= 1;
  return [from, to];
}

function isWsp(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
