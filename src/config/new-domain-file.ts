/** What is known of a domain → the text of its first domain file, with comments for the person who reads it. */
import type { Policy } from "../mta-sts/policy.ts";
import { patternCovers } from "../mta-sts/mx-pattern.ts";
import type { SiteSettings } from "./site-file.ts";

export interface NewDomainFile {
  /** As A-labels. */
  readonly domain: string;
  /** The name as it was typed, where it is an international one, else null. */
  readonly unicode: string | null;
  /** Lines above everything else: printable ASCII. */
  readonly comments: readonly string[];
  /** DiagnosticCollector URIs; null: none are live. */
  readonly rua: readonly string[] | null;
  /** The policy to publish, or null: none yet. */
  readonly policy: Policy | null;
  /** Hosts of the MX records, for the policy that comes next. */
  readonly mxHosts: readonly string[];
}

/** MX patterns as the file says them: a profile and what it does not cover. */
interface MxChoice {
  readonly profile: string | null;
  readonly own: readonly string[];
}

/** Words the file. `settings` are the site's: what its defaults say need not be said again. */
export function newDomainFile(wanted: NewDomainFile, settings: SiteSettings): string {
  const { domain, unicode, comments, rua, policy, mxHosts } = wanted;
  const lines = comments.map((line) => `# ${line}`.trimEnd());
  lines.push(`domain: ${unicode ?? domain}`, "");
  lines.push(...tlsRptLines(domain, rua, settings));
  const { mtaSts } = settings.defaults;
  if (policy !== null) {
    const choice = choosePatterns(policy.mx, settings, "exact");
    lines.push(...mtaStsLines(policy.mode, policy.maxAgeSeconds, choice, settings));
  } else if (rua !== null) {
    const choice = choosePatterns(mxHosts, settings, "cover");
    lines.push(...mtaStsLines("testing", week, choice, settings));
  } else {
    const choice = choosePatterns(mxHosts, settings, "cover");
    if (mtaSts !== undefined && mtaSts !== false) lines.push("mta-sts: false", "");
    lines.push(
      "# The next step, once reports have come for a week or two" +
        (mtaSts === undefined || mtaSts === false ? ":" : " (in place of the line above):"),
      ...mtaStsLines("testing", week, choice, settings).map((line) => `# ${line}`.trimEnd()),
    );
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

const week = 604_800;

function tlsRptLines(
  domain: string,
  rua: readonly string[] | null,
  { defaults }: SiteSettings,
): string[] {
  const byDefault = defaults.rua === undefined || defaults.rua === false ? null : defaults.rua;
  if (byDefault !== null && (rua === null || sameList(rua, byDefault))) {
    return [
      `# TLS-RPT: reports go to ${byDefault.map(safe).join(", ")}, as stspress.yaml says.`,
      "",
    ];
  }
  if (rua !== null) {
    const value = rua.length === 1 ? quote(rua[0] ?? "") : `[${rua.map(quote).join(", ")}]`;
    return ["# As it is live now (RFC 8460).", "tls-rpt:", `  rua: ${value}`, ""];
  }
  return [
    "# There was no TLS-RPT record: begin with this one (RFC 8460). Name a mailbox that is there.",
    "tls-rpt:",
    `  rua: ${quote(`mailto:tls-reports@${domain}`)}`,
    "",
  ];
}

function mtaStsLines(
  mode: Policy["mode"],
  maxAgeSeconds: number,
  { profile, own }: MxChoice,
  { defaults }: SiteSettings,
): string[] {
  const base = defaults.mtaSts === undefined || defaults.mtaSts === false ? {} : defaults.mtaSts;
  const lines = ["mta-sts:", `  mode: ${mode}`];
  if (profile !== null) lines.push(`  profile: ${quote(profile)}`);
  else if (base.profile !== undefined && base.profile !== false) lines.push("  profile: false");
  if (own.length > 0) lines.push("  mx:", ...own.map((pattern) => `    - ${quote(pattern)}`));
  return [...lines, `  max_age: ${duration(maxAgeSeconds)}`, ""];
}

/**
 * Finds the profile that says the patterns. `exact`: the policy must come out the same, line by line, so
 * the profile has to be its beginning. `cover`: the patterns are MX hosts, and the profile has to allow
 * them.
 */
function choosePatterns(
  mx: readonly string[],
  { profiles, defaults }: SiteSettings,
  fit: "exact" | "cover",
): MxChoice {
  const listed = { profile: null, own: mx };
  // A file that names no pattern of its own gets those of the defaults.
  const mayBeEmpty =
    defaults.mtaSts === undefined ||
    defaults.mtaSts === false ||
    (defaults.mtaSts.mx ?? []).length === 0;
  for (const [name, patterns] of profiles) {
    if (fit === "exact") {
      const begins = patterns.length > 0 && patterns.every((pattern, at) => mx[at] === pattern);
      const own = mx.slice(patterns.length);
      if (begins && (own.length > 0 || mayBeEmpty)) return { profile: name, own };
      continue;
    }
    const own = mx.filter((host) => !patterns.some((pattern) => patternCovers(pattern, host)));
    if (own.length < mx.length && (own.length > 0 || mayBeEmpty)) return { profile: name, own };
  }
  return listed;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

function duration(seconds: number): string {
  if (seconds > 0 && seconds % week === 0) return `${String(seconds / week)}w`;
  if (seconds > 0 && seconds % 86_400 === 0) return `${String(seconds / 86_400)}d`;
  return String(seconds);
}

/** A YAML scalar: plain where nobody could take it for anything but text, else in double quotes. */
function quote(text: string): string {
  const isPlain =
    /^(?:mailto:|https:)[A-Za-z0-9.@/_+-]*$/.test(text) ||
    (/^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*$/.test(text) &&
      !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(text));
  return isPlain ? text : JSON.stringify(text);
}

/** Makes a text harmless in a comment. */
function safe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}
