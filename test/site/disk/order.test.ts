/** What a build does to files, and in which order: DESIGN's "lock, policies, server configuration, records, deletions last". */
import { describe, expect, test } from "vitest";
import { FileTrace } from "../../support/file-trace.ts";
import {
  domainFile,
  policyOf,
  settings,
  SiteFolder,
  builtTwoDomains,
} from "../../support/site-folder.ts";

/** A file that a reader, or a crash, sees old or new: written and flushed beside it, then renamed. */
const replaced = (file: string): string[] => [
  `open ${file}.tmp`,
  `write ${file}.tmp`,
  `fsync ${file}.tmp`,
  `rename ${file}.tmp ${file}`,
];

/** A file of `dist/`, by rename. */
const served = (file: string): string[] => [
  "open dist/.writing",
  "write dist/.writing",
  `rename dist/.writing dist/${file}`,
];

describe("a build", () => {
  test("writes the lock, policies, server configuration, records, and deletes last", () => {
    const site = builtTwoDomains();
    site.write("domains/acme.de.yaml", domainFile("acme.de", "mx2.acme.de"));
    site.remove("domains/acme.fr.yaml");
    site.write("stspress.yaml", `${settings}gone: {acme.fr: transferred away}\n`);
    const trace = new FileTrace(site);
    site.build([], { env: trace.env() });
    expect(trace.take()).toEqual([
      ...replaced(".stspress/previous.lock"),
      ...replaced("stspress.lock"),
      // It names the files to come.
      ...served(".manifest"),
      ...served(policyOf("acme.de")),
      ...served("caddy/sites.caddy"),
      ...served("index.html"),
      ...served("dns/acme.de.zone"),
      "remove dist/dns/acme.fr.zone",
      `remove dist/${policyOf("acme.fr")}`,
      "remove dist/site/mta-sts.acme.fr/.well-known",
      "remove dist/site/mta-sts.acme.fr",
      ...served(".manifest"),
    ]);
  });

  test("that changes nothing writes nothing", () => {
    const site = builtTwoDomains();
    const trace = new FileTrace(site);
    site.build([], { env: trace.env() });
    expect(trace.take().filter((line) => !line.includes(".stspress/cache"))).toEqual([]);
  });

  test.each([
    ["at once", 2],
    ["in threads", 1100],
  ])(
    "makes the first dist/ where nobody looks (%s), then the lock, then shows it",
    (how, count) => {
      const site = new SiteFolder({ "stspress.yaml": settings });
      const domains = Array.from({ length: count }, (_, n) => `acme${String(n)}.de`);
      for (const domain of domains) site.write(`domains/${domain}.yaml`, domainFile(domain));
      const trace = new FileTrace(site);
      site.build([], { env: trace.env() });
      const operations = trace.take().filter((line) => !line.includes(".stspress/cache"));
      const unseen = operations.slice(0, -9);
      expect(unseen.filter((line) => !line.includes(" .stspress/new-dist"))).toEqual([]);
      expect(unseen.some((line) => line.startsWith("thread: "))).toBe(how === "in threads");
      const written = unseen
        .flatMap((line) => /(?:^|: )write \.stspress\/new-dist\/(.*)$/.exec(line)?.[1] ?? [])
        .filter((file) => /\.(?:txt|zone)$/.test(file));
      const files = domains.flatMap((domain) => [policyOf(domain), `dns/${domain}.zone`]);
      expect(written.sort()).toEqual(files.sort());
      expect(operations.slice(-9)).toEqual([
        ...replaced(".stspress/previous.lock"),
        ...replaced("stspress.lock"),
        "rename .stspress/new-dist dist",
      ]);
    },
  );
});

describe("verbs that write the lock alone", () => {
  test("replace it whole, and nothing else", () => {
    const site = builtTwoDomains();
    const trace = new FileTrace(site);
    const ran = site.run("live", ["--all", "--no-check"], { env: trace.env() });
    expect(ran.code, ran.err).toBe(0);
    expect(trace.take()).toEqual(replaced("stspress.lock"));
  });
});
