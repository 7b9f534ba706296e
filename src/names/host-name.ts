import { problem, type Problem } from "../diagnostics/diagnostic.ts";
import { toALabels } from "./a-label.ts";

/** What was read where a host name should stand. */
export interface HostReading {
  /** Lower case, A-labels, no trailing dot; the nearest thing to it when there are faults. */
  readonly ascii: string;
  readonly faults: readonly Problem[];
}

/** RFC 1035 §2.3.4: 255 octets on the wire are 253 characters in writing. */
export const maxNameLength = 253;
const maxLabelLength = 63;
/** Longer texts are not looked at label by label. */
const readable = 1000;

const plain =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[0-9]*[a-z-])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads a fully qualified host name and says what is wrong with it, one code per fault.
 *
 * `offset` is where the name stands in the text that the faults are to point into. `international`
 * names are mapped to A-labels; where they are not allowed, the fault tells the A-label.
 * @see RFC 5321 §4.1.2 and RFC 1035 §2.3.4
 */
export function readHostName(text: string, offset: number, international: boolean): HostReading {
  if (text.length <= maxNameLength && plain.test(text) && !text.includes("xn--")) {
    return { ascii: text, faults: [] };
  }
  const ascii = text.toLowerCase();
  const whole = structuralFault(text, offset);
  if (whole !== null) return { ascii, faults: [whole] };
  if (text.length > readable) {
    const args = { name: text, octets: new TextEncoder().encode(text).length };
    return { ascii, faults: [problem("name/too-long", args, offset, text.length)] };
  }
  return new HostReader(text, offset, international).read();
}

/** Things that are no names at all: saying one of them is more use than counting wrong characters. */
function structuralFault(text: string, offset: number): Problem | null {
  const all = [offset, text.length] as const;
  if (text === "") return problem("name/empty", {}, ...all);
  const trimmed = text.trim();
  if (trimmed === "") return problem("name/empty", {}, ...all);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(trimmed)) return urlFault(text, offset);
  if (/[\s,;]/.test(trimmed)) return problem("name/list", { name: text }, ...all);
  if (trimmed !== text) return problem("name/space", { name: text, fixed: trimmed }, ...all);
  const at = text.lastIndexOf("@");
  if (at !== -1) {
    return problem("name/mail-address", { name: text, domain: text.slice(at + 1) }, ...all);
  }
  if (isAddress(text)) return problem("name/ip-address", { name: text }, ...all);
  if (/[/?#\\]/.test(text)) return urlFault(text, offset);
  const colon = text.indexOf(":");
  if (colon > 0 && /^[0-9]{0,5}$/.test(text.slice(colon + 1))) {
    const host = text.slice(0, colon);
    return problem("name/port", { name: text, host }, offset + colon, text.length - colon);
  }
  return null;
}

function urlFault(text: string, offset: number): Problem {
  const rest = text.trim().replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, "");
  const host = /^[A-Za-z0-9][^/?#\\:@\s]*/.exec(rest)?.[0] ?? "";
  return problem("name/url", { name: text, host }, offset, text.length);
}

function isAddress(text: string): boolean {
  if (text.startsWith("[")) return true;
  if (/^[0-9]{1,3}(?:\.[0-9]{1,3}){3}\.?$/.test(text)) return true;
  return text.length <= 80 && /^[0-9A-Fa-f:.]+$/.test(text) && text.split(":").length > 2;
}

class HostReader {
  readonly #text: string;
  readonly #offset: number;
  readonly #international: boolean;
  readonly #faults: Problem[] = [];

  constructor(text: string, offset: number, international: boolean) {
    this.#text = text;
    this.#offset = offset;
    this.#international = international;
  }

  read(): HostReading {
    let name = this.#text;
    // U+3002 and its like are dots to UTS 46, hence to whoever typed them.
    if (/[^.\u3002\uff0e\uff61][.\u3002\uff0e\uff61]$/.test(name)) {
      name = name.slice(0, -1);
      this.#faults.push(
        problem(
          "name/trailing-dot",
          { name: this.#text, fixed: name.toLowerCase() },
          this.#offset + name.length,
          1,
        ),
      );
    }
    // eslint-disable-next-line no-control-regex -- everything outside ASCII
    return /[^\x00-\x7f]/.test(name) ? this.#readInternational(name) : this.#readAscii(name);
  }

  #readAscii(name: string): HostReading {
    const ascii = name.toLowerCase();
    const labels = ascii.split(".");
    let start = 0;
    for (const label of labels) {
      this.#checkLabel(label, start);
      start += label.length + 1;
    }
    this.#checkWhole(ascii, labels, name.length);
    return { ascii, faults: this.#faults };
  }

  #readInternational(name: string): HostReading {
    let start = 0;
    for (const label of name.split(/[.\u3002\uff0e\uff61]/)) {
      this.#checkCharacters(label, start);
      start += label.length + 1;
    }
    const spelled = this.#faults.some((fault) => fault.code !== "name/trailing-dot");
    const mapped = spelled ? null : toALabels(name);
    // What mapping brought forth has no offsets of its own: its faults point at the whole name.
    const faults = mapped === null ? [] : readHostName(mapped, 0, false).faults;
    const all = [this.#offset, name.length] as const;
    if (!this.#international) {
      const ascii = faults.length > 0 ? null : mapped;
      this.#faults.push(problem("name/non-ascii", { name, ascii }, ...all));
    } else if (!spelled && mapped === null) {
      this.#faults.push(problem("name/international", { name }, ...all));
    } else {
      for (const fault of faults) {
        this.#faults.push({ ...fault, offset: all[0], length: all[1] });
      }
    }
    return { ascii: mapped ?? name.toLowerCase(), faults: this.#faults };
  }

  #checkLabel(label: string, start: number): void {
    if (!this.#checkCharacters(label, start)) return;
    if (label.length > maxLabelLength) {
      const args = { name: this.#text, label };
      this.#faults.push(this.#at("name/label-too-long", args, start, label.length));
    } else if (label.startsWith("xn--") && toALabels(label) !== label) {
      this.#faults.push(this.#at("name/a-label", { name: this.#text, label }, start, label.length));
    }
  }

  /** Says whether the label is made of letters, digits and inner hyphens (or is outside ASCII). */
  #checkCharacters(label: string, start: number): boolean {
    const name = this.#text;
    if (label === "") {
      // One is enough for `a....b`.
      if (!this.#faults.some((fault) => fault.code === "name/empty-label")) {
        this.#faults.push(this.#at("name/empty-label", { name }, start, 1));
      }
      return false;
    }
    const wrong = /[^a-z0-9\-\u0080-\u{10ffff}]/iu.exec(label);
    if (wrong !== null) {
      const character = wrong[0];
      const found =
        character === "_"
          ? this.#at("name/underscore", { name, label }, start + wrong.index, 1)
          : character === "*"
            ? this.#at("name/wildcard", { name }, start + wrong.index, 1)
            : this.#at("name/character", { name, character }, start + wrong.index, 1);
      this.#faults.push(found);
      return false;
    }
    if (label.startsWith("-") || label.endsWith("-")) {
      const at = label.startsWith("-") ? 0 : label.length - 1;
      this.#faults.push(this.#at("name/hyphen", { name, label }, start + at, 1));
      return false;
    }
    return true;
  }

  #checkWhole(ascii: string, labels: readonly string[], length: number): void {
    const last = labels.at(-1) ?? "";
    if (ascii.length > maxNameLength) {
      const args = { name: this.#text, octets: ascii.length };
      this.#faults.push(this.#at("name/too-long", args, 0, length));
    }
    if (labels.length < 2) {
      this.#faults.push(this.#at("name/single-label", { name: ascii }, 0, length));
    } else if (/^[0-9]+$/.test(last)) {
      const args = { name: this.#text, label: last };
      this.#faults.push(
        this.#at("name/numeric-tld", args, ascii.length - last.length, last.length),
      );
    }
  }

  #at(...[code, args, start, length]: Parameters<typeof problem>): Problem {
    return problem(code, args, this.#offset + start, length);
  }
}
