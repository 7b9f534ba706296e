/**
 * Cloudflare Pages, advanced mode: every custom domain of a project serves one tree, so a worker
 * carries the map host → policy. Each distinct policy stands in it once.
 */
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { CloudflareSettings } from "../../config/site-config.ts";
import type { ReadyOutput } from "../output.ts";
import { policyPath, type Publication, type Target } from "./target.ts";

type Plan = CloudflareSettings["plan"];

/** Custom domains of one Pages project; enterprise limits are agreed on. */
const domainsPerPlan: Readonly<Record<Plan, number>> = {
  free: 100,
  pro: 250,
  business: 500,
  enterprise: Infinity,
};

/** Requests that the free plan answers in a day, over all hosts of the account. */
const freeRequestsPerDay = 100_000;
/** Below this many for each host, a busy day's senders may find the quota used up. */
const scarceRequestsPerHost = 300;

const mebibyte = 1024 * 1024;
/** What the code around the policies takes, generously. */
const workerCodeBytes = 4096;

/** The policies stand between these lines of the worker, as JSON. */
const begin = "/* stspress: policies */";
const end = "/* stspress: end of policies */";

/** One distinct policy, and the hosts that publish it, parted by spaces. */
interface PolicyGroup {
  readonly text: string;
  readonly hosts: string;
}

export const cloudflare: Target<"cloudflare"> = {
  name: "cloudflare",
  usesSiteTree: false,

  *outputs(publications) {
    yield worker(publications);
    yield routes();
    yield notFoundPage();
  },

  check(publications, { plan }) {
    const hosts = publications.length;
    return [
      ...checkDomains(hosts, plan),
      ...checkWorkerSize(publications, plan),
      ...checkRequests(hosts, plan),
    ];
  },
};

function worker(publications: readonly Publication[]): ReadyOutput {
  const policies = groupByPolicy(publications);
  return {
    path: "cloudflare/_worker.js",
    kind: "rendered",
    phase: "policy",
    template: "cloudflare/_worker.js",
    data: { policies },
    verify: (text) => {
      const found = readPolicies(text);
      if (found === null)
        return `the policies are not readable between \`${begin}\` and \`${end}\``;
      const differing = policies.findIndex(
        (group, at) => group.text !== found[at]?.text || group.hosts !== found[at].hosts,
      );
      if (differing !== -1 || found.length !== policies.length) {
        return "the map from hosts to policies differs";
      }
      return null;
    },
  };
}

/** In the order in which the policies first occur, so that equal input makes equal bytes. */
function groupByPolicy(publications: readonly Publication[]): PolicyGroup[] {
  const hostsByText = new Map<string, string[]>();
  for (const { host, policyText } of publications) {
    const hosts = hostsByText.get(policyText);
    if (hosts === undefined) hostsByText.set(policyText, [host]);
    else hosts.push(host);
  }
  return [...hostsByText].map(([text, hosts]) => ({ text, hosts: hosts.join(" ") }));
}

function readPolicies(text: string): Partial<PolicyGroup>[] | null {
  const [, inside, ...more] = text.split(begin);
  const [json, after, ...rest] = (inside ?? "").split(end);
  if (more.length > 0 || rest.length > 0 || json === undefined || after === undefined) return null;
  const parsed = parseJson(json);
  const isList = Array.isArray(parsed) && parsed.every((group) => typeof group === "object");
  return isList ? (parsed as Partial<PolicyGroup>[]) : null;
}

/** Only the policy path wakes the worker, so that nothing else uses up the quota. */
function routes(): ReadyOutput {
  const data = { version: 1, include: [policyPath], exclude: [] };
  return {
    path: "cloudflare/_routes.json",
    kind: "rendered",
    phase: "server",
    template: "cloudflare/_routes.json",
    data: { policyPath },
    verify: (text) =>
      JSON.stringify(parseJson(text)) === JSON.stringify(data)
        ? null
        : `the worker must answer ${policyPath} and nothing else`,
  };
}

/** Without it Pages takes the project for a single-page application and answers every path with 200. */
function notFoundPage(): ReadyOutput {
  return {
    path: "cloudflare/404.html",
    kind: "rendered",
    phase: "server",
    template: "cloudflare/404.html",
    data: {},
    verify: (text) => (text.trim() === "" ? "the page is empty" : null),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function checkDomains(hosts: number, plan: Plan): Diagnostic[] {
  const limit = domainsPerPlan[plan];
  return hosts <= limit ? [] : [diagnostic("target/cloudflare-domains", { hosts, plan, limit })];
}

/** The platform measures after compression, which the plan cannot do: so this only ever says "look". */
function checkWorkerSize(publications: readonly Publication[], plan: Plan): Diagnostic[] {
  const limit = (plan === "free" ? 3 : 10) * mebibyte;
  const texts = new Set(publications.map(({ policyText }) => policyText));
  let bytes = workerCodeBytes;
  for (const text of texts) bytes += JSON.stringify(text).length;
  for (const { host } of publications) bytes += host.length + 1;
  return bytes <= limit
    ? []
    : [diagnostic("target/cloudflare-worker-size", { bytes, limit, plan })];
}

function checkRequests(hosts: number, plan: Plan): Diagnostic[] {
  if (plan !== "free" || hosts === 0) return [];
  const perHost = Math.floor(freeRequestsPerDay / hosts);
  if (perHost >= scarceRequestsPerHost) return [];
  return [diagnostic("target/cloudflare-requests", { hosts, perHost })];
}
