/**
 * The MX patterns of big mail hosts, so that nobody has to look them up. A change here changes
 * policies: the lock of every site that uses the profile changes with it, and says so.
 */

export interface Profile {
  /** Patterns in the order in which they are published. */
  readonly mx: readonly string[];
  /** The provider's own page that names its MX hosts, and what else was compared. */
  readonly source: string;
  /** What to know before using it, or null. */
  readonly note: string | null;
}

const zohoNote =
  "The region is the one of the sign-in address (mail.zoho.com, mail.zoho.eu, …); the MX hosts of one region do not take another's mail.";

function zoho(zone: string, source: string): Profile {
  return { mx: [`mx.${zone}`, `mx2.${zone}`, `mx3.${zone}`], source, note: zohoNote };
}

const zohoPage =
  "Zoho Mail admin help, “Configure email delivery: update MX records” (zoho.com/mail/help/adminconsole/configure-email-delivery.html)";

/** Built-in profiles by the name that `profile:` takes. */
export const builtInProfiles = {
  "google-workspace": {
    mx: ["smtp.google.com", "aspmx.l.google.com", "*.aspmx.l.google.com"],
    source:
      "Google Workspace Admin Help, “MX record values” (support.google.com/a/answer/174125): smtp.google.com since April 2023; aspmx.l.google.com and alt1–alt4.aspmx.l.google.com for accounts made before, still supported",
    note: "MX records under googlemail.com, older still, are not covered: replace them by smtp.google.com first.",
  },
  "microsoft-365": {
    mx: ["*.mail.protection.outlook.com"],
    source:
      "Microsoft Learn, “Enhancing mail flow with MTA-STS”, whose example policy names this one pattern for every customer whose MX records point to Exchange Online",
    note: "A domain enabled for DNSSEC has an MX host of its own two labels below mx.microsoft, which no wildcard reaches: list that exact host under `mx:` (with `profile: false` once it is the only one).",
  },
  fastmail: {
    mx: ["in1-smtp.messagingengine.com", "in2-smtp.messagingengine.com"],
    source:
      "Fastmail help, “Domains: advanced configuration”, full list of DNS records (fastmail.help/hc/en-us/articles/360060591153)",
    note: null,
  },
  proton: {
    mx: ["mail.protonmail.ch", "mailsec.protonmail.ch"],
    source:
      "Proton support, “How to use a custom domain with Proton Mail” (proton.me/support/custom-domain); compared with the MX records of proton.me",
    note: null,
  },
  icloud: {
    mx: ["mx01.mail.icloud.com", "mx02.mail.icloud.com"],
    source:
      "Apple Support, “Set up an existing domain with iCloud Mail” (support.apple.com/102374); compared with zone files published by its users",
    note: null,
  },
  zoho: zoho("zoho.com", zohoPage),
  "zoho-eu": zoho("zoho.eu", zohoPage),
  "zoho-in": zoho("zoho.in", zohoPage),
  "zoho-au": zoho("zoho.com.au", zohoPage),
  "zoho-jp": zoho("zoho.jp", `${zohoPage}; compared with zone files published by its users`),
  "zoho-ca": zoho("zohocloud.ca", `${zohoPage}; compared with zone files published by its users`),
} as const satisfies Readonly<Record<string, Profile>>;

export type BuiltInProfile = keyof typeof builtInProfiles;

export const builtInProfileNames = Object.keys(builtInProfiles) as readonly BuiltInProfile[];
