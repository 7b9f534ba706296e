/** The help of every command as Markdown, each example with what `test/docs` has to know of it. */
import { inRoot } from "./root.mjs";
import { run } from "./run.mjs";

/** Commands whose examples the tests of the documentation cannot run as they are: why, or what comes first. */
const comments = {
  init: "not run: it asks the DNS",
  live: "not run: it connects to the DNS and the policy host",
  audit: "not run: it connects to the DNS, the policy host and the MX hosts",
  records: "first: echo 'dns: { ttl: 2h }' >> stspress.yaml && stspress build",
  "reports fetch": "not run: it needs an IMAP server; test/peers/dovecot.test.ts has one",
  "reports serve":
    "not run: it runs until it is stopped; test/peers/reports-receiver.test.ts posts to it",
};

/** Prints the section of docs/commands.md. @throws where the program does not print its help */
export async function commandsSection() {
  const { code, stdout, output } = await run(process.execPath, [
    inRoot("build/cli.js"),
    "help",
    "--markdown",
  ]);
  if (code !== 0) throw new Error(`stspress help --markdown exited with ${code}:\n${output}`);
  const sections = stdout
    .replace(/^### /gm, "## ")
    .replace(/^Exit codes:$/m, "## Exit codes")
    .split(/^(?=## )/m);
  const names = sections.map((section) => /^## `stspress ([a-z ]+)`/.exec(section)?.[1]);
  const unknown = Object.keys(comments).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no command stspress ${unknown}`);
  return sections.map((section, index) => marked(section, comments[names[index]])).join("");
}

function marked(section, comment) {
  if (comment === undefined) return section;
  return section.replace("```console", () => `<!-- ${comment} -->\n\n\`\`\`console`);
}
