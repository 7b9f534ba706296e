/** Elements whose every text and attribute is set as a value: nothing here parses HTML. */
import { visibleParts } from "../visible-text.ts";

export type Child = Node | string | null;

type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** Makes an element. Attributes that are null or false are left out; `class` is one of them. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) if (child !== null) element.append(child);
  return element;
}

/** An element of SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly SVGElement[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A text from the data, with what would be invisible in it spelt out. It reads from left to right, as
 * labels of a name do in any script, and cannot reorder what surrounds it.
 */
export function foreign(text: string): HTMLElement {
  return h(
    "bdi",
    { dir: "ltr" },
    visibleParts(text).map((part) => {
      return part.hidden ? h("span", { class: "invisible" }, part.text) : part.text;
    }),
  );
}

/** A name, pattern or value in the fixed-width face. */
export function code(text: string): HTMLElement {
  return h("code", {}, foreign(text));
}

/** The page's element of an id. A template of the site's own may lack it. */
export function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element;
}
