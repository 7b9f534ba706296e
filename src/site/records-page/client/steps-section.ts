/** The records in the order in which they are published, as the page shows them. */
import { code, foreign, h, type Child } from "../../../pages/client/dom.ts";
import { momentWords, plural } from "../../../pages/wording.ts";
import { policyHostOf } from "../../../config/site-config.ts";
import { ownRecords } from "../../dns-record.ts";
import type { PageDomain, PagePolicy, PageRecord } from "../../page-data.ts";
import { publishingSteps, type PublishingStep } from "../../publishing-steps.ts";
import { copyButton, type Announcer } from "./clipboard.ts";
import { icon } from "./icon.ts";
import { recordCard } from "./record-card.ts";

export function stepsSection(
  domain: PageDomain,
  policy: PagePolicy | null,
  announcer: Announcer,
): HTMLElement {
  const records = ownRecords(domain.records);
  // A host whose address is not declared has no record, and has to be published all the same.
  const steps = publishingSteps(records, policy === null ? [] : ["policy-host"]);
  return h(
    "section",
    { class: "steps", "aria-labelledby": "steps" },
    h("h3", { id: "steps" }, title(domain, records)),
    domain.delegation === null
      ? null
      : h(
          "p",
          {},
          "Publish these once: they lead to ",
          code(domain.delegation),
          ", which holds what changes later.",
        ),
    h(
      "ol",
      { role: "list" },
      steps.map((step) => stepItem(step, domain, policy, announcer)),
    ),
  );
}

function title(domain: PageDomain, records: readonly PageRecord[]): readonly Child[] {
  return [`${plural(records.length, "record")} for the zone `, foreign(domain.zone)];
}

function stepItem(
  step: PublishingStep<PageRecord>,
  domain: PageDomain,
  policy: PagePolicy | null,
  announcer: Announcer,
): HTMLElement {
  return h(
    "li",
    { class: "step" },
    h("h4", {}, step.title, " ", h("span", { class: "when" }, step.when)),
    step.purpose === "mta-sts" ? liveLine(domain) : null,
    h("p", {}, reasons(step, domain, policy)),
    step.records.map((record) => recordCard(record, announcer)),
    step.purpose === "policy-host" && policy !== null ? check(domain, policy, announcer) : null,
  );
}

function reasons(
  step: PublishingStep<PageRecord>,
  domain: PageDomain,
  policy: PagePolicy | null,
): readonly Child[] {
  if (step.records.length === 0) {
    return [
      "Point ",
      code(policyHostOf(domain.domain)),
      ` at the server that serves it (target ${domain.target}). stspress.yaml does not give its address, so there is no record to copy here.`,
    ];
  }
  if (step.purpose === "mta-sts" && policy?.mode === "none") {
    return [
      "This announces mode none: senders drop the policy. Keep all of these records until no sender holds an earlier policy.",
    ];
  }
  return [step.reasons.join(" ")];
}

/** Whether the time has come for `_mta-sts`. */
function liveLine(domain: PageDomain): HTMLElement {
  if (domain.live === null) {
    return h("p", {}, "Publish it after ", code(`stspress live ${domain.domain}`), ".");
  }
  const words = `Recorded as live on ${momentWords(domain.live)}.`;
  return h("p", { class: "done" }, icon("check"), words);
}

function check(domain: PageDomain, policy: PagePolicy, announcer: Announcer): HTMLElement[] {
  return [
    h(
      "p",
      {},
      "Before you go on, check that ",
      policyLink(policyHostOf(domain.domain)),
      " shows this policy without a certificate warning.",
    ),
    policyText(policy, announcer),
  ];
}

function policyLink(host: string): HTMLElement {
  const url = `https://${host}/.well-known/mta-sts.txt`;
  if (!/^[a-z0-9._-]+$/i.test(host)) return code(url);
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer", class: "outward" },
    code(url),
    icon("link"),
    h("span", { class: "visually-hidden" }, " (opens in a new tab)"),
  );
}

function policyText(policy: PagePolicy, announcer: Announcer): HTMLElement {
  const display = h("pre", { tabindex: 0, "aria-label": "Policy" }, code(policy.text));
  return h(
    "details",
    { class: "policy-text" },
    h("summary", {}, "The policy, as it must be served"),
    h(
      "div",
      { class: "with-copy" },
      display,
      copyButton(policy.text, "policy", display, announcer),
    ),
  );
}
