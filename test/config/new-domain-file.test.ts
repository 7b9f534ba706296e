/** The first file of a domain says exactly the policy that was meant, whatever the site's defaults are. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDomainFile } from "../../src/config/domain-file.ts";
import { newDomainFile, type NewDomainFile } from "../../src/config/new-domain-file.ts";
import { resolveSite } from "../../src/config/resolve.ts";
import { parseSiteFile, type SiteSettings } from "../../src/config/site-file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function settingsOf(yaml: string): SiteSettings {
  const { declarations, diagnostics } = parseSiteFile("stspress.yaml", bytes(yaml));
  if (declarations === null) throw new Error(JSON.stringify(diagnostics));
  return declarations;
}

const base: NewDomainFile = {
  domain: "acme.example",
  unicode: null,
  comments: ["Found."],
  rua: null,
  policy: null,
  mxHosts: ["mx1.acme.example"],
};

/** What a site with this one file would publish. */
function published(text: string, settings: SiteSettings) {
  const { declarations, diagnostics } = parseDomainFile("domains/a.yaml", bytes(text));
  if (declarations === null) throw new Error(`${text}\n${JSON.stringify(diagnostics)}`);
  const { site } = resolveSite(settings, [declarations], () => text);
  const [domain] = site?.domains ?? [];
  return { policy: domain?.mtaSts?.policy ?? null, rua: domain?.rua ?? null };
}

const google = ["smtp.google.com", "aspmx.l.google.com", "*.aspmx.l.google.com"];

const sites = [
  "",
  "defaults: {tls-rpt: {rua: 'mailto:r@acme.example'}}",
  "defaults: {mta-sts: {profile: google-workspace}}",
  "defaults: {mta-sts: {mode: testing, mx: [mx.default.example], max_age: 2d}}",
  "defaults: {mta-sts: {profile: own, mx: [mx.default.example]}}\nprofiles: {own: {mx: ['*.own.example']}}",
];

describe("a live policy", () => {
  test.each(sites)("comes out as it was, with the site %j", (yaml) => {
    const settings = settingsOf(yaml);
    const pattern = fc.constantFrom(
      ...google,
      "mx1.acme.example",
      "*.own.example",
      "mx2.other.example",
    );
    fc.assert(
      fc.property(
        fc.constantFrom("testing" as const, "enforce" as const),
        fc.oneof(
          fc.uniqueArray(pattern, { minLength: 1 }),
          fc.constantFrom(google, [...google, "relay.acme.example"], [...google].reverse()),
        ),
        fc.integer({ min: 0, max: 31_557_600 }),
        (mode, mx, maxAgeSeconds) => {
          const policy = { mode, mx, maxAgeSeconds, extensions: [] };
          const text = newDomainFile({ ...base, policy }, settings);
          expect(published(text, settings).policy).toEqual(policy);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("is said by its provider's profile", () => {
    const policy = { mode: "enforce", mx: google, maxAgeSeconds: 604_800, extensions: [] } as const;
    expect(newDomainFile({ ...base, policy }, settingsOf(""))).toContain(
      "mta-sts:\n  mode: enforce\n  profile: google-workspace\n  max_age: 1w\n",
    );
  });
});

describe("no policy yet", () => {
  const mxHosts = ["aspmx.l.google.com", "alt1.aspmx.l.google.com", "relay.acme.example"];

  test("with reports: testing, by the profile that covers the MX hosts", () => {
    const rua = ["mailto:r@acme.example"];
    const text = newDomainFile({ ...base, rua, mxHosts }, settingsOf(""));
    expect(text).toContain(
      "mta-sts:\n  mode: testing\n  profile: google-workspace\n  mx:\n    - relay.acme.example\n",
    );
    expect(published(text, settingsOf("")).rua).toEqual(rua);
  });

  test.each(sites)("without reports: TLS-RPT only, with the site %j", (yaml) => {
    const settings = settingsOf(yaml);
    const text = newDomainFile({ ...base, mxHosts }, settings);
    const { policy, rua } = published(text, settings);
    expect(policy).toBeNull();
    expect(rua).not.toBeNull();
    expect(text).toContain("# mta-sts:\n#   mode: testing\n");
  });
});

test("an international name stands as it was typed", () => {
  const text = newDomainFile(
    {
      ...base,
      domain: "xn--mnchen-3ya.example",
      unicode: "münchen.example",
      rua: ["mailto:a@b.example"],
    },
    settingsOf(""),
  );
  expect(text).toContain("domain: münchen.example\n");
  expect(text).toContain("mailto:a@b.example");
});

test("several report addresses, and odd ones, are quoted", () => {
  const rua = ["mailto:tls+reports@acme.example", "https://r.acme.example/x?a=b%2Cc"];
  const text = newDomainFile({ ...base, rua }, settingsOf(""));
  expect(published(text, settingsOf("")).rua).toEqual(rua);
});

test.each(["true", "null", "1e5.example", "0x10.example", "1.2.example", "on.example"])(
  "an MX host called %s is text",
  (host) => {
    const policy = { mode: "testing", mx: [host], maxAgeSeconds: 86_400, extensions: [] } as const;
    const text = newDomainFile({ ...base, policy }, settingsOf(""));
    const { diagnostics } = parseDomainFile("domains/a.yaml", bytes(text));
    // Whatever is wrong with the name, it was not taken for something else than a text.
    expect(diagnostics.map(({ code }) => code)).not.toContain("config/wrong-type");
  },
);
