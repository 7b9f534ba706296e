import { describe, expect, test } from "vitest";
import type { SiteEvidence } from "../../src/site/evidence/site-evidence.ts";
import type { Place } from "../../src/diagnostics/diagnostic.ts";
import { shortDigest } from "../../src/runtime/digest.ts";
import { formatPolicy, type Policy } from "../../src/mta-sts/policy.ts";
import type { DomainConfig, SiteConfig } from "../../src/config/site-config.ts";
import { formatLock } from "../../src/site/lock/lock-text.ts";
import { emptyLock, type Lock } from "../../src/site/lock/lock.ts";
import { outputsOf } from "../../src/site/outputs.ts";
import {
  planSite,
  recordsOfLocked,
  recordsOfPlanned,
  type PlanPorts,
  type SitePlan,
} from "../../src/site/plan.ts";
import { day, hour, policy, read, start } from "./lock/ledger.ts";

const nowhere: Place = { file: "", line: 1, column: 1, length: 1, text: "" };
const ports: PlanPorts = {
  digest: shortDigest,
  renderPolicy: formatPolicy,
  locate: (file) => ({ ...nowhere, file }),
  locateInLock: (domain) => ({ ...nowhere, file: "stspress.lock", text: domain }),
};
const address = { ipv4: ["192.0.2.10"], ipv6: [], host: null };
const caddy = { address, layout: "per-host", askPort: 9461, email: null, reports: null } as const;

function domain(name: string, declared: Policy | null, more: Partial<DomainConfig> = {}) {
  const mtaSts =
    declared === null
      ? null
      : {
          policy: declared,
          profileMx: [],
          retire: false,
          skipTesting: "elsewhere",
          skipOverlap: null,
          skipEvidence: null,
        };
  return {
    domain: name,
    unicode: null,
    declaration: { file: `domains/${name}.yaml`, path: ["domain"] },
    zone: name,
    ttlSeconds: hour,
    target: "caddy",
    delegation: null,
    rua: ["mailto:tls@msp.de"],
    mtaSts,
    ...more,
  } satisfies DomainConfig;
}

function site(domains: readonly DomainConfig[], more: Partial<SiteConfig> = {}): SiteConfig {
  return {
    targets: { caddy },
    delegationZone: null,
    domains,
    gone: new Map(),
    reportsTrust: "verified",
    reportsSigners: [],
    ...more,
  };
}

function plan(
  declared: SiteConfig,
  before: Lock,
  now: number,
  options: {
    merged?: boolean;
    pruning?: boolean;
    ports?: Partial<PlanPorts>;
    evidence?: SiteEvidence;
  } = {},
): SitePlan {
  const { merged = false, pruning = true, evidence = new Map() } = options;
  return planSite(
    declared,
    before,
    now,
    { merged, pruning, newIds: new Set(), evidence },
    { ...ports, ...options.ports },
  );
}

function codes({ diagnostics }: SitePlan): string[] {
  return diagnostics.map(({ code }) => code);
}

const testing = policy("testing");
const enforce = policy("enforce");

describe("the plan", () => {
  test("gives ids, texts, publications and the next lock", () => {
    const made = plan(site([domain("a.de", testing), domain("b.de", null)]), emptyLock, start);
    expect(made.diagnostics).toEqual([]);
    expect(made.newIds).toEqual([{ domain: "a.de", from: null, to: "20261101T090000Z" }]);
    expect(made.publications).toEqual([
      { domain: "a.de", host: "mta-sts.a.de", policyText: formatPolicy(testing), target: "caddy" },
    ]);
    expect([...made.lock.domains.keys()]).toEqual(["a.de", "b.de"]);
    expect(made.lock.domains.get("b.de")?.current).toBeNull();
    expect([...made.lock.policies.values()]).toEqual([
      { text: formatPolicy(testing), policy: testing },
    ]);
    expect(read(formatLock(made.lock)).lock).toEqual(made.lock);
  });

  test("of the same site again changes nothing, at any time", () => {
    const declared = site([domain("a.de", testing), domain("b.de", testing)]);
    const { lock } = plan(declared, emptyLock, start);
    for (const now of [start - day, start, start + 500 * day]) {
      const again = plan(declared, lock, now);
      expect(formatLock(again.lock)).toBe(formatLock(lock));
      expect(again.newIds).toEqual([]);
    }
  });

  test("renders a policy that many share once", () => {
    let rendered = 0;
    const renderPolicy = (one: Policy) => {
      rendered += 1;
      return formatPolicy(one);
    };
    const many = Array.from({ length: 50 }, (_, at) => domain(`c${String(at)}.de`, testing));
    const made = plan(site(many), emptyLock, start, { ports: { renderPolicy } });
    expect(rendered).toBe(1);
    expect(made.lock.policies.size).toBe(1);
    expect(made.lock.shapes.size).toBe(1);
    expect(made.publications).toHaveLength(50);
  });

  test.each([
    ["another mode", (text: string) => text.replace("testing", "enforce")],
    ["another mx", (text: string) => text.replace("mx1", "mx2")],
    ["another max_age", (text: string) => text.replace("604800", "604801")],
    ["a further line", (text: string) => `${text}x: y\r\n`],
    ["no policy at all", () => "hello"],
    ["nothing", () => ""],
  ])("believes no template: %s", (_, spoil) => {
    const renderPolicy = (one: Policy) => spoil(formatPolicy(one));
    const declared = site([domain("a.de", testing), domain("b.de", testing)]);
    const made = plan(declared, emptyLock, start, { ports: { renderPolicy } });
    expect(codes(made)).toContain("template/changed-meaning");
    expect(made.publications).toEqual([]);
  });

  test("takes a text that differs in form only, and locks that text", () => {
    const renderPolicy = (one: Policy) => formatPolicy(one).replaceAll("\r\n", "\n");
    const made = plan(site([domain("a.de", testing)]), emptyLock, start, {
      ports: { renderPolicy },
    });
    expect(made.diagnostics).toEqual([]);
    expect(made.publications[0]?.policyText).not.toContain("\r");
    expect([...made.lock.policies.values()][0]?.text).toBe(made.publications[0]?.policyText);
  });
});

describe("domains that nobody declares any more", () => {
  const { lock } = plan(
    site([domain("a.de", enforce), domain("b.de", testing), domain("c.example", enforce)]),
    emptyLock,
    start,
  );
  const rest = domain("z.de", null);

  test("are judged, and held", () => {
    const made = plan(site([rest]), lock, start + day);
    expect(codes(made)).toEqual(["lock/deleted-enforce", "lock/deleted-testing"]);
    expect(made.diagnostics[0]?.place?.text).toBe("a.de");
    expect(made.dropped).toEqual(["a.de", "b.de", "c.example"]);
    const held = made.lock.domains.get("b.de");
    expect(held).toMatchObject({ current: null, shape: null });
    expect(held?.earlier[0]).toMatchObject({
      servedUntil: start + day,
      announcedUntil: start + day,
    });
  });

  test("are forgotten 90 days after their hold, unless the lock is frozen", () => {
    const removed = plan(site([rest]), lock, start + day).lock;
    const late = start + 200 * day;
    // A clock alone makes nobody forget; that something was built then does.
    expect(formatLock(plan(site([rest]), removed, late).lock)).toBe(formatLock(removed));
    const both = site([domain("y.de", testing), rest]);
    const later = plan(both, removed, late).lock;
    const frozen = plan(both, later, late, { pruning: false });
    expect(formatLock(frozen.lock)).toBe(formatLock(later));
    const pruned = plan(both, later, late).lock;
    expect([...pruned.domains.keys()]).toEqual(["y.de", "z.de"]);
    expect(pruned.policies.size).toBe(1);
  });

  test("are kept where they are gone: they may come back while somebody holds them", () => {
    const gone = new Map(["a.de", "b.de"].map((name) => [name, "transferred away"]));
    const made = plan(site([rest], { gone }), lock, start + day);
    expect(codes(made)).toEqual([]);
    expect(made.dropped).toEqual(["a.de", "b.de", "c.example"]);
    expect([...made.lock.domains.keys()]).toEqual(["z.de", "a.de", "b.de", "c.example"]);
  });

  test("a policy that goes while TLS-RPT stays is judged at the declaration", () => {
    const made = plan(
      site([domain("a.de", null), domain("b.de", null)], {
        gone: new Map([["c.example", "an example"]]),
      }),
      lock,
      start + day,
    );
    expect(made.diagnostics.map(({ code, place }) => [code, place?.file])).toEqual([
      ["lock/deleted-enforce", "domains/a.de.yaml"],
      ["lock/deleted-testing", "domains/b.de.yaml"],
    ]);
  });
});

test("a merged lock is told, with the domains that get a new id", () => {
  const first = plan(
    site([domain("a.de", testing), domain("b.de", testing)]),
    emptyLock,
    start,
  ).lock;
  const a = first.domains.get("a.de");
  if (a === undefined) throw new Error("a.de is missing");
  const before = {
    ...first,
    domains: new Map(first.domains).set("a.de", { ...a, diverged: true }),
  };
  const declared = site([domain("a.de", testing), domain("b.de", testing)]);
  const made = plan(declared, before, start + day, { merged: true });
  expect(made.diagnostics).toMatchObject([{ code: "lock/merged", args: { domains: ["a.de"] } }]);
  expect(made.newIds).toEqual([
    { domain: "a.de", from: "20261101T090000Z", to: "20261102T090000Z" },
  ]);
});

describe("records", () => {
  test("of a plan and of the lock that it wrote are the same", () => {
    const made = plan(site([domain("a.de", testing)]), emptyLock, start);
    const [planned] = made.domains;
    if (planned === undefined) throw new Error("nothing was planned");
    const records = recordsOfPlanned(planned);
    expect(records.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "mta-sts.a.de A",
      "_smtp._tls.a.de TXT",
      "_mta-sts.a.de TXT",
    ]);
    expect(records[2]?.value).toBe("v=STSv1; id=20261101T090000Z;");
    expect(recordsOfLocked(read(formatLock(made.lock)).lock, "a.de")).toEqual(records);
    expect(recordsOfLocked(made.lock, "b.de")).toEqual([]);
  });

  test("a change of them alone changes no id", () => {
    const { lock } = plan(site([domain("a.de", testing)]), emptyLock, start);
    const made = plan(site([domain("a.de", testing, { rua: null })]), lock, start + day);
    expect(made.newIds).toEqual([]);
    expect(formatLock(made.lock)).not.toBe(formatLock(lock));
  });

  test("a delegation zone's serial grows when they change, and only then", () => {
    const delegated = (declared: Policy) =>
      site([domain("a.de", declared, { delegation: "sts.msp.de" })]);
    const first = plan(delegated(testing), emptyLock, start).lock;
    expect(first.zones.get("sts.msp.de")?.serial).toBe(start);
    const same = plan(delegated(testing), first, start + day).lock;
    expect(same.zones).toEqual(first.zones);
    const changed = plan(delegated(policy("testing", ["b.de"])), first, start - day).lock;
    expect(changed.zones.get("sts.msp.de")?.serial).toBe(start + 1);
    expect(plan(site([domain("a.de", testing)]), first, start + day).lock.zones.size).toBe(0);
  });
});

test("the outputs: policies before servers before records, each path once", () => {
  const declared = site([
    domain("a.de", testing),
    domain("b.de", null, { delegation: "sts.msp.de" }),
  ]);
  const made = plan(declared, emptyLock, start);
  const page = {
    kind: "keyed",
    path: "index.html",
    phase: "record",
    key: "",
    templates: [],
  } as const;
  const make = () => {
    throw new Error("nobody asked for its text");
  };
  const outputs = [...outputsOf(declared, made, () => ({ ...page, make }))];
  const paths = outputs.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths).toContain("site/mta-sts.a.de/.well-known/mta-sts.txt");
  expect(paths).not.toContain("site/mta-sts.b.de/.well-known/mta-sts.txt");
  expect(paths.filter((one) => one.startsWith("dns/"))).toEqual([
    "dns/a.de.zone",
    "dns/b.de.zone",
    "dns/sts.msp.de.zone",
  ]);
  const phases = outputs.map(({ phase }) => ["policy", "server", "record"].indexOf(phase));
  expect(phases).toEqual([...phases].sort());
  const text = outputs.find(({ phase }) => phase === "policy");
  expect(text).toMatchObject({ text: formatPolicy(testing) });
});
