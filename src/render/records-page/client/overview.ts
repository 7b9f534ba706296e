/** What is shown while no domain is chosen, or none of that name is there. */
import { foreign, h } from "./dom.ts";
import { plural } from "./wording.ts";

export function overview(count: number): HTMLElement {
  return h(
    "article",
    { class: "overview", "aria-labelledby": "overview" },
    h("h2", { id: "overview", tabindex: -1 }, count === 0 ? "No domains yet" : "Choose a domain"),
    h(
      "p",
      { class: "lead" },
      count === 0
        ? "Declare one in domains/ and build again."
        : `This build has records for ${plural(count, "mail domain")}. Each domain shows what to type into the form of its DNS provider, with a button to copy every field.`,
    ),
    count === 0
      ? null
      : h(
          "section",
          { "aria-labelledby": "order" },
          h("h3", { id: "order" }, "Policy first, DNS second"),
          h(
            "ol",
            { class: "order", role: "list" },
            h(
              "li",
              {},
              h("strong", {}, "The policy host."),
              " Its record, and the policy itself over HTTPS: open it in a browser and see.",
            ),
            h("li", {}, h("strong", {}, "The address for reports."), " At any time."),
            h(
              "li",
              {},
              h("strong", {}, "The announcement, _mta-sts."),
              " Last, because senders that see a new id fetch at once, and remember what they found.",
            ),
          ),
        ),
  );
}

export function unknownDomain(domain: string): HTMLElement {
  return h(
    "article",
    { class: "overview" },
    h("h2", { tabindex: -1 }, "Not in this build"),
    h(
      "p",
      { class: "lead" },
      "There is no domain ",
      foreign(domain),
      " here. Search for it in the list.",
    ),
  );
}
