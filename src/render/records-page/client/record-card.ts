/** One record, laid out like the form that it is typed into. */
import type { PageRecord } from "../../../site/page-data.ts";
import { copyButton, type Announcer } from "./clipboard.ts";
import { code, h, type Child } from "./dom.ts";
import { quotedStrings, relativeName, spanWords, txtStringOctets } from "./wording.ts";

export function recordCard(record: PageRecord, announcer: Announcer): HTMLElement {
  const { name, type, ttl, value, zone } = record;
  const relative = relativeName(name, zone);
  const whole = `${name}.`;
  const field = (label: string, text: string, what: string, note: Child = null): HTMLElement => {
    const display = code(text);
    return h(
      "div",
      { class: "field" },
      h("dt", {}, label),
      h(
        "dd",
        {},
        h("span", { class: "box" }, display, note),
        copyButton(text, `${what} of ${type} ${relative}`, display, announcer),
      ),
    );
  };
  const fields = [
    field("Name", relative, "name"),
    field("Full name", whole, "full name"),
    field("Value", value, "value"),
    field("TTL", String(ttl), "TTL", h("span", { class: "note" }, ` seconds · ${spanWords(ttl)}`)),
  ];
  fields[1]?.classList.add("minor");
  fields[3]?.classList.add("minor");
  const card = h(
    "article",
    { class: "record", "aria-label": `${type} record ${relative}` },
    h("p", { class: "record-type" }, h("span", { class: "visually-hidden" }, "Type "), type),
    h("dl", {}, fields),
  );
  if (type === "TXT" && value.length > txtStringOctets) card.append(longText(value, announcer));
  if (type === "CNAME") {
    card.append(
      h(
        "p",
        { class: "hint" },
        "A form that takes values for relative names needs a dot at the end: ",
        code(`${value}.`),
      ),
    );
  }
  return card;
}

function longText(value: string, announcer: Announcer): HTMLElement {
  const strings = quotedStrings(value);
  const display = h("pre", {}, code(strings));
  return h(
    "details",
    { class: "hint" },
    h("summary", {}, `${String(value.length)} characters: if the form refuses so long a value`),
    h(
      "p",
      {},
      "DNS keeps a text in strings of at most 255 characters. Most forms split it themselves; others want the strings, quoted:",
    ),
    h(
      "div",
      { class: "with-copy" },
      display,
      copyButton(strings, "value as quoted strings", display, announcer),
    ),
  );
}
