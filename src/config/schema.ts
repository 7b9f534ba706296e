/**
 * What may stand in a domain file and in stspress.yaml: the definition that validates, and that the
 * JSON Schema for editors is made from. It knows shapes; the grammar of names, patterns, URIs and
 * durations is checked where those live. A schema's `error` is a {@link ValueKind}, never prose.
 */
import { z } from "zod";
import type { ValueKind } from "../diagnostics/catalogue/config.ts";
import { targetNames } from "./site-config.ts";
import { durationPattern } from "./duration.ts";
import { builtInProfileNames } from "./profiles.ts";

/** Narrows to the valueKinds that the catalogue can word. */
function takes(kind: ValueKind): { error: ValueKind } {
  return { error: kind };
}

const text = z.string(takes("text"));

function oneOrMore(item: z.ZodString) {
  return z.union([item, z.array(item, takes("list")).min(1)], takes("text-or-list"));
}

const duration = z.union(
  [z.int(takes("duration")).min(0), z.string(takes("duration")).regex(durationPattern)],
  takes("duration"),
);

const zoneName = text.meta({
  description:
    "The DNS zone in which the domain's records live: the domain itself or a parent of it. By default the nearest declared parent domain's, else the domain.",
  examples: ["example.com"],
});

const tlsRpt = z
  .strictObject(
    {
      rua: oneOrMore(text).meta({
        description:
          "Where senders send their daily TLS reports (RFC 8460 §3): a mailto: or https: URI, or a list of them.",
        examples: ["mailto:tls-reports@example.net", ["https://reports.example.net/v1/tlsrpt"]],
      }),
    },
    takes("map"),
  )
  .meta({ description: "TLS reporting (RFC 8460)." });

const mtaSts = z
  .strictObject(
    {
      mode: z.enum(["none", "testing", "enforce"], takes("text")).optional().meta({
        description:
          "What senders do when validation fails (RFC 8461 §5): none, report it (testing), or refuse to deliver (enforce).",
      }),
      mx: oneOrMore(text)
        .optional()
        .meta({
          description:
            "The hosts that MX records may name, or `*.` and a domain for exactly one label. In addition to the profile's patterns.",
          examples: [["mx1.example.com", "*.mail.example.net"]],
        }),
      max_age: duration.optional().meta({
        description:
          "How long senders keep the policy: seconds, or a whole number with one unit of s m h d w. Default: 1w.",
        examples: ["1w", 604800],
      }),
      profile: z
        .union(
          [z.enum(builtInProfileNames as [string, ...string[]]), text, z.literal(false)],
          takes("text-or-false"),
        )
        .optional()
        .meta({
          description:
            "A named set of mx patterns: a built-in one, or one from `profiles:` in stspress.yaml. false: none, whatever the defaults say.",
          examples: ["google-workspace", "microsoft-365"],
        }),
      skip_testing: text.optional().meta({
        description:
          "Why this domain may go to enforce without 14 live days of testing. It stays in the file for reviewers.",
        examples: ["in enforce at the former host since 2024"],
      }),
      skip_overlap: text.optional().meta({
        description:
          "Why every mx pattern may be replaced at once while senders enforce the old ones.",
        examples: ["the old MX hosts no longer exist"],
      }),
      skip_evidence: text.optional().meta({
        description:
          "Why this domain may go to enforce, or drop a pattern, against what audits or reports say.",
        examples: ["the failing sender is our own test machine"],
      }),
      retire: z.boolean(takes("boolean")).optional().meta({
        description:
          "true: publish mode none with a max_age of one day, until no sender holds an earlier policy and the file may be deleted (RFC 8461 §8.3).",
      }),
    },
    takes("map"),
  )
  .meta({ description: "The MTA-STS policy (RFC 8461 §3.2)." });

const target = z
  .enum(targetNames, takes("text"))
  .meta({ description: "The target that DNS points the policy host at.", examples: ["caddy"] });

const delegationZone = z
  .strictObject(
    {
      zone: text.meta({
        description: "The zone that holds the records of delegated domains.",
        examples: ["sts.msp.example"],
      }),
    },
    takes("map"),
  )
  .meta({
    description:
      "The customer publishes three CNAMEs once; what changes later is published in this zone.",
  });

const siteDelegation = z
  .strictObject(
    {
      zone: delegationZone.shape.zone,
      ns: oneOrMore(text)
        .optional()
        .meta({
          description:
            "Host names of the zone's name servers; with them a whole zone file is written, else one to be included.",
          examples: [["ns1.msp.example", "ns2.msp.example"]],
        }),
      hostmaster: text.optional().meta({
        description: "Mailbox of the zone's keeper. Default: hostmaster at the zone.",
        examples: ["hostmaster@msp.example"],
      }),
    },
    takes("map"),
  )
  .meta({ description: "The zone that delegated domains point into." });

/** What both a domain file and `defaults:` may say. */
const settings = {
  "tls-rpt": z
    .union([tlsRpt, z.literal(false)], takes("map-or-false"))
    .optional()
    .meta({ description: "TLS reporting (RFC 8460). false: none, whatever the defaults say." }),
  "mta-sts": z
    .union([mtaSts, z.literal(false)], takes("map-or-false"))
    .optional()
    .meta({
      description:
        "The MTA-STS policy (RFC 8461). Each key here overrides the same key under `defaults:`. false: no policy, whatever the defaults say.",
    }),
  dns: z
    .strictObject(
      {
        zone: zoneName.optional(),
        ttl: duration.optional().meta({
          description: "TTL of the records: seconds, or a number with one unit. Default: 1h.",
          examples: ["1h", 3600],
        }),
      },
      takes("map"),
    )
    .optional()
    .meta({ description: "How the records are written." }),
  target: target.optional(),
  delegation: z
    .union([delegationZone, z.literal(false)], takes("map-or-false"))
    .optional()
    .meta({ description: "The zone that the records are delegated to. false: none." }),
};

const domainName = text.meta({
  description: "A mail domain, as written after the @; international names as they are read.",
  examples: ["example.com"],
});

export const domainFileSchema = z.strictObject(
  {
    domain: domainName.optional(),
    domains: z
      .array(domainName, takes("name-list"))
      .min(1)
      .optional()
      .meta({ description: "Mail domains that share everything in this file." }),
    ...settings,
  },
  takes("map"),
);

const ipsOrHost = oneOrMore(text)
  .optional()
  .meta({
    description: "Where the server is reached: IP addresses, or one host name.",
    examples: [["192.0.2.10", "2001:db8::10"], "policy.example.com"],
  });
const hostOnly = text.optional().meta({
  description: "The host name that the platform gave the site.",
  examples: ["acme-sts.pages.dev", "acme.github.io"],
});

function folder(description: string, fallback: string) {
  return text.optional().meta({ description, examples: [fallback] });
}

/** What `targets:` holds when a key is not given. */
export const targetDefaults = {
  askPort: 9461,
  reportsPort: 8460,
  root: "/srv/stspress/site",
  certificates: "/srv/stspress/certificates",
  acmeWebroot: "/srv/stspress/acme",
} as const;

export const siteFileSchema = z.strictObject(
  {
    target: target.optional(),
    targets: z
      .strictObject(
        {
          caddy: z
            .strictObject(
              {
                address: ipsOrHost,
                layout: z.enum(["per-host", "on-demand"], takes("text")).optional().meta({
                  description:
                    "per-host: one block per policy host, for small sites. on-demand: constant size, a certificate on the first fetch. Default: per-host.",
                }),
                ask_port: z
                  .int(takes("port"))
                  .min(1)
                  .max(65535)
                  .optional()
                  .meta({
                    description: `Loopback port that answers whether a certificate may be fetched. Default: ${String(targetDefaults.askPort)}.`,
                  }),
                email: text.optional().meta({
                  description: "Account address for the certificate authority.",
                  examples: ["postmaster@example.com"],
                }),
                reports: text.optional().meta({
                  description:
                    "Host name at which TLS reports are received by HTTPS; what is posted there goes to `stspress reports serve` on the same machine.",
                  examples: ["reports.example.com"],
                }),
                reports_port: z
                  .int(takes("port"))
                  .min(1)
                  .max(65535)
                  .optional()
                  .meta({
                    description: `Loopback port of \`stspress reports serve\`. Default: ${String(targetDefaults.reportsPort)}.`,
                  }),
              },
              takes("map"),
            )
            .optional()
            .meta({ description: "Caddy, on a server of one's own." }),
          nginx: z
            .strictObject(
              {
                address: ipsOrHost,
                root: folder(
                  `Folder on the server that holds what is in dist/site. Default: ${targetDefaults.root}.`,
                  targetDefaults.root,
                ),
                certificates: folder(
                  `Folder with <policy host>/fullchain.pem and privkey.pem. Default: ${targetDefaults.certificates}.`,
                  targetDefaults.certificates,
                ),
                acme_webroot: folder(
                  `Webroot of the ACME client. Default: ${targetDefaults.acmeWebroot}.`,
                  targetDefaults.acmeWebroot,
                ),
              },
              takes("map"),
            )
            .optional()
            .meta({ description: "nginx, on a server of one's own." }),
          cloudflare: z
            .strictObject(
              {
                address: hostOnly,
                plan: z
                  .enum(["free", "pro", "business", "enterprise"], takes("text"))
                  .optional()
                  .meta({ description: "Decides the platform's limits. Default: free." }),
              },
              takes("map"),
            )
            .optional()
            .meta({ description: "A Cloudflare Pages project." }),
          "github-pages": z
            .strictObject({ address: hostOnly }, takes("map"))
            .optional()
            .meta({ description: "GitHub Pages: one repository per mail domain." }),
        },
        takes("map"),
      )
      .optional()
      .meta({ description: "Every target to build; `target:` says which one DNS points at." }),
    dns: settings.dns,
    delegation: z
      .union([siteDelegation, z.literal(false)], takes("map-or-false"))
      .optional()
      .meta({
        description:
          "Every domain's records are delegated to this zone, unless its file says otherwise.",
      }),
    defaults: z
      .strictObject(settings, takes("map"))
      .optional()
      .meta({ description: "What holds for every domain whose file does not say otherwise." }),
    profiles: z
      .record(
        z.string(),
        z.strictObject(
          {
            mx: oneOrMore(text).meta({
              description: "The patterns, in the order in which they are published.",
              examples: [["*.mx.msp.example"]],
            }),
          },
          takes("map"),
        ),
        takes("map"),
      )
      .optional()
      .meta({ description: "Named sets of mx patterns, for `profile:`." }),
    reports: z
      .strictObject(
        {
          trust: z.enum(["verified", "all"], takes("text")).optional().meta({
            description:
              "Which TLS-RPT reports may decide on a rollout: verified (signed by a trusted domain), or all (anybody can forge those). Default: verified.",
          }),
          signers: oneOrMore(text)
            .optional()
            .meta({
              description:
                "Domains whose DKIM signature on the mail of a report is trusted for a rollout, with all below them; beside those of Google and Microsoft, which always are. No domain with mailboxes for the public: its users can send what it signs.",
              examples: [["reporter.example"]],
            }),
        },
        takes("map"),
      )
      .optional()
      .meta({ description: "How the TLS-RPT reports that come back are used." }),
    gone: z
      .record(z.string(), text, takes("map"))
      .optional()
      .meta({
        description:
          "Domains that are no longer ours, each with the reason: they may be deleted although senders hold their policy.",
        examples: [{ "left.example": "transferred away 2026-10-02" }],
      }),
  },
  takes("map"),
);

export type DomainFileShape = z.infer<typeof domainFileSchema>;
export type SiteFileShape = z.infer<typeof siteFileSchema>;
export type SettingsShape = Omit<DomainFileShape, "domain" | "domains">;
