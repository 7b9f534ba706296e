/**
 * `npm run zoo`: starts the zoo of misconfigured mail domains on loopback, and keeps it until Ctrl-C.
 * With `--check` it audits all of it instead, and tells where an audit says something else than it
 * should.
 */
import { loadSource } from "./lib/load-source.mjs";
import { inRoot } from "./lib/root.mjs";

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== "--check");
if (unknown.length > 0) {
  console.error(`no such option: ${unknown.join(" ")}; there is --check`);
  process.exit(2);
}

const program = inRoot("build", "cli.js");
const keeper = await loadSource(inRoot("test/zoo/keeper.ts"));
const zoo = await keeper.openZoo(program);
// Ctrl-C closes what is open; nothing is left behind in the temporary folder.
const stopped = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, resolve);
});
try {
  if (args.includes("--check")) await check();
  else await keep();
} finally {
  await zoo.close();
}

async function check() {
  const { stdout, stderr } = await keeper.auditAll(zoo, program, ["--jsonl", "--timeout", "5"]);
  const found = keeper.differences(zoo, keeper.readTold(stdout));
  for (const line of found) console.log(line);
  if (found.length > 0) process.stderr.write(stderr);
  const count = zoo.entries.length;
  console.log(
    found.length === 0
      ? `${count} domains: every fault was found, and nothing else was said`
      : `${found.length} of ${count} domains are told otherwise than they should`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}

async function keep() {
  process.stdout.write(keeper.tableText(zoo));
  const options = keeper.auditOptions(zoo).join(" ");
  console.log(`
${zoo.entries.length} domains. To audit one of them, in another terminal:

  npx stspress audit ${options} expired-mx.zoo.test

Those that a site declares (the last of the table) want \`--site ${zoo.siteFolder}\` too.
Some servers never answer: \`--timeout 5\` waits less than the minute of a real sender.
Stop with Ctrl-C.`);
  await stopped;
}
