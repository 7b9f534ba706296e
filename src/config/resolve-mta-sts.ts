/** Defaults, profile and a file's own settings → one policy; equal policies become one object. */
import { isShortLived } from "../mta-sts/max-age.ts";
import { maxPolicyBytes } from "../mta-sts/policy-grammar.ts";
import { isPublicName } from "../names/reserved-name.ts";
import { formatPolicy, type Policy } from "../mta-sts/policy.ts";
import type { MtaSts, YamlPath } from "./site-config.ts";
import type { DeclaredFile, DeclaredMtaSts } from "./declared.ts";
import type { PlacedDiagnostics, YamlLocation } from "./places.ts";
import type { SiteSettings } from "./site-file.ts";
import { suggest } from "./suggest.ts";

const day = 86_400;
const week = 604_800;

/** A policy and the domains below which its wildcards reach. */
interface InternedPolicy {
  readonly policy: Policy;
  /** Patterns that come from a profile. */
  readonly profileMx: readonly string[];
  /** Patterns that begin with `*.`. */
  readonly wildcards: readonly string[];
  /** Patterns below which no host of the Internet is; none where no sender compares them. */
  readonly unreachable: readonly string[];
}

export class MtaStsResolver {
  readonly #site: SiteSettings;
  readonly #collector: PlacedDiagnostics;
  readonly #policies = new Map<string, InternedPolicy>();
  readonly #settings = new Map<string, MtaSts>();

  constructor(site: SiteSettings, collector: PlacedDiagnostics) {
    this.#site = site;
    this.#collector = collector;
  }

  /** Returns what a file's domains publish; null: no MTA-STS; `wrong`: an error was reported. */
  resolve(declared: DeclaredFile): MtaSts | null | "wrong" {
    const own = declared.settings.mtaSts;
    const defaults = this.#site.defaults.mtaSts;
    if (own === false) return null;
    const base = defaults === undefined || defaults === false ? {} : defaults;
    // Defaults complete the settings of a file; without any there, they count only where they have a mode.
    if (own === undefined && base.mode === undefined && base.retire !== true) return null;
    const merged: DeclaredMtaSts = { ...base, ...own };
    const policy =
      merged.retire === true
        ? this.#intern({ mode: "none", mx: [], maxAgeSeconds: day, extensions: [] }, [])
        : this.#policyOf(declared, merged);
    if (policy === null) return "wrong";
    if (policy.isNew && merged.retire !== true) this.#adviseOnPolicy(declared, merged, policy);
    if (merged.retire !== true) this.#adviseOnUse(declared, merged, policy);
    return this.#share({
      policy: policy.policy,
      profileMx: policy.profileMx,
      retire: merged.retire ?? false,
      skipTesting: merged.skipTesting ?? null,
      skipOverlap: merged.skipOverlap ?? null,
      skipEvidence: merged.skipEvidence ?? null,
    });
  }

  #policyOf(
    declared: DeclaredFile,
    merged: DeclaredMtaSts,
  ): (InternedPolicy & { isNew: boolean }) | null {
    const profile = this.#profilePatterns(declared, merged);
    if (merged.mode === undefined) {
      const path = ["mta-sts"];
      for (const domain of declared.domains) {
        this.#collector.count(
          "config/mode-missing",
          { domain },
          { file: declared.file, path, at: "key" },
        );
      }
      return null;
    }
    if (profile === null) return null;
    const mx = [...new Set([...profile, ...(merged.mx ?? [])])];
    if (mx.length === 0 && merged.mode !== "none") {
      for (const domain of declared.domains) {
        this.#collector.count(
          "config/mx-missing",
          { domain, mode: merged.mode },
          this.#whereIs(declared, "mode", ["mode"]),
        );
      }
      return null;
    }
    const maxAgeSeconds = merged.maxAgeSeconds ?? week;
    return this.#intern({ mode: merged.mode, mx, maxAgeSeconds, extensions: [] }, profile);
  }

  #profilePatterns(declared: DeclaredFile, merged: DeclaredMtaSts): readonly string[] | null {
    const name = merged.profile;
    if (name === undefined || name === false) return [];
    const patterns = this.#site.profiles.get(name);
    if (patterns !== undefined) return patterns;
    const allowed = [...this.#site.profiles.keys()];
    const where = this.#whereIs(declared, "profile", ["profile"]);
    this.#collector.once(
      "config/unknown-value",
      {
        key: where.path.join("."),
        value: name,
        suggestion: suggest(name, allowed),
        allowed,
      },
      where,
    );
    return null;
  }

  #intern(policy: Policy, profileMx: readonly string[]): InternedPolicy & { isNew: boolean } {
    const key = `${policy.mode} ${String(policy.maxAgeSeconds)} ${policy.mx.join(" ")}`;
    const known = this.#policies.get(key);
    if (known !== undefined) return { ...known, profileMx, isNew: false };
    const wildcards = policy.mx.filter((pattern) => pattern.startsWith("*."));
    const unreachable =
      policy.mode === "none"
        ? []
        : policy.mx.filter((pattern) => !isPublicName(pattern.replace(/^\*\./, "")));
    const interned = { policy, profileMx, wildcards, unreachable };
    this.#policies.set(key, interned);
    return { ...interned, isNew: true };
  }

  #share(mtaSts: MtaSts): MtaSts {
    const { policy, profileMx, retire, skipTesting, skipOverlap, skipEvidence } = mtaSts;
    const key = JSON.stringify([
      policy.mode,
      policy.maxAgeSeconds,
      policy.mx,
      // They come first in `mx`, so their number is enough.
      profileMx.length,
      retire,
      skipTesting,
      skipOverlap,
      skipEvidence,
    ]);
    const known = this.#settings.get(key);
    if (known === undefined) this.#settings.set(key, mtaSts);
    return known ?? mtaSts;
  }

  /** Adds diagnostics about the policy itself, where it is first used. */
  #adviseOnPolicy(
    declared: DeclaredFile,
    merged: DeclaredMtaSts,
    { policy }: InternedPolicy,
  ): void {
    const patterns = new Set(policy.mx);
    for (const pattern of policy.mx) {
      const by = pattern.replace(/^[^.]+/, "*");
      if (by !== pattern && patterns.has(by)) {
        const where = this.#whereIsPattern(declared, merged, pattern);
        this.#collector.once("config/mx-covered", { pattern, by }, where);
      }
    }
    const bytes = formatPolicy(policy).length;
    if (bytes > maxPolicyBytes) {
      const domain = declared.domains[0] ?? "";
      const where = this.#whereIs(declared, "mx", ["mx"]);
      this.#collector.add("config/policy-too-large", { bytes, domain }, where);
    }
  }

  /** Adds diagnostics about the policy for these domains. */
  #adviseOnUse(declared: DeclaredFile, merged: DeclaredMtaSts, interned: InternedPolicy): void {
    const { policy, wildcards, unreachable } = interned;
    const seconds = policy.maxAgeSeconds;
    const code = adviceOnMaxAge(policy);
    if (code !== null) {
      const where = this.#whereIs(declared, "maxAgeSeconds", ["max_age"]);
      for (const domain of declared.domains)
        this.#collector.count(code, { seconds, domain }, where);
    }
    for (const name of unreachable) {
      const where = this.#whereIsPattern(declared, merged, name);
      for (const domain of declared.domains.filter(isPublicName)) {
        this.#collector.count("config/name-not-public", { key: "mx", name, domain }, where);
      }
    }
    for (const pattern of wildcards) {
      const parent = pattern.slice(2);
      for (const domain of declared.domains) {
        if (domain === parent || domain.endsWith(pattern.slice(1))) {
          const where = this.#whereIsPattern(declared, merged, pattern);
          this.#collector.count("config/own-wildcard", { pattern, domain }, where);
        }
      }
    }
  }

  /** Finds where a setting was made: in the domain's own file, else in the defaults. */
  #whereIs(declared: DeclaredFile, key: keyof DeclaredMtaSts, path: YamlPath): YamlLocation {
    const own = declared.settings.mtaSts;
    return own !== undefined && own !== false && (own[key] !== undefined || key === "mx")
      ? { file: declared.file, path: ["mta-sts", ...path], at: "value" }
      : { file: this.#site.file, path: ["defaults", "mta-sts", ...path], at: "value" };
  }

  #whereIsPattern(declared: DeclaredFile, merged: DeclaredMtaSts, pattern: string): YamlLocation {
    const own = declared.settings.mtaSts === false ? undefined : declared.settings.mtaSts;
    const ownIndex = own?.mx?.indexOf(pattern) ?? -1;
    if (ownIndex !== -1) {
      return { file: declared.file, path: ["mta-sts", "mx", ownIndex], at: "value" };
    }
    const defaultIndex = own?.mx === undefined ? (merged.mx?.indexOf(pattern) ?? -1) : -1;
    if (defaultIndex !== -1) {
      const path = ["defaults", "mta-sts", "mx", defaultIndex];
      return { file: this.#site.file, path, at: "value" };
    }
    return this.#whereIs(declared, "profile", ["profile"]);
  }
}

function adviceOnMaxAge(policy: Policy): "config/max-age-day" | "config/max-age-week" | null {
  if (isShortLived(policy)) return "config/max-age-day";
  return policy.mode === "enforce" && policy.maxAgeSeconds < week ? "config/max-age-week" : null;
}
