import { expect, test } from "vitest";
import { catalogue, explain } from "../../../src/diagnostics/catalogue.ts";
import { targetCodes } from "../../../src/diagnostics/catalogue/target.ts";
import type { TargetSettings } from "../../../src/config/site-config.ts";
import {
  checkTargets,
  needsSiteTree,
  outputsOfTargets,
} from "../../../src/site/targets/targets.ts";
import { publish, publishMany, renderAll } from "./rendering.ts";

const address = { ipv4: ["192.0.2.10"], ipv6: [], host: null };
const all = {
  "github-pages": { address },
  cloudflare: { address, plan: "free" },
  nginx: { address, root: "/srv/site", certificates: "/srv/certs", acmeWebroot: "/srv/acme" },
  caddy: { address, layout: "per-host", askPort: 9123, email: null, reports: null },
} as const satisfies TargetSettings;

test("every target of the settings, each in its own folder, in one order", () => {
  const publications = publish({ "one.example": "1" });
  const folders = [...renderAll(outputsOfTargets(publications, all)).keys()].map(
    (file) => file.split("/")[0],
  );
  expect([...new Set(folders)]).toEqual(["caddy", "nginx", "cloudflare", "github-pages"]);
  expect([...outputsOfTargets(publications, {})]).toEqual([]);
});

test("the web root is written where a target is served from it", () => {
  expect(needsSiteTree({ caddy: all.caddy })).toBe(true);
  expect(needsSiteTree({ cloudflare: all.cloudflare, nginx: all.nginx })).toBe(true);
  expect(needsSiteTree({ cloudflare: all.cloudflare, "github-pages": { address } })).toBe(false);
});

test("what the targets say can be said", () => {
  const said = checkTargets(publishMany(200_000), all).map((found) => explain(found));
  expect(said).toHaveLength(6);
  for (const { message, fix } of said) {
    expect(message).toMatch(/200,000|MB/);
    expect(message).not.toMatch(/undefined|\[object|\.$/);
    expect(fix).not.toBeNull();
  }
  expect(Object.keys(catalogue)).toEqual(expect.arrayContaining(Object.keys(targetCodes)));
});
