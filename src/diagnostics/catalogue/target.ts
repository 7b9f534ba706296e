import { entry } from "./entry.ts";

function count(hosts: number): string {
  return `${hosts.toLocaleString("en-US")} policy host${hosts === 1 ? "" : "s"}`;
}

/** Limits of the places a site is deployed to, and mistakes in templates. */
export const targetCodes = {
  "target/caddy-per-host-many": entry<{ hosts: number }>({
    severity: "warning",
    message: (a) =>
      `${count(a.hosts)} with one site block each make Caddy slow to load and slow to route`,
    fix: () =>
      "write `layout: on-demand` under `targets: {caddy: …}`: the configuration then stays small, and new domains need no reload",
  }),
  "target/certificate-orders": entry<{ hosts: number; hours: number }>({
    severity: "note",
    source: "https://letsencrypt.org/docs/rate-limits/",
    message: (a) =>
      `${count(a.hosts)} need as many certificates; Let's Encrypt accepts 300 orders in 3 hours from one account, so the first round takes at least ${a.hours.toLocaleString("en-US")} hours`,
    fix: () =>
      "add the domains over that time, or ask the authority for a higher limit; publish `_mta-sts` only after the policy answers",
  }),
  "target/caddy-first-fetch": entry<{ hosts: number }>({
    severity: "note",
    message: (a) =>
      `${count(a.hosts)} get their certificates on the first fetch; Caddy orders at most 10 in 10 seconds, so with many first fetches at once some wait and some fail`,
    fix: () =>
      "fetch each new policy once, one after another, before you publish its `_mta-sts` record; existing certificates are not affected",
  }),
  "target/cloudflare-domains": entry<{ hosts: number; plan: string; limit: number }>({
    severity: "warning",
    source: "https://developers.cloudflare.com/pages/platform/limits/",
    message: (a) =>
      `${count(a.hosts)}, but a Pages project on the ${a.plan} plan has at most ${String(a.limit)} custom domains`,
    fix: () =>
      "set `targets: {cloudflare: {plan: …}}` to the plan you have, put Cloudflare for SaaS in front of the project, or serve this many from caddy or nginx",
  }),
  "target/cloudflare-worker-size": entry<{ bytes: number; limit: number; plan: string }>({
    severity: "note",
    source: "https://developers.cloudflare.com/workers/platform/limits/",
    message: (a) =>
      `dist/cloudflare/_worker.js has ${mebibytes(a.bytes)} MB; the ${a.plan} plan takes ${mebibytes(a.limit)} MB after compression`,
    fix: () => "compare with `gzip -c dist/cloudflare/_worker.js | wc -c` before you deploy",
  }),
  "target/cloudflare-requests": entry<{ hosts: number; perHost: number }>({
    severity: "note",
    source: "https://developers.cloudflare.com/pages/functions/pricing/",
    message: (a) =>
      `the free plan answers 100,000 requests a day, that is ${a.perHost.toLocaleString("en-US")} for each of ${count(a.hosts)}`,
    fix: () =>
      "beyond that senders get an error instead of the policy; paid plans have no such limit",
  }),
  "target/github-pages-several": entry<{ hosts: number }>({
    severity: "note",
    source: "https://docs.github.com/pages/configuring-a-custom-domain-for-your-github-pages-site",
    message: (a) =>
      `GitHub Pages serves one custom domain per repository, and there are ${count(a.hosts)}`,
    fix: () =>
      "publish each folder of dist/github-pages/ from its own repository, or use the target cloudflare, which serves all from one project",
  }),
  "template/syntax": entry<{ detail: string }>({
    severity: "error",
    message: (a) => `this template is malformed: ${a.detail}`,
    fix: () => "fix it, or remove the file to use the built-in template",
  }),
  "template/unknown-name": entry<{ name: string }>({
    severity: "error",
    message: (a) => `this template uses \`${a.name}\`, which is not defined here`,
    fix: () => "use only the names that the built-in template uses",
  }),
  "template/changed-meaning": entry<{ template: string; detail: string }>({
    severity: "error",
    message: (a) =>
      `the output of the template ${a.template} no longer means what you declared: ${a.detail}`,
    fix: () =>
      "a template may change the layout, not the meaning; compare it with the built-in one",
  }),
} as const;

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
