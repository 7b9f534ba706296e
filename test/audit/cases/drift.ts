/** What is live beside what the site declares and built. */
import type { DeclaredDomain } from "../../../src/audit/subject.ts";
import { fault, fine, type Case } from "../support/case.ts";
import { domain, fetched, hostWith, instance, mx, policyText, txt } from "../support/subject.ts";

const built2 = instance("built2", policyText());
const built1 = instance("built1", policyText([mx, "*.d.example"]));
const strange = policyText([mx], { maxAge: 172_800 });

function live(id: string | null, text: string | null, declared: Partial<DeclaredDomain> = {}) {
  const fetches = text === null ? [] : [fetched(text)];
  return {
    evidence: {
      stsTxt: txt(`_mta-sts.${domain}`, ...(id === null ? [] : [`v=STSv1; id=${id}`])),
      policyHost: hostWith(fetches),
    },
    declared: { current: built2, earlier: [built1], ...declared },
  };
}

export const driftCases: readonly Case[] = [
  fine("what was built is live", live("built2", built2.text)),
  fine("in other lines", live("built2", built2.text.replaceAll("\r\n", "\n"))),
  fine("patterns in another order", {
    ...live("built1", policyText(["*.d.example", mx]), { current: built1, earlier: [] }),
  }),
  fault("all is old", "yes", "drift/not-deployed", live("built1", built1.text)),
  fault("a foreign record, an old policy", "yes", "drift/not-deployed", live("x", built1.text)),
  fault("the record is old", "yes", "drift/txt-old", live("built1", built2.text)),
  fault("the record is foreign", "yes", "drift/txt-old", live("x", built2.text)),
  fault("the policy is old", "no", "drift/policy-old", live("built2", built1.text)),
  fault("the policy is not ours", "no", "drift/text-differs", live("built2", strange)),
  fault(
    "the record is old, the policy is not ours",
    "no",
    "drift/text-differs",
    live("built1", strange),
  ),
  fault("nothing is ours", "no", "drift/foreign", live("x", strange)),
  {
    what: "the policy is not ours, and nothing announces it",
    ...live(null, strange),
    codes: ["sts-txt/none", "drift/foreign"],
    safe: "no",
  },
  {
    what: "announced, and not served: the policy host's fault",
    ...live("built2", null),
    codes: ["policy-host/unresolved"],
    safe: "no",
  },
  {
    what: "a foreign record, and nothing served",
    ...live("x", null),
    codes: ["policy-host/unresolved", "drift/foreign"],
    safe: "no",
  },
  {
    what: "one address serves the old policy",
    ...live("built2", null),
    evidence: {
      ...live("built2", null).evidence,
      policyHost: hostWith([fetched(), fetched(built1.text, { address: "2001:db8::10" })]),
    },
    declared: { current: built2, earlier: [built1], address: null },
    codes: ["drift/policy-old", "policy-host/bodies-differ"],
    safe: "no",
  },
  {
    what: "a policy of ours, an old one, and one that is not ours",
    ...live("built2", null, { address: null }),
    evidence: {
      ...live("built2", null).evidence,
      policyHost: hostWith([
        fetched(),
        fetched(built1.text, { address: "2001:db8::10" }),
        fetched(strange, { address: "2001:db8::11" }),
      ]),
    },
    codes: ["drift/text-differs", "policy-host/bodies-differ"],
    safe: "no",
  },
  fault("A, B, A: the same text again is no old policy", "yes", "drift/txt-old", {
    ...live("built0", built2.text, { earlier: [instance("built0", built2.text), built1] }),
  }),
  fault("edited since", "yes", "drift/not-built", {
    ...live("built2", built2.text, {
      policy: instance("x", policyText([mx], { mode: "testing" })).policy,
    }),
  }),
  {
    what: "never built, and another policy is live",
    ...live("x", strange, { current: null, earlier: [], policy: built2.policy }),
    codes: ["drift/not-built", "drift/foreign"],
    safe: "no",
  },
  {
    what: "never built, and nothing is live",
    ...live(null, null, { current: null, earlier: [], policy: built2.policy }),
    codes: ["sts-txt/none", "policy-host/unresolved", "drift/not-built"],
    safe: "no",
  },
  fault("TLS-RPT alone is declared, a policy is live", "yes", "drift/undeclared", {
    ...live("x", strange, { policy: null, current: null, earlier: [] }),
  }),
  fault("TLS-RPT alone is declared, and is there", "no", "sts-txt/none", {
    ...live(null, null, { policy: null, current: null, earlier: [], address: null }),
  }),
];
