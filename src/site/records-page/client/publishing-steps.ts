/** The records in the order in which they are to be published, and why in that order: policy first, DNS second. */
import type { PageDomain, PagePolicy, PageRecord } from "../../page-data.ts";
import { copyButton, type Announcer } from "./clipboard.ts";
import { code, foreign, h, icon, type Child } from "./dom.ts";
import { recordCard } from "./record-card.ts";
import { momentWords, plural } from "./wording.ts";

interface Step {
  readonly title: string;
  readonly when: string;
  readonly before: readonly Child[];
  readonly records: readonly PageRecord[];
  readonly after: readonly Child[];
}

/** Of a domain's records, those for its own zone: all, or the CNAMEs that are published once. */
function ownRecords(records: readonly PageRecord[]): readonly PageRecord[] {
  return records.some(({ once }) => once) ? records.filter(({ once }) => once) : records;
}

/** The others: in the zone that the domain is delegated to. */
export function delegatedRecords(records: readonly PageRecord[]): readonly PageRecord[] {
  return records.some(({ once }) => once) ? records.filter(({ once }) => !once) : [];
}

export function publishingSteps(
  domain: PageDomain,
  policy: PagePolicy | null,
  announcer: Announcer,
): HTMLElement {
  const here = ownRecords(domain.records);
  const of = (purpose: PageRecord["purpose"]): readonly PageRecord[] => {
    return here.filter((record) => record.purpose === purpose);
  };
  const steps: Step[] = [];
  if (policy !== null) steps.push(policyHostStep(domain, policy, of("policy-host"), announcer));
  if (of("tls-rpt").length > 0) steps.push(tlsRptStep(policy, of("tls-rpt")));
  if (policy !== null) steps.push(mtaStsStep(domain, policy, of("mta-sts")));
  return h(
    "section",
    { class: "steps", "aria-labelledby": "steps" },
    h("h3", { id: "steps" }, title(domain, here)),
    domain.delegation === null
      ? null
      : h(
          "p",
          {},
          "What changes later is kept in ",
          code(domain.delegation),
          "; these only lead there, so you publish them once.",
        ),
    h(
      "ol",
      { role: "list" },
      steps.map((step) => stepItem(step, announcer)),
    ),
  );
}

function title(domain: PageDomain, here: readonly PageRecord[]): readonly Child[] {
  const count = here.every((record) => record.once)
    ? `${plural(here.length, "record")}, published once, in the zone `
    : `${plural(here.length, "record")} for the zone `;
  return [count, foreign(domain.zone)];
}

function stepItem(step: Step, announcer: Announcer): HTMLElement {
  return h(
    "li",
    { class: "step" },
    h("h4", {}, step.title, " ", h("span", { class: "when" }, step.when)),
    step.before,
    step.records.map((record) => recordCard(record, announcer)),
    step.after,
  );
}

function policyHostStep(
  domain: PageDomain,
  policy: PagePolicy,
  records: readonly PageRecord[],
  announcer: Announcer,
): Step {
  const host = `mta-sts.${domain.domain}`;
  return {
    title: "The policy host",
    when: "first",
    before: [
      records.length === 0
        ? h(
            "p",
            {},
            "Point ",
            code(host),
            ` at the server that serves it (target ${domain.target}). Its address is not in stspress.yaml, so there is no record to copy here.`,
          )
        : h("p", {}, "Senders fetch the policy from this host, over HTTPS."),
    ],
    records,
    after: [
      h(
        "p",
        {},
        "Check before you go on: ",
        policyLink(host),
        " shows this policy, and no warning.",
      ),
      policyText(policy, announcer),
    ],
  };
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

function tlsRptStep(policy: PagePolicy | null, records: readonly PageRecord[]): Step {
  return {
    title: "Where reports go (TLS-RPT)",
    when: "at any time",
    before: [
      h(
        "p",
        {},
        policy === null
          ? "Senders report to this address when TLS fails. It changes nothing about how mail is delivered."
          : "Senders report to this address when TLS fails. Publish it before the last step: the first reports then show whether it works.",
      ),
    ],
    records,
    after: [],
  };
}

function mtaStsStep(domain: PageDomain, policy: PagePolicy, records: readonly PageRecord[]): Step {
  const before =
    domain.live === null
      ? h("p", {}, "After ", code(`stspress live ${domain.domain}`), ".")
      : h(
          "p",
          { class: "done" },
          icon("check"),
          `Recorded as live on ${momentWords(domain.live)}.`,
        );
  const why =
    policy.mode === "none"
      ? "This announces mode none: senders drop the policy. Keep all of these records until no sender holds an earlier policy."
      : domain.delegation === null
        ? "A sender that sees a new id fetches at once. If the policy is not served by then, it keeps whatever it found, or nothing, under the new id, and does not look again before that has expired."
        : "This is what sends senders to the policy. If it is not served by then, they keep whatever they found, or nothing, and do not look again before that has expired.";
  return {
    title: domain.delegation === null ? "The announcement (_mta-sts)" : "The switch (_mta-sts)",
    when: "last",
    before: [before, h("p", {}, why)],
    records,
    after: [],
  };
}
