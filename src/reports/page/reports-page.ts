/**
 * The reports page: an overview of all domains, and a page for each. Static files that open from disk,
 * ask nobody for anything, and take every value as text; they say all they have to say without their
 * script, which adds charts and the search. Script and style are compiled from `reports-page/client/`
 * and `reports-page/style.css` together with the program.
 */
import type { DomainPage, Overview } from "../analysis/page-data.ts";
import { domainContent } from "./domain-page.ts";
import { pageFileName } from "./file-name.ts";
import { frame, type Delivery } from "./frame.ts";
import { overviewContent } from "./overview-page.ts";

/** What the program's build made of the page's client. */
export interface ReportsPageAssets {
  /** JavaScript of the overview: search and filters. */
  readonly overviewScript: string;
  /** JavaScript of a domain's page: charts. */
  readonly domainScript: string;
  /** CSS of both. */
  readonly style: string;
}

/** A file of the page, by its path below the page's folder. */
export interface PageFile {
  readonly path: string;
  readonly content: string;
}

/** Makes the files of one page. */
export class ReportsPage {
  readonly #assets: ReportsPageAssets;
  readonly #version: string;
  readonly #linked: Delivery;

  /** @param nonce unguessable by whoever wrote a report, and safe in an attribute; new for each page */
  constructor(assets: ReportsPageAssets, version: string, nonce: string) {
    this.#assets = assets;
    this.#version = version;
    this.#linked = {
      kind: "linked",
      nonce,
      scriptHref: "../assets/domain.js",
      styleHref: "../assets/reports.css",
    };
  }

  /** `index.html` is whole alone; the domains' pages share these. */
  assets(): readonly PageFile[] {
    return [
      { path: "assets/domain.js", content: this.#assets.domainScript },
      { path: "assets/reports.css", content: this.#assets.style },
    ];
  }

  overview(overview: Overview): PageFile {
    const content = {
      title: "Mail TLS reports",
      view: "overview",
      skip: "Skip to the domains",
      home: null,
      main: overviewContent(overview),
      version: this.#version,
    };
    return { path: "index.html", content: frame(content, this.#inline("overviewScript")) };
  }

  /** One domain among the others. */
  domain(page: DomainPage): PageFile {
    return {
      path: `domains/${pageFileName(page.row.domain)}`,
      content: this.#domain(page, "../index.html", this.#linked),
    };
  }

  /** One domain in one file that names no other, for its owner. */
  alone(page: DomainPage): PageFile {
    return {
      path: `alone/${pageFileName(page.row.domain)}`,
      content: this.#domain(page, null, this.#inline("domainScript")),
    };
  }

  #domain(page: DomainPage, home: string | null, delivery: Delivery): string {
    const content = {
      title: `${page.row.domain} · Mail TLS reports`,
      view: "domain",
      skip: "Skip to the domain",
      home,
      main: domainContent(page, home),
      version: this.#version,
    };
    return frame(content, delivery);
  }

  #inline(script: "overviewScript" | "domainScript"): Delivery {
    return { kind: "inline", script: this.#assets[script], style: this.#assets.style };
  }
}
