/** Pictures that say nothing that the words beside them do not. */
import { svg } from "../../../pages/client/dom.ts";

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

/** Makes a picture. */
export function icon(name: IconName): SVGElement {
  const line = svg("path", { d: paths[name], class: "line" });
  const attributes = {
    class: `icon icon-${name}`,
    viewBox: "0 0 16 16",
    "aria-hidden": "true",
  };
  // The shield fills up as the mode grows stricter.
  switch (name) {
    case "enforce": {
      const filled = svg("path", { d: paths.enforce, class: "filled" });
      const tick = svg("path", { d: "m5 8 2.2 2.2L11 5.8", class: "knockout" });
      return svg("svg", attributes, filled, line, tick);
    }
    case "testing": {
      const half = "M8 1.2v13.6c-3.6-1.2-6-3.6-6-7.2v-4Z";
      return svg("svg", attributes, svg("path", { d: half, class: "filled" }), line);
    }
    default:
      return svg("svg", attributes, line);
  }
}
