/** The proposal for a domain → the text of its first domain file. */
import type { Proposal } from "../audit/proposal.ts";
import { parseDomainFile } from "../config/domain-file.ts";
import { newDomainFile } from "../config/new-domain-file.ts";
import type { SiteSettings } from "../config/site-file.ts";
import type { DomainName } from "../names/domain-name.ts";
import { formatTime } from "../site/stamp.ts";

/**
 * Writes the text, and parses it to check it. Null if a domain file cannot declare what was found: senders accept
 * some policies that stspress never publishes, such as `mx: localhost`.
 */
export function firstFileText(
  name: DomainName,
  proposal: Proposal,
  observedAt: number,
  settings: SiteSettings,
): string | null {
  const text = textFor(name, proposal, observedAt, settings);
  if (isReadable(name, text)) return text;
  // Senders accept some report addresses that a domain file refuses, such as one with a quoted mailbox.
  const remark = "The TLS-RPT record has an address that a domain file cannot have.";
  const without = { ...proposal, rua: null, remarks: [...proposal.remarks, remark] };
  const second = textFor(name, without, observedAt, settings);
  return isReadable(name, second) ? second : null;
}

function isReadable(name: DomainName, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  return parseDomainFile(`domains/${name.ascii}.yaml`, bytes).declarations !== null;
}

function textFor(
  name: DomainName,
  { mxHosts, live, rua, remarks }: Proposal,
  observedAt: number,
  settings: SiteSettings,
): string {
  const found = [`MX ${mxHosts.slice(0, 8).join(", ")}${mxHosts.length > 8 ? ", …" : ""}`];
  found.push(
    live === null
      ? "no MTA-STS policy"
      : `an MTA-STS policy in ${live.policy.mode} with the id ${live.id}, now in stspress.lock`,
    rua === null ? "no TLS-RPT record" : "a TLS-RPT record",
  );
  const comments = [`Found ${formatTime(observedAt)}: ${found.join("; ")}.`, ...remarks].map(plain);
  const { ascii: domain, unicode } = name;
  const policy = live?.policy ?? null;
  return newDomainFile({ domain, unicode, comments, rua, policy, mxHosts }, settings);
}

/** Comments are printable ASCII on one line. */
function plain(text: string): string {
  return text
    .replaceAll("…", "...")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 400);
}
