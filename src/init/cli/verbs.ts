/** The verb `init`: how it is called, documented and loaded. */
import { concurrency, probeOptions, told, type VerbSpec } from "../../cli/verb-spec.ts";

export const init: VerbSpec = {
  name: "init",
  operands: "[domain...]",
  summary: "look up domains and write a domain file for each",
  about:
    "Finds the MX hosts, the provider's profile, the policy and the TLS-RPT record that are live, and writes domains/<domain>.yaml. A live policy is recorded in stspress.lock with its id, so that it keeps its history. Existing files are never overwritten.",
  options: [
    {
      flags: "--from <file>",
      about: "read the domains from a file, one per line (- is standard input)",
    },
    ...probeOptions.filter(({ flags }) => !/^--(smtp-port|helo) /.test(flags)),
    concurrency,
    ...told,
  ],
  examples: ["stspress init example.com", "stspress init --from customers.txt"],
  load: () => import("./init.ts"),
};
