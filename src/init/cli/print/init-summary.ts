/** What `init` did, domain by domain, and what comes next. */
import { printable } from "../../../cli/text.ts";

/** What became of one domain. */
export type InitOutcome =
  | {
      readonly domain: string;
      readonly kind: "written";
      readonly file: string;
      /** How many MX hosts were found. */
      readonly mxHosts: number;
      /** Mode of the live policy; null: there is none. */
      readonly mode: string | null;
      /** Id of the policy that was taken into the lock, or null. */
      readonly adopted: string | null;
      /** Whether there was a TLS-RPT record. */
      readonly tlsRpt: boolean;
    }
  | {
      readonly domain: string;
      /** `skipped`: already declared. `no-mail`: the domain accepts none. `unknown`: no answer. `failed`: not written. */
      readonly kind: "skipped" | "no-mail" | "unknown" | "failed";
      readonly why: string;
    };

/** Formats it. */
export function initSummary(outcomes: readonly InitOutcome[]): string {
  const lines = outcomes.map((one) => `${printable(outcomeText(one))}\n`);
  const written = outcomes.filter(({ kind }) => kind === "written").length;
  if (written === 0) return lines.join("");
  const files = written === 1 ? "the file" : `the ${String(written)} files`;
  return `${lines.join("")}Next: check ${files}, then run \`stspress build\`\n`;
}

function outcomeText(outcome: InitOutcome): string {
  if (outcome.kind !== "written") {
    const done = outcome.kind === "skipped" ? "skipped" : "not written";
    return `${outcome.domain}: ${done}, ${outcome.why}`;
  }
  const { domain, file, mxHosts, mode, adopted, tlsRpt } = outcome;
  const policy =
    mode === null
      ? "no policy yet"
      : `a policy in ${mode}${adopted === null ? "" : ` (adopted with its id ${adopted})`}`;
  const hosts = `${String(mxHosts)} MX host${mxHosts === 1 ? "" : "s"}`;
  return `${domain} → ${file}: ${hosts}, ${policy}, ${tlsRpt ? "the live TLS-RPT address" : "a new TLS-RPT address"}`;
}
