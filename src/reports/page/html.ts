/**
 * The one place through which text gets into the reports page. A page is built from templates of this
 * program, `` html`<td>${value}</td>` ``, and whatever stands in `${…}` is text and is escaped, unless
 * it was made by such a template itself. Attributes are always quoted.
 */
import { printable } from "../../cli/text.ts";

/** Markup that is safe to put into a page. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What a template takes: text and numbers are escaped, null is nothing, lists are joined. */
export type Hole = string | number | Html | null | readonly Hole[];

/** Makes markup of a template. Its line breaks and indents are for its readers: one line break is left. */
export function html(template: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  let parts = tightened.get(template);
  if (parts === undefined) {
    parts = template.map((part) => part.replace(/\s*\n\s*/g, "\n"));
    tightened.set(template, parts);
  }
  let markup = parts[0] ?? "";
  for (let at = 0; at < holes.length; at += 1) {
    markup += markupOf(holes[at] ?? null) + (parts[at + 1] ?? "");
  }
  return new Html(markup);
}

/** A template is the same object each time that its line runs. */
const tightened = new WeakMap<TemplateStringsArray, readonly string[]>();

function markupOf(hole: Hole): string {
  if (typeof hole === "string") return escapeText(hole);
  if (typeof hole === "number") return String(hole);
  if (hole === null) return "";
  if (hole instanceof Html) return hole.markup;
  let markup = "";
  for (const one of hole) markup += markupOf(one);
  return markup;
}

/** Most texts of a page are digits and names; nothing in them needs a second look. */
const plain = /^[ !#-%(-;=?-~]*$/;

/**
 * Text for an element or a quoted attribute. What would be invisible in it, or would reorder what
 * stands beside it, is spelt out as `\u{…}`.
 */
function escapeText(text: string): string {
  if (plain.test(text)) return text;
  return printable(text).replace(/[&<>"'`]/g, (char) => `&#${String(char.charCodeAt(0))};`);
}

/** A name or a text from outside within a sentence: it cannot turn its neighbours. */
export function foreign(text: string): Html {
  return plain.test(text) ? new Html(escapeText(text)) : html`<bdi>${text}</bdi>`;
}

/** A text from outside, cut where it is too long to be read. */
export function clipped(text: string, most: number): string {
  const points = [...text.slice(0, most * 2 + 1)];
  return points.length <= most ? text : `${points.slice(0, most).join("")}…`;
}

/** Words of the core, in which `what is typed` stands between backticks. */
export function prose(words: string): readonly Html[] {
  return words
    .split("`")
    .map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
