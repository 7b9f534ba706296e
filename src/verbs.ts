/** The registry of verbs: the command line is parsed, helped and documented from this table, in this order. */
import { audit } from "./audit/cli/verbs.ts";
import type { Registry } from "./cli/program.ts";
import type { VerbSpec } from "./cli/verb-spec.ts";
import { init } from "./init/cli/verbs.ts";
import { live } from "./live/cli/verbs.ts";
import { reportVerbs } from "./reports/cli/verbs.ts";
import { simulate } from "./simulate/cli/verbs.ts";
import { adopt, build, check, history, lint, records, schema } from "./site/cli/verbs.ts";

const verbs: readonly VerbSpec[] = [
  init,
  build,
  check,
  simulate,
  live,
  audit,
  history,
  records,
  adopt,
  lint,
  schema,
  ...reportVerbs,
];

/** What a group of verbs is for, by its name. */
const groups: Readonly<Record<string, string>> = {
  reports: "collect the TLS-RPT reports that senders send, and show what they mean",
};

export const registry: Registry = { verbs, groups };
