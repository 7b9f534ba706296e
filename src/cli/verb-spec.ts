/** What the table of verbs is made of: the shape of a verb, and the options that several have. */
import type { Run } from "./context.ts";

export interface OptionSpec {
  /** As commander writes it: `--format <name>`. */
  readonly flags: string;
  readonly about: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

export interface VerbSpec {
  /** One word, or a group and a word: `reports add`. */
  readonly name: string;
  /** As commander writes it: `[domain...]`. */
  readonly operands: string;
  readonly summary: string;
  /** Whole sentences, for the verb's own help. */
  readonly about: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  readonly load: () => Promise<{ readonly run: Run }>;
}

export const site: OptionSpec = {
  flags: "--site <dir>",
  about: "the site folder (default: the current directory)",
};
export const json: OptionSpec = { flags: "--json", about: "print the result as JSON" };
export const format: OptionSpec = {
  flags: "--format <name>",
  about: "how diagnostics are printed: text, json, or github (workflow annotations)",
  choices: ["text", "json", "github"],
};
/** Of verbs that tell diagnostics. */
export const told = [site, json, format];

const resolverAndRoots: readonly OptionSpec[] = [
  { flags: "--resolver <ip>", about: "DNS resolver, as IP or IP:port (default: the system's)" },
  { flags: "--ca <file>", about: "trust these root certificates too (PEM)" },
  {
    flags: "--timeout <seconds>",
    about: "how long one conversation may take (default: 60, as a sender waits)",
  },
];
const privateHosts: readonly OptionSpec[] = [
  {
    flags: "--allow-private",
    about: "try private and loopback addresses too, which no sender outside can reach",
  },
  { flags: "--https-port <port>", about: "for tests: where policy hosts listen (default: 443)" },
];

/** How to look at policy hosts and name servers. */
export const lookOptions: readonly OptionSpec[] = [...resolverAndRoots, ...privateHosts];

/** How to look at MX hosts, too. */
export const probeOptions: readonly OptionSpec[] = [
  ...resolverAndRoots,
  { flags: "--helo <name>", about: "the name to say EHLO with (default: this machine's)" },
  ...privateHosts,
  { flags: "--smtp-port <port>", about: "for tests: where MX hosts listen (default: 25)" },
];

export const concurrency: OptionSpec = {
  flags: "--concurrency <number>",
  about: "domains at once (default: 50)",
};
