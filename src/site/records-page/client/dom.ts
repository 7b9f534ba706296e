/** Elements whose every text and attribute is set as a value: nothing here parses HTML. */
import { visibleParts } from "./wording.ts";

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

/**
 * A text from the data, with what would be invisible in it spelt out. It reads from left to right, as
 * labels of a name do in any script, and cannot turn what surrounds it.
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

const paths = {
  enforce: "M8 1.2 14 3.6v4c0 3.6-2.4 6-6 7.2-3.6-1.2-6-3.6-6-7.2v-4Z",
  check: "m3.5 8.5 3 3 6-7",
  copy: "M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8Z",
  back: "M10 3 5 8l5 5",
  forward: "m6 3 5 5-5 5",
  clock: "M8 4.5V8l2.5 1.5M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8Z",
  upload: "M8 10.5v-8m-3 3 3-3 3 3m-8.5 5v3h11v-3",
  link: "M6 3H3v10h10v-3M9 3h4v4m0-4L7.5 8.5",
  testing: "M8 1.2 14 3.6v4c0 3.6-2.4 6-6 7.2-3.6-1.2-6-3.6-6-7.2v-4Z",
  none: "M8 1.2 14 3.6v4c0 3.6-2.4 6-6 7.2-3.6-1.2-6-3.6-6-7.2v-4ZM5.5 8h5",
  reports: "M2 3.5h12v9H2Zm0 .5 6 5 6-5",
} as const;

export type IconName = keyof typeof paths;

const svg = "http://www.w3.org/2000/svg";

/** A picture that says nothing that the words beside it do not. */
export function icon(name: IconName): SVGElement {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", `icon icon-${name}`);
  const add = (d: string, classes: string): void => {
    const path = document.createElementNS(svg, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", classes);
    picture.append(path);
  };
  // The shield fills up as the mode grows stricter.
  if (name === "enforce") add(paths.enforce, "filled");
  if (name === "testing") add("M8 1.2v13.6c-3.6-1.2-6-3.6-6-7.2v-4Z", "filled");
  add(paths[name], "line");
  if (name === "enforce") add("m5 8 2.2 2.2L11 5.8", "knockout");
  return picture;
}
