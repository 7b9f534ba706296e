/** One record, laid out like the form that it is typed into. */
import type { PageRecord } from "../../page-data.ts";
import { copyButton, type Announcer } from "./clipboard.ts";
import { code, h } from "../../../pages/client/dom.ts";
import { relativeName } from "../../dns-record.ts";
import { quoteText, stringOctets } from "../../zone-text.ts";
import { spanWords } from "./span-words.ts";

export function recordCard(record: PageRecord, announcer: Announcer): HTMLElement {
  const { name, type, ttl, value, zone } = record;
  const relative = relativeName(name, zone, "@");
  const field = (label: string, kind: string, text: string, note: string): HTMLElement => {
    const display = code(text);
    const spoken = kind === "ttl" ? label : label.toLowerCase();
    const aside = note === "" ? null : h("span", { class: "note" }, ` ${note}`);
    return h(
      "div",
      { class: `field ${kind}` },
      h("dt", {}, label, kind === "ttl" ? null : aside),
      h(
        "dd",
        {},
        h("span", { class: "box" }, display, kind === "ttl" ? aside : null),
        copyButton(text, `${spoken} of ${type} ${relative}`, display, announcer),
      ),
    );
  };
  const card = h(
    "article",
    { class: "record", "aria-label": `${type} record ${relative}` },
    h("p", { class: "record-type" }, h("span", { class: "visually-hidden" }, "Type "), type),
    h(
      "dl",
      {},
      field("TTL", "ttl", String(ttl), `s · ${spanWords(ttl)}`),
      field("Name", "name", relative, "most forms"),
      field("Full name", "full-name", `${name}.`, "zone files, some forms"),
      field("Value", "value", value, type === "CNAME" ? "some forms want a trailing dot" : ""),
    ),
  );
  if (type === "TXT" && value.length > stringOctets) card.append(longText(value, announcer));
  return card;
}

function longText(value: string, announcer: Announcer): HTMLElement {
  const strings = quoteText(value);
  const display = h("pre", {}, code(strings));
  return h(
    "details",
    { class: "hint" },
    h("summary", {}, `If the form refuses ${String(value.length)} characters`),
    h(
      "p",
      {},
      "DNS splits a text into strings of at most 255 characters. Most forms do it for you; others want the quoted strings:",
    ),
    h(
      "div",
      { class: "with-copy" },
      display,
      copyButton(strings, "value as quoted strings", display, announcer),
    ),
  );
}
