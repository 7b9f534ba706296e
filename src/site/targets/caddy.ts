/**
 * Caddy: the user starts it with the Caddyfile of the site folder, which imports what stands here.
 * Policies are served from `dist/site/`; certificates come from Caddy's own ACME client.
 */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { CaddySettings, ReportsSite } from "../../config/site-config.ts";
import type { ReadyOutput } from "../output.ts";
import { checkCertificateOrders } from "./certificate-orders.ts";
import type { Publication, Target } from "./target.ts";

/** From here on one block per host is felt: 1,000 load in 0.3 s, 10,000 in 2 s, and routing is linear. */
const manyHosts = 500;

/** With fewer, first fetches hardly ever meet. */
const crowdedFirstFetches = 300;

export const caddy: Target<"caddy"> = {
  name: "caddy",
  usesSiteTree: true,

  *outputs(publications, settings) {
    yield options(settings);
    yield settings.layout === "per-host"
      ? sitesPerHost(publications, settings)
      : sitesOnDemand(settings);
    if (settings.reports !== null) yield reportsSite(settings.reports);
  },

  check(publications, settings) {
    const hosts = publications.length;
    if (settings.layout === "per-host") {
      const many = hosts < manyHosts ? [] : [diagnostic("target/caddy-per-host-many", { hosts })];
      return [...many, ...checkCertificateOrders(hosts)];
    }
    const crowded =
      hosts <= crowdedFirstFetches ? [] : [diagnostic("target/caddy-first-fetch", { hosts })];
    return [...crowded, ...checkCertificateOrders(hosts)];
  },
};

function options(settings: CaddySettings): ReadyOutput {
  const ask = settings.layout === "on-demand" ? settings.askPort : null;
  const { email } = settings;
  return {
    path: "caddy/stspress.options",
    kind: "rendered",
    phase: "server",
    template: "caddy/stspress.options",
    data: { email, ask },
    verify: (text) => {
      const emails = directives(text, "email");
      const declared = email === null ? [] : [email];
      if (!same(emails, declared)) return differ("the account address", emails, declared);
      const asks = directives(text, "ask");
      const expected = ask === null ? [] : [askUrl(ask)];
      return same(asks, expected) ? null : differ("the ask URL", asks, expected);
    },
  };
}

function sitesPerHost(publications: readonly Publication[], settings: CaddySettings): ReadyOutput {
  const { reports } = settings;
  const hosts = publications.map(({ host }) => host);
  return {
    path: "caddy/sites.caddy",
    kind: "rendered",
    phase: "server",
    template: "caddy/sites-per-host.caddy",
    data: { hosts, reports },
    verify: (text) => {
      const without = lacksReports(text, settings);
      if (without !== null) return without;
      const sites = [...readSites(text)].filter(({ address }) => address.startsWith("mta-sts."));
      const served = sites.map(({ address }) => address);
      if (!same(served, hosts)) return differ("the policy hosts", served, hosts);
      const astray = sites.find(
        ({ address, root }) => root?.endsWith(`/site/${address}"`) !== true,
      );
      return astray === undefined ? null : `${astray.address} is not served from its own folder`;
    },
  };
}

function sitesOnDemand(settings: CaddySettings): ReadyOutput {
  const { askPort, reports } = settings;
  return {
    path: "caddy/sites.caddy",
    kind: "rendered",
    phase: "server",
    template: "caddy/sites-on-demand.caddy",
    data: { askPort, reports },
    verify: (text) => {
      const without = lacksReports(text, settings);
      if (without !== null) return without;
      const addresses = [...readSites(text)].map(({ address }) => address);
      const expected = [askUrl(askPort).replace(/\/ask$/, ""), "https://"];
      const missing = expected.find((address) => !addresses.includes(address));
      if (missing !== undefined) return `there is no site block for ${missing}`;
      const named = addresses.find((address) => address.startsWith("mta-sts."));
      return named === undefined ? null : `${named} is served by name, though hosts come on demand`;
    },
  };
}

function reportsSite({ host, port }: ReportsSite): ReadyOutput {
  return {
    path: `caddy/${reportsFile}`,
    kind: "rendered",
    phase: "server",
    template: "caddy/reports.caddy",
    data: { host, port },
    verify: (text) => {
      const addresses = [...readSites(text)].map(({ address }) => address);
      if (!same(addresses, [host])) return differ("the site of reports", addresses, [host]);
      const upstreams = directives(text, "reverse_proxy").map((value) => value.replace(/ \{$/, ""));
      const receiver = [`127.0.0.1:${String(port)}`];
      return same(upstreams, receiver) ? null : differ("the receiver", upstreams, receiver);
    },
  };
}

const reportsFile = "reports.caddy";

/** Whether the site of reports, which has a file of its own, is imported where it is asked for. */
function lacksReports(text: string, { reports }: CaddySettings): string | null {
  const imports = directives(text, "import").includes(reportsFile);
  if (imports === (reports !== null)) return null;
  return imports
    ? `${reportsFile} is imported, and there is none`
    : `${reportsFile} is not imported`;
}

function askUrl(port: number): string {
  return `http://127.0.0.1:${String(port)}/ask`;
}

/** The values of every directive of that name, wherever it stands. */
function directives(text: string, name: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1));
}

/** The outermost blocks of a Caddyfile in its canonical form (`caddy fmt`): address, and the first `root`. */
function* readSites(text: string): Generator<{ address: string; root: string | null }> {
  let open: { address: string; root: string | null } | null = null;
  for (const line of text.split("\n")) {
    if (open === null) {
      if (line.endsWith(" {") && !line.startsWith("#"))
        open = { address: line.slice(0, -2), root: null };
    } else if (line === "}") {
      yield open;
      open = null;
    } else if (line.startsWith("\troot * ")) {
      open.root ??= line.slice("\troot * ".length);
    }
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

function differ(what: string, found: readonly string[], declared: readonly string[]): string {
  const at = found.findIndex((value, index) => value !== declared[index]);
  const place = at === -1 ? found.length : at;
  return `${what} differ: ${found[place] ?? "nothing"} instead of ${declared[place] ?? "nothing"}`;
}
