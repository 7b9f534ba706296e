import { describe, expect, test } from "vitest";
import { judge } from "../../src/audit/judge.ts";
import { explainFinding } from "../../src/audit/rules.ts";
import {
  certificate,
  day,
  domain,
  failed,
  failure,
  fetched,
  hostWith,
  instance,
  mx,
  mxHost,
  mxRecords,
  now,
  policyText,
  probe,
  subject,
  tlsWith,
  txt,
  type Deviation,
} from "./support/subject.ts";

const other = "mx2.d.example";
const second = { address: "2001:db8::25" };
const expired = tlsWith(certificate(mx, { notAfter: now - 9 * day }));

function told(deviation: Deviation): readonly string[] {
  return judge(subject(deviation)).findings.map((found) => explainFinding(found).message);
}

describe("the verdict and its reason", () => {
  test("yes counts what would pass", () => {
    const { safe, reason } = judge(
      subject({
        evidence: {
          mx: mxRecords(mx, other),
          policyHost: hostWith([fetched(policyText(["*.d.example"]))]),
        },
        mxHosts: [
          mxHost([probe(), probe(second)]),
          mxHost([probe({ address: "192.0.2.26" }, other)], {}, other),
        ],
      }),
    );
    expect(`${safe}, ${reason}`).toBe("yes, every MX host would pass: 2 hosts, 3 addresses");
  });

  test("yes counts no address that did not answer", () => {
    const dead = probe({ ...second, failure: failure("connect", "refused") });
    const { safe, reason } = judge(subject({ mxHosts: [mxHost([probe(), dead])] }));
    expect(`${safe}, ${reason}`).toBe("yes, every MX host would pass: 1 host, 1 address");
  });

  test("no says the first reason and counts the others", () => {
    const mxHosts = [mxHost([probe({ tls: expired }), probe({ ...second, tls: expired })])];
    const { safe, reason } = judge(subject({ mxHosts }));
    expect(safe).toBe("no");
    expect(reason).toBe(
      `${mx} presents a certificate that expired on 2026-02-20, 9 days ago, and 1 more`,
    );
  });

  test("no outweighs unknown, and does not count it", () => {
    const { safe, reason } = judge(
      subject({
        evidence: { stsTxt: failed(`_mta-sts.${domain}`, "TXT", "servfail") },
        mxHosts: [mxHost([probe({ tls: expired })])],
      }),
    );
    expect(safe).toBe("no");
    expect(reason).not.toMatch(/more|SERVFAIL/);
  });

  test("a network that blocks port 25 is unknown", () => {
    const blocked = probe({ failure: failure("connect", "timeout") });
    const { safe, reason } = judge(
      subject({
        evidence: {
          mx: mxRecords(mx, other),
          policyHost: hostWith([fetched(policyText(["*.d.example"]))]),
        },
        mxHosts: [mxHost([blocked]), mxHost([blocked], {}, other)],
      }),
    );
    expect(`${safe}, ${reason}`).toBe(
      `unknown, ${mx} cannot be reached on port 25: no answer in time, and 1 more`,
    );
  });

  test("of a host that is blocked and private the block is the reason", () => {
    const hidden = probe({ failure: failure("connect", "not-public") });
    const blocked = probe({ ...second, failure: failure("connect", "timeout", "ETIMEDOUT") });
    const { reason } = judge(subject({ mxHosts: [mxHost([hidden, blocked])] }));
    expect(reason).toBe(`${mx} cannot be reached on port 25: no answer in time`);
  });

  test("a record that announces an old policy is said before all else", () => {
    const built = instance("built2", policyText());
    const earlier = instance("built1", policyText([mx, "*.d.example"]));
    const { findings, reason } = judge(
      subject({
        evidence: { policyHost: hostWith([fetched(earlier.text)]) },
        declared: { current: built, earlier: [earlier] },
        mxHosts: [mxHost([probe({ tls: expired })])],
      }),
    );
    expect(findings.map(({ code }) => code)).toEqual([
      "drift/policy-old",
      "mx-host/certificate-expired",
    ]);
    expect(reason).toMatch(/^the TXT record of d\.example announces built2, .*, and 1 more$/);
  });
});

describe("what the messages say", () => {
  test.each([
    ["timeout", "no answer in time"],
    ["servfail", "SERVFAIL"],
    ["refused", "the name server refuses to answer"],
    ["loop", "its CNAMEs form a loop or a chain that is too long"],
  ] as const)("why the DNS gave no answer: %s", (why, words) => {
    const stsTxt = failed<{ strings: string[] }>(`_mta-sts.${domain}`, "TXT", why);
    expect(told({ evidence: { stsTxt } })).toEqual([
      `the TXT records at _mta-sts.${domain} could not be looked up: ${words}`,
    ]);
  });

  test("the parser's problem, and its line", () => {
    const body = policyText().replace("enforce", "report");
    expect(told({ evidence: { policyHost: hostWith([fetched(body)]) } })).toEqual([
      `mta-sts.${domain} does not serve a valid policy: line 2: there is no mode "report"`,
    ]);
  });

  test("the fields in which a policy differs", () => {
    const served = policyText(["new.d.example", mx], { mode: "testing", maxAge: 86_400 });
    const deviation = {
      evidence: { policyHost: hostWith([fetched(served)]) },
      declared: { current: instance("built2", policyText([mx, "*.gone.example"])) },
    };
    expect(told(deviation)).toContain(
      `the policy served for ${domain} is not the one that was built: mode is testing, but enforce was built; ` +
        'max_age is 86400, but 604800 was built; mx also has "new.d.example"; mx lacks "*.gone.example"',
    );
  });

  test("senders that refuse what the RFC allows, by name", () => {
    const all = told({
      evidence: {
        stsTxt: txt(`_mta-sts.${domain}`, "v=STSv1; id=1", "x"),
        policyHost: hostWith([
          fetched(`mode: enforce\nversion: STSv1\nmx: ${mx}\nmax_age: 86400\na: b\n\n`, {
            contentType: "text/html",
          }),
        ]),
      },
    }).join("\n");
    for (const name of [
      "postfix-tlspol",
      "postfix-mta-sts-resolver",
      "go-mtasts",
      "Google",
      "checkdmarc",
    ]) {
      expect(all).toContain(name);
    }
  });

  test("what the server said, where it says more than the kind of failure", () => {
    const refused = probe({ failure: failure("starttls", "rejected", "454 no key") });
    expect(told({ mxHosts: [mxHost([refused])] })).toEqual([
      `${mx} offers STARTTLS but does not start it: rejected by the server ("454 no key")`,
    ]);
  });

  test("which certificate of a chain has expired", () => {
    const leaf = certificate(mx);
    const issuer = certificate("Good CA", { dnsNames: [], notAfter: now - day });
    const mxHosts = [mxHost([probe({ tls: tlsWith(leaf, { chain: [leaf, issuer] }) })])];
    expect(told({ mxHosts })).toEqual([
      `${mx} presents a certificate that expired on 2026-02-28, 1 day ago ("Good CA")`,
    ]);
  });

  test.each([
    [["x"], "the only TXT record at _mta-sts.d.example does not begin"],
    [["x", "y"], "none of the 2 TXT records at _mta-sts.d.example begins"],
  ])("records that are others: %j", (texts, words) => {
    const [message] = told({ evidence: { stsTxt: txt(`_mta-sts.${domain}`, ...texts) } });
    expect(message).toBe(`${words} with "v=STSv1;", so senders look for no policy`);
  });

  test("dates beyond every calendar are no crash", () => {
    const leaf = certificate(mx, { notBefore: 1e300 });
    const mxHosts = [mxHost([probe({ tls: tlsWith(leaf) })])];
    expect(told({ mxHosts })).toEqual([
      `${mx} presents a certificate that is not valid before an impossible date`,
    ]);
  });
});
