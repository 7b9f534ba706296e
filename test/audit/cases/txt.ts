/** The TXT records at `_mta-sts` and `_smtp._tls`, and delegation. */
import { fault, fine, type Case } from "../support/case.ts";
import {
  addresses,
  answer,
  domain,
  failed,
  fetched,
  hostWith,
  instance,
  policyHost,
  policyText,
  txt,
} from "../support/subject.ts";
import type { AddressData, DnsEvidence, TxtData } from "../../../src/net/dns/dns-evidence.ts";

const sts = `_mta-sts.${domain}`;
const tlsRpt = `_smtp._tls.${domain}`;
const provider = "d.example._mta-sts.provider.example";
const none = answer<TxtData>(sts, "TXT", [], { status: "no-name" });
const noHost = hostWith([]);
const aliased = { aliases: ["policies.provider.example"] };

function at(stsTxt: DnsEvidence<TxtData>) {
  return { evidence: { stsTxt } };
}

const reasons = [
  "timeout",
  "servfail",
  "refused",
  "malformed",
  "loop",
  "too-large",
  "unreachable",
] as const;

const stsCases: readonly Case[] = [
  ...reasons.map((reason) =>
    fault(`no answer: ${reason}`, "unknown", "sts-txt/unanswered", at(failed(sts, "TXT", reason))),
  ),
  fault("none, and no policy host", "no", "sts-txt/none", {
    evidence: { stsTxt: none, policyHost: noHost },
  }),
  fault("none, and a policy that nobody announces", "no", "sts-txt/none", at(none)),
  fault("none, and a web server that serves all names", "no", "sts-txt/none", {
    evidence: { stsTxt: none, policyHost: hostWith([fetched("", { status: 404 })]) },
  }),
  fault("another record alone", "no", "sts-txt/none", at(txt(sts, "v=spf1 -all"))),
  fault("two", "no", "sts-txt/several", at(txt(sts, "v=STSv1; id=1", "v=STSv1; id=2"))),
  fault("a wrong id", "no", "sts-txt/invalid", at(txt(sts, "v=STSv1; id=a-b"))),
  fault("no id", "no", "sts-txt/invalid", at(txt(sts, "v=STSv1;"))),
  fault("the version in lower case", "no", "sts-txt/invalid", at(txt(sts, "v=stsv1; id=1"))),
  fault(
    "a space before the version's semicolon",
    "no",
    "sts-txt/invalid",
    at(txt(sts, "v=STSv1 ; id=1")),
  ),
  fault("two ids", "yes", "sts-txt/loose", at(txt(sts, "v=STSv1; id=1; id=2"))),
  fine("a field left to extensions", at(txt(sts, "v=STSv1; id=1; a=b"))),
  fine("split strings", at(answer(sts, "TXT", [{ strings: ["v=STS", "v1; id=1", "2;"] }]))),
  fault(
    "another record beside",
    "yes",
    "sender-quirk/unrelated-txt",
    at(txt(sts, "v=STSv1; id=1", "x")),
  ),
];

const wildcards: readonly Case[] = [
  fault("a wildcard's text", "no", "sts-txt/wildcard", {
    evidence: {
      stsTxt: txt(sts, "v=spf1 -all"),
      wildcardTxt: txt(`x7.${domain}`, "v=spf1 -all"),
    },
  }),
  fault("a wildcard elsewhere, and another text here", "no", "sts-txt/none", {
    evidence: { stsTxt: txt(sts, "x"), wildcardTxt: txt(`x7.${domain}`, "v=spf1 -all") },
  }),
  fault("a wildcard alias", "no", "sts-txt/wildcard", {
    evidence: {
      stsTxt: { ...none, aliases: ["www.d.example"] },
      wildcardTxt: { ...none, aliases: ["www.d.example"] },
      policyHost: hostWith([fetched("", { status: 404 })], {
        a: answer(policyHost, "A", [{ address: "192.0.2.10" }], { aliases: ["www.d.example"] }),
      }),
    },
  }),
  fault(
    "a policy host that only a wildcard makes an alias is not delegated",
    "no",
    "sts-txt/none",
    {
      evidence: {
        stsTxt: txt(sts),
        wildcardTxt: { ...none, aliases: ["www.d.example"] },
        policyHost: hostWith([fetched()], {
          a: answer(policyHost, "A", [{ address: "192.0.2.10" }], { aliases: ["www.d.example"] }),
        }),
      },
    },
  ),
  fine("a wildcard beside a record of its own", {
    evidence: { wildcardTxt: txt(`x7.${domain}`, "v=spf1 -all") },
  }),
];

const delegations: readonly Case[] = [
  fine("both names are delegated", {
    evidence: {
      stsTxt: { ...txt(sts, "v=STSv1; id=1"), aliases: [provider] },
      policyHost: hostWith([fetched()], {
        a: answer(policyHost, "A", [{ address: "192.0.2.10" }], aliased),
      }),
    },
  }),
  fine("the record is delegated, the host is at home", {
    evidence: { stsTxt: { ...txt(sts, "v=STSv1; id=1"), aliases: [provider] } },
  }),
  fault("an alias of nothing", "no", "sts-txt/broken-alias", at({ ...none, aliases: [provider] })),
  fault("the policy host is missing", "no", "sts-txt/half-delegated", {
    evidence: {
      stsTxt: { ...txt(sts, "v=STSv1; id=1"), aliases: [provider] },
      policyHost: noHost,
    },
  }),
  fault("of the policy host nobody knows", "unknown", "policy-host/unanswered", {
    evidence: {
      stsTxt: { ...txt(sts, "v=STSv1; id=1"), aliases: [provider] },
      policyHost: hostWith([], {
        a: failed<AddressData>(policyHost, "A", "servfail"),
        aaaa: failed<AddressData>(policyHost, "AAAA", "servfail"),
      }),
    },
  }),
  fault("the record is missing", "no", "sts-txt/half-delegated", {
    evidence: {
      stsTxt: none,
      policyHost: hostWith([fetched()], {
        a: answer(policyHost, "A", [{ address: "192.0.2.10" }], aliased),
      }),
    },
  }),
  fault("a declared platform's CNAME is no delegation", "no", "sts-txt/none", {
    evidence: {
      stsTxt: none,
      policyHost: hostWith([fetched()], {
        a: answer(policyHost, "A", [{ address: "192.0.2.10" }], { aliases: ["d.pages.dev"] }),
      }),
    },
    declared: { target: "cloudflare", address: { ipv4: [], ipv6: [], host: "d.pages.dev" } },
  }),
];

const wanted = ["mailto:t@d.example"];
const rua = (...uris: readonly string[]) => txt(tlsRpt, `v=TLSRPTv1; rua=${uris.join(",")}`);

const tlsRptCases: readonly Case[] = [
  fault("no answer", "yes", "tls-rpt-txt/unanswered", {
    evidence: { tlsRptTxt: failed(tlsRpt, "TXT", "timeout") },
  }),
  fault("none", "yes", "tls-rpt-txt/none", { evidence: { tlsRptTxt: txt(tlsRpt) } }),
  fault("another record alone", "yes", "tls-rpt-txt/none", {
    evidence: { tlsRptTxt: txt(tlsRpt, "v=spf1 -all") },
  }),
  fault("none, and none is declared", "yes", "tls-rpt-txt/none", {
    evidence: { tlsRptTxt: txt(tlsRpt) },
    declared: { rua: null },
  }),
  fault("none, though declared", "yes", "tls-rpt-txt/missing", {
    evidence: { tlsRptTxt: txt(tlsRpt) },
    declared: { rua: wanted },
  }),
  fault("two", "yes", "tls-rpt-txt/several", {
    evidence: { tlsRptTxt: txt(tlsRpt, "v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1;") },
  }),
  fault("no address", "yes", "tls-rpt-txt/invalid", {
    evidence: { tlsRptTxt: txt(tlsRpt, "v=TLSRPTv1; rua=") },
  }),
  fault("two lists", "yes", "tls-rpt-txt/loose", {
    evidence: {
      tlsRptTxt: txt(tlsRpt, "v=TLSRPTv1; rua=mailto:a@b.example; rua=mailto:c@b.example"),
    },
  }),
  fault("elsewhere than declared", "yes", "tls-rpt-txt/differs", {
    evidence: { tlsRptTxt: rua("mailto:x@d.example") },
    declared: { rua: wanted },
  }),
  fault("one more than declared", "yes", "tls-rpt-txt/differs", {
    evidence: { tlsRptTxt: rua(...wanted, "https://r.example/") },
    declared: { rua: wanted },
  }),
  fault("one fewer than declared", "yes", "tls-rpt-txt/differs", {
    evidence: { tlsRptTxt: rua(...wanted) },
    declared: { rua: [...wanted, "https://r.example/"] },
  }),
  fine("in another order", {
    evidence: { tlsRptTxt: rua("https://r.example/", ...wanted) },
    declared: { rua: [...wanted, "https://r.example/"] },
  }),
];

const stayed = instance("built2", policyText());
const atHome: readonly Case[] = [
  {
    what: "built, and nothing is outside: said once",
    evidence: { stsTxt: none, policyHost: noHost },
    declared: { current: { ...stayed, liveAt: null }, earlier: [] },
    codes: ["drift/not-deployed", "policy-host/unresolved"],
    safe: "no",
  },
  fault("the policy is there, the record is not", "no", "sts-txt/none", {
    evidence: { stsTxt: none },
    declared: {},
  }),
  {
    what: "IPv6 is not answered, and there is no record: silence is no policy host",
    evidence: {
      stsTxt: none,
      policyHost: hostWith([], {
        ...addresses(policyHost),
        aaaa: failed(policyHost, "AAAA", "timeout"),
      }),
    },
    codes: ["sts-txt/none"],
    safe: "no",
  },
];

export const txtCases = [...stsCases, ...wildcards, ...delegations, ...tlsRptCases, ...atHome];
