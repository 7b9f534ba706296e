/** Everything about one domain. */
import { delegatedRecords } from "../../dns-record.ts";
import type { PageDomain, PagePolicy } from "../../page-data.ts";
import { copyButton, type Announcer } from "./clipboard.ts";
import { kindWords } from "./domain-list.ts";
import { code, foreign, h, type Child } from "../../../pages/client/dom.ts";
import { icon } from "./icon.ts";
import { notices } from "./notices.ts";
import { recordCard } from "./record-card.ts";
import { stepsSection } from "./steps-section.ts";
import { momentWords, plural, thousands } from "../../../pages/wording.ts";
import { spanWords } from "./span-words.ts";

const modeMeaning = {
  enforce: "Senders deliver only over TLS that they can authenticate.",
  testing: "Senders deliver as before and report what they would have refused.",
  none: "Senders drop the policy.",
  reports: "No policy: senders only report TLS failures.",
} as const;

/** Characters from which a name is set smaller. */
const longName = 60;

/** How many MX patterns are shown at once; the others unfold. */
const fewPatterns = 8;

export function domainView(
  domain: PageDomain,
  policies: readonly PagePolicy[],
  now: number,
  announcer: Announcer,
): HTMLElement {
  const policy = domain.policy === null ? null : (policies[domain.policy] ?? null);
  return h(
    "article",
    { class: "domain", "aria-labelledby": "domain-name" },
    head(domain, policy, announcer),
    notices(domain, policies, now, announcer),
    facts(domain, policy),
    stepsSection(domain, policy, announcer),
    elsewhere(domain, announcer),
    zoneSnippet(domain, announcer),
  );
}

function head(domain: PageDomain, policy: PagePolicy | null, announcer: Announcer): HTMLElement {
  const kind = policy?.mode ?? "reports";
  const ascii = code(domain.domain);
  const name = domain.unicode ?? domain.domain;
  return h(
    "header",
    { class: "domain-head" },
    h(
      "h2",
      { id: "domain-name", tabindex: -1, class: name.length > longName && "long" },
      foreign(name),
    ),
    domain.unicode === undefined
      ? null
      : h(
          "p",
          { class: "ascii-name" },
          h("span", { class: "note" }, "in DNS "),
          ascii,
          copyButton(domain.domain, "name in DNS", ascii, announcer),
        ),
    h(
      "p",
      { class: "mode-line" },
      h("span", { class: `badge kind-${kind}` }, icon(kind), kindWords[kind]),
      h("span", {}, modeMeaning[kind]),
    ),
  );
}

function facts(domain: PageDomain, policy: PagePolicy | null): HTMLElement | null {
  const fact = (label: string, ...value: readonly Child[]): HTMLElement => {
    return h("div", { class: "fact" }, h("dt", {}, label), h("dd", {}, value));
  };
  const list: (HTMLElement | null)[] = [];
  if (policy !== null && domain.id !== null) {
    list.push(
      fact("Policy id", code(domain.id)),
      fact(
        "max_age",
        spanWords(policy.maxAge),
        h("span", { class: "note" }, ` ${thousands(policy.maxAge)} s`),
      ),
      fact("Live since", domain.live === null ? "not recorded" : momentWords(domain.live)),
      fact("Served by", foreign(domain.target)),
    );
  }
  if (domain.zone !== domain.domain) list.push(fact("Zone", code(domain.zone)));
  if (domain.delegation !== null) list.push(fact("Delegated to", code(domain.delegation)));
  const patterns = policy === null ? null : patternsFact(policy.mx);
  if (list.length === 0) return null;
  return h("dl", { class: "facts", "aria-label": "Policy" }, list, patterns);
}

function patternsFact(mx: readonly string[]): HTMLElement {
  const items = (some: readonly string[]): HTMLElement => {
    return h(
      "ul",
      { class: "patterns", role: "list" },
      some.map((one) => h("li", {}, code(one))),
    );
  };
  const few = mx.slice(0, fewPatterns);
  const rest = mx.slice(fewPatterns);
  return h(
    "div",
    { class: "fact wide" },
    h("dt", {}, mx.length === 1 ? "MX pattern" : "MX patterns"),
    h(
      "dd",
      {},
      mx.length === 0 ? "none" : items(few),
      rest.length === 0
        ? null
        : h("details", {}, h("summary", {}, plural(rest.length, "more pattern")), items(rest)),
    ),
  );
}

function elsewhere(domain: PageDomain, announcer: Announcer): HTMLElement | null {
  const there = delegatedRecords(domain.records);
  if (there.length === 0) return null;
  return h(
    "section",
    { class: "elsewhere", "aria-labelledby": "elsewhere" },
    h("h3", { id: "elsewhere" }, "What these records lead to"),
    h(
      "p",
      {},
      "These records belong in the zone ",
      code(domain.delegation ?? there[0]?.zone ?? ""),
      ", whose zone file is in ",
      code("dns/"),
      ". They change with each policy; the records above stay.",
    ),
    there.map((record) => recordCard(record, announcer)),
  );
}

function zoneSnippet(domain: PageDomain, announcer: Announcer): HTMLElement {
  const display = h("pre", { tabindex: 0, "aria-label": "Zone snippet" }, code(domain.zoneText));
  return h(
    "section",
    { class: "snippet", "aria-labelledby": "snippet" },
    h("h3", { id: "snippet" }, "All records as zone text"),
    h(
      "p",
      {},
      "For your own DNS server, or a form that imports zone files. The same text is in ",
      code(`dns/${domain.domain}.zone`),
      ".",
    ),
    h(
      "div",
      { class: "with-copy" },
      display,
      copyButton(domain.zoneText, "zone text", display, announcer),
    ),
  );
}
