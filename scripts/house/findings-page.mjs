/** docs/findings.md: one section per code of the audit, all of it made from the rules' tables. */
import fs from "node:fs";
import { loadSource } from "./load-source.mjs";
import { inRoot } from "./root.mjs";

const file = "docs/findings.md";

const head = `# Findings

Everything that \`stspress audit\` says about a mail domain, one section per code. This page is made from the rules
(\`npm run docs\`): what is written here is what the program goes by.

A finding has a **severity**, as a [diagnostic](diagnostics.md) has. What it does to the verdict is told apart, because a
domain may be in disorder and its policy safe to enforce all the same:

| effect                | the verdict, \`safe to enforce:\`                                                                        |
| --------------------- | ------------------------------------------------------------------------------------------------------ |
| keeps from enforcing  | \`no\`: mail would be lost, or there is no policy that senders could honour                              |
| leaves it open        | \`unknown\`, unless another finding says \`no\`: it could not be measured, and is no pass and no failure |
| does not touch the verdict | none: the verdict is \`yes\` if nothing else is found                                                    |

A policy in \`testing\` is judged as if it were enforced. Each finding is told once for a place: a DNS name, a host, or one
address of a host. Codes do not change once released, so \`--json\` and \`--format github\` may be relied on.
`;

const subjects = {
  mx: "The MX records, and the addresses of the hosts that they name.",
  "sts-txt": "The TXT record at `_mta-sts.<domain>`, and delegation.",
  "tls-rpt-txt":
    "The TXT record at `_smtp._tls.<domain>`. Where reports go does not touch the verdict.",
  "policy-host":
    "The host `mta-sts.<domain>`: DNS, connection, certificate and answer, at each of its addresses. A web server that happens to stand there, where nothing announces or declares a policy, is not judged.",
  "policy-text":
    "The text of the policy. What is wrong in it is told by a code of the [diagnostics](diagnostics.md).",
  "sender-quirk":
    "What RFC 8461 allows, and programs that are in wide use refuse all the same. The policy counts for everybody else.",
  "mx-host": "The conversation with each MX host and its certificate, at each of its addresses.",
  "mx-pattern":
    "Which MX hosts the patterns of the policy cover: of the one that is live, and of the one that the site declares.",
  drift: "What is live, beside what the site declares and its lock recorded.",
};

const effects = {
  no: "keeps from enforcing",
  unknown: "leaves it open",
  none: "does not touch the verdict",
};

/** The page as it is and as it should be, and what only a person can mend. */
export async function findingsPage() {
  const { findingTable } = await loadSource("src/audit/rules.ts");
  const present = fs.existsSync(inRoot(file)) ? fs.readFileSync(inRoot(file), "utf8") : "";
  const wanted = [head];
  const complaints = [];
  const codes = Object.keys(findingTable);
  for (const subject of new Set(codes.map(subjectOf))) {
    const intro = subjects[subject];
    if (intro === undefined) {
      complaints.push(`scripts/house/findings-page.mjs: no introduction of ${subject}/…`);
    }
    wanted.push(`## ${subject}`, "", intro ?? "", "");
    for (const code of codes.filter((one) => subjectOf(one) === subject)) {
      wanted.push(...section(code, findingTable[code]));
    }
  }
  for (const subject of Object.keys(subjects)) {
    if (!codes.some((code) => subjectOf(code) === subject)) {
      complaints.push(`scripts/house/findings-page.mjs: there are no codes ${subject}/…`);
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
