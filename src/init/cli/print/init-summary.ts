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
      /** Mode of the policy that is live, or null: none is. */
      readonly mode: string | null;
      /** Id of the policy that was taken into the lock, or null. */
      readonly adopted: string | null;
      /** Whether there was a TLS-RPT record. */
      readonly tlsRpt: boolean;
    }
  | {
      readonly domain: string;
      /** `skipped`: declared already. `no-mail`: it takes none. `unknown`: nobody answered. `failed`: not written. */
      readonly kind: "skipped" | "no-mail" | "unknown" | "failed";
      readonly why: string;
    };

/** Words it. */
export function initSummary(outcomes: readonly InitOutcome[]): string {
  const lines = outcomes.map((one) => `${printable(word(one))}\n`);
  const written = outcomes.filter(({ kind }) => kind === "written").length;
  if (written === 0) return lines.join("");
  const files = written === 1 ? "the file" : `the ${String(written)} files`;
  return `${lines.join("")}Next: read ${files}, then \`stspress build\`\n`;
}

function word(outcome: InitOutcome): string {
  if (outcome.kind !== "written") {
    const kept = {
      skipped: "left as it is",
      "no-mail": "not written",
      unknown: "not written",
      failed: "not written",
    };
    return `${outcome.domain}: ${kept[outcome.kind]}, ${outcome.why}`;
  }
  const { domain, file, mxHosts, mode, adopted, tlsRpt } = outcome;
  const policy =
    mode === null
      ? "no policy yet"
      : `a policy in ${mode}${adopted === null ? "" : `, adopted with its id ${adopted}`}`;
  const hosts = `${String(mxHosts)} MX host${mxHosts === 1 ? "" : "s"}`;
  return `${domain} → ${file}: ${hosts}, ${policy}, ${tlsRpt ? "TLS-RPT as it is live" : "TLS-RPT to begin with"}`;
}
