/** docs/findings.md: one section per code of the audit, all of it made from the rules' tables. */
import fs from "node:fs";
import { loadSource } from "./load-source.mjs";
import { inRoot } from "./root.mjs";

const file = "docs/findings.md";

const head = `# Findings

Everything that \`stspress audit\` says about a mail domain, one section for each code. This page is made from the rules
of the program (\`npm run docs\`).

A finding has a **severity**, as a [diagnostic](diagnostics.md) has, and an **effect** on the verdict. They are separate,
because a domain may have a fault and its policy still be safe to enforce:

| effect                   | the verdict, \`safe to enforce:\`                                                                     |
| ------------------------ | ----------------------------------------------------------------------------------------------------- |
| verdict: no              | \`no\`: mail would be lost, or senders have no policy that they could honour                            |
| verdict: unknown         | \`unknown\`, unless another finding says \`no\`: it could not be measured, so it is no pass and no failure |
| no effect on the verdict | \`yes\`, if there is no other finding with an effect                                                    |

A policy in \`testing\` is judged as if it were enforced. Each finding is reported once for a place: a DNS name, a host, or
one address of a host. Codes do not change once released, so you can rely on them in \`--json\` and \`--format github\`.
`;

const subjects = {
  mx: "The MX records, and the addresses of their hosts.",
  "sts-txt": "The TXT record at `_mta-sts.<domain>`, and delegation.",
  "tls-rpt-txt":
    "The TXT record at `_smtp._tls.<domain>`. Where reports go has no effect on the verdict.",
  "policy-host":
    "The host `mta-sts.<domain>`: DNS, connection, certificate and answer, at each of its addresses. If nothing announces or declares a policy, a web server at this name is not judged.",
  "policy-text":
    "The text of the policy. The codes of the [diagnostics](diagnostics.md) say what is wrong in it.",
  "sender-quirk":
    "What RFC 8461 allows, and widely used programs refuse all the same. For all other senders the policy counts.",
  "mx-host": "The conversation with each MX host and its certificate, at each of its addresses.",
  "mx-pattern":
    "Which MX hosts the patterns of the policy cover: of the live policy, and of the policy that the site declares.",
  drift: "What is live, compared with what the site declares and its lock recorded.",
};

const effects = {
  no: "verdict: no",
  unknown: "verdict: unknown",
  none: "no effect on the verdict",
};

/** The page as it is and as it should be, and what only a person can fix. */
export async function findingsPage() {
  const { findingTable } = await loadSource("src/audit/rules.ts");
  const present = fs.existsSync(inRoot(file)) ? fs.readFileSync(inRoot(file), "utf8") : "";
  const wanted = [head];
  const complaints = [];
  const codes = Object.keys(findingTable);
  for (const subject of new Set(codes.map(subjectOf))) {
    const intro = subjects[subject];
    if (intro === undefined) {
      complaints.push(`scripts/lib/findings-page.mjs: no introduction of ${subject}/…`);
    }
    wanted.push(`## ${subject}`, "", intro ?? "", "");
    for (const code of codes.filter((one) => subjectOf(one) === subject)) {
      wanted.push(...section(code, findingTable[code]));
    }
  }
  for (const subject of Object.keys(subjects)) {
    if (!codes.some((code) => subjectOf(code) === subject)) {
      complaints.push(`scripts/lib/findings-page.mjs: there are no codes ${subject}/…`);
    }
  }
  return { file, present, wanted: wanted.join("\n"), complaints };
}

function subjectOf(code) {
  return code.split("/")[0];
}

function section(code, { severity, effect, source, reason, example, message, fix }) {
  const facts = [`**${severity}**`, effects[effect], ...(source === undefined ? [] : [source])];
  return [
    `### \`${code}\``,
    "",
    facts.join(" · "),
    "",
    reason,
    "",
    "```text",
    `${severity}: ${message(example)}`,
    ...(fix === undefined ? [] : [`  fix: ${fix(example)}`]),
    "```",
    "",
  ];
}
