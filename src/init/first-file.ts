/** What was proposed for a domain → the text of its first domain file. */
import type { Proposal } from "../audit/proposal.ts";
import { parseDomainFile } from "../config/domain-file.ts";
import { newDomainFile } from "../config/new-domain-file.ts";
import type { SiteSettings } from "../config/site-file.ts";
import type { DomainName } from "../names/domain-name.ts";
import { formatTime } from "../site/stamp.ts";

/**
 * Words the file, and reads it back: what is written is what was found. Null where a domain file cannot say
 * it: senders take some policies that stspress never publishes, such as `mx: localhost`.
 */
export function wordFirstFile(
  name: DomainName,
  proposal: Proposal,
  observedAt: number,
  settings: SiteSettings,
): string | null {
  const text = word(name, proposal, observedAt, settings);
  if (isReadable(name, text)) return text;
  // Senders take some report addresses that a domain file refuses, such as one with a quoted mailbox.
  const remark = "The TLS-RPT record names an address that cannot stand here.";
  const without = { ...proposal, rua: null, remarks: [...proposal.remarks, remark] };
  const second = word(name, without, observedAt, settings);
  return isReadable(name, second) ? second : null;
}

function isReadable(name: DomainName, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  return parseDomainFile(`domains/${name.ascii}.yaml`, bytes).declarations !== null;
}

function word(
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

/** Comments hold no surprises: printable ASCII on one line. */
function plain(text: string): string {
  return text
    .replaceAll("…", "...")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 400);
}
