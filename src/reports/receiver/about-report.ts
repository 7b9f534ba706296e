/** The log line of a report that was accepted. */
import { printable } from "../../cli/text.ts";
import type { Report } from "../../tls-rpt/report/report.ts";

/** Code points of a name and of a domain, and domains that are listed. */
const [maxName, maxDomain, maxDomains] = [60, 80, 3];

/** Names the reporter and the domains: `from "Google Inc." for example.com and 2 others`; short and printable. */
export function aboutReport({ organization, policies }: Report): string {
  const domains = [...new Set(policies.map(({ domain }) => domain))];
  const named = domains
    .slice(0, maxDomains)
    .map((domain) => (/^[\w.-]{1,80}$/.test(domain) ? domain : quoted(domain, maxDomain)));
  const others = domains.length - named.length;
  const more = others === 0 ? "" : ` and ${String(others)} other${others === 1 ? "" : "s"}`;
  return `from ${quoted(organization, maxName)} for ${named.join(", ")}${more}`;
}

/** Quotes a hostile text: truncated, escaped, and unable to end its quotes. */
function quoted(text: string, max: number): string {
  const points = [...text];
  const cut = points.length > max ? `${points.slice(0, max).join("")}…` : text;
  return `"${printable(cut).replaceAll('"', "'")}"`;
}
