/** The files of a plan, made when they are asked for. */
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { cacheDigest } from "../../runtime/digest.ts";
import { readPageAssets } from "../../runtime/page-assets.ts";
import { programFingerprint } from "../../runtime/program-fingerprint.ts";
import { recordsPageFile } from "../records-page/records-page.ts";
import type { Renderer } from "../templates.ts";
import type { SiteConfig } from "../../config/site-config.ts";
import type { DnsRecord } from "../dns-record.ts";
import { domainZoneFile, domainZoneTemplate } from "../dns-files.ts";
import type { KeyedOutput, RenderedOutput, SiteOutput } from "../output.ts";
import { outputsOf } from "../outputs.ts";
import type { SitePlan } from "../plan.ts";
import { pageDataOf, pageKeyOf } from "../records-page-data.ts";
import { version } from "../../cli/version.ts";

/** Makes the files of the plan. */
export class FileMaker {
  readonly #site: SiteConfig;
  readonly #plan: SitePlan;
  readonly #now: number;
  readonly #renderer: Renderer;
  readonly #programs = new Map<string, string>();
  #zoneTextAt: (index: number) => string | null = () => null;
  /** What templates rendered and should not have. */
  readonly diagnostics: Diagnostic[] = [];

  constructor(site: SiteConfig, plan: SitePlan, now: number, renderer: Renderer) {
    this.#site = site;
    this.#plan = plan;
    this.#now = now;
    this.#renderer = renderer;
  }

  outputs(): Generator<SiteOutput> {
    // Asked for when the policies are on their way: naming 100,000 domains takes a moment.
    const page = (): KeyedOutput => ({
      path: "index.html",
      kind: "keyed",
      phase: "record",
      key: pageKeyOf(version, this.#plan, this.#now, cacheDigest),
      templates: ["index.html", domainZoneTemplate],
      make: () => this.#page(),
    });
    const zoneTextAt = (index: number) => this.#zoneTextAt(index);
    return outputsOf(this.#site, this.#plan, page, zoneTextAt);
  }

  /** Renders a file, and believes no template. */
  textOf(output: SiteOutput): string {
    switch (output.kind) {
      case "fixed":
        return output.text;
      case "keyed":
        return this.#verified(output.make(), output.rendered?.() ?? null);
      case "rendered":
        return this.#verified(output, null);
    }
  }

  /** Names everything that a file is made from; "-" where only its text tells. */
  keyOf(output: SiteOutput): string {
    return output.kind === "keyed" ? cacheDigest(`${this.#programOf(output)} ${output.key}`) : "-";
  }

  #verified(output: RenderedOutput, rendered: string | null): string {
    const { template } = output;
    const text = rendered ?? this.#renderer.render(template, output.data);
    const detail = output.verify(text);
    if (detail !== null) {
      this.diagnostics.push(diagnostic("template/changed-meaning", { template, detail }));
    }
    return text;
  }

  #programOf({ templates }: KeyedOutput): string {
    const names = templates.join(" ");
    let program = this.#programs.get(names);
    if (program === undefined) {
      const sources = templates.map((name) => this.#renderer.sourceOf(name));
      program = cacheDigest([programFingerprint(), ...sources].join("\0"));
      this.#programs.set(names, program);
    }
    return program;
  }

  /** The zone texts are kept as the page packs them, which takes little memory, and not rendered once more. */
  #page(): RenderedOutput {
    const zoneTextOf = (domain: string, records: readonly DnsRecord[]): string => {
      const { template, data } = domainZoneFile(domain, records);
      return this.#renderer.render(template, data);
    };
    const data = pageDataOf(version, this.#plan, this.#now, zoneTextOf);
    const file = recordsPageFile(data, readPageAssets());
    this.#zoneTextAt = file.zoneTextAt;
    return file;
  }
}
