/**
 * The records page, `dist/index.html`: one file that opens from disk, asks nobody for anything, and
 * takes every value as text. Its frame is the template `index.html`; its script and style are compiled
 * from `records-page/client/` and `records-page/style.css` together with the program.
 */
import { createHash } from "node:crypto";
import type { RenderedOutput } from "../output.ts";
import type { PageData } from "../page-data.ts";
import { packPage, unpackZoneText, type PackedPage } from "./codec.ts";

/** What the program's build made of the page's client: texts that stand in the page as they are. */
export interface RecordsPageAssets {
  /** JavaScript, a classic script. */
  readonly script: string;
  /** CSS. */
  readonly style: string;
}

/** What the template `index.html` sees. */
export interface RecordsPageTemplateData {
  /** Of stspress. */
  readonly version: string;
  /** How many domains. */
  readonly count: number;
  /** The packed data as JSON; safe inside a `<script>`. */
  readonly data: string;
  readonly script: string;
  readonly style: string;
  /** Sources for a Content-Security-Policy that admit this script and this style: `sha256-…`. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

/** Makes what the page's template sees. Reads the domains once. */
export function recordsPage(data: PageData, assets: RecordsPageAssets): RecordsPageTemplateData {
  return templateData(packPage(data), assets);
}

function templateData(packed: PackedPage, assets: RecordsPageAssets): RecordsPageTemplateData {
  return {
    version: packed.version,
    count: packed.domains.length,
    data: inertJson(packed),
    script: assets.script,
    style: assets.style,
    scriptHash: hashSource(assets.script),
    styleHash: hashSource(assets.style),
  };
}

/** The page as a file of `dist/`, and the zone texts that it keeps, by the place of their domain. */
export interface RecordsPageFile extends RenderedOutput {
  readonly zoneTextAt: (index: number) => string | null;
}

/** Makes the page as a file of `dist/`. */
export function recordsPageFile(data: PageData, assets: RecordsPageAssets): RecordsPageFile {
  const packed = packPage(data);
  const seen = templateData(packed, assets);
  return {
    zoneTextAt: (index) => unpackZoneText(packed, index),
    path: "index.html",
    kind: "rendered",
    phase: "record",
    template: "index.html",
    data: seen,
    verify: (text) => recordsPageDifference(text, seen),
  };
}

/**
 * Says in one line why a rendered page would not show what was declared; null when it would. A page
 * of the site's own may do without the script and write what it likes.
 */
export function recordsPageDifference(text: string, seen: RecordsPageTemplateData): string | null {
  const policy = /<meta http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(text)?.[1];
  for (const [tag, whole] of [
    ["script", seen.script],
    ["style", seen.style],
  ] as const) {
    for (const inline of inlineBlocks(text, tag)) {
      if (policy !== undefined && !policy.includes(hashSource(inline))) {
        return `its Content-Security-Policy would refuse its own <${tag}>: write {{{${tag}}}} between the tags and nothing else`;
      }
    }
    if (tag === "script" && !text.includes(whole)) return null;
  }
  const open = '<script type="application/json" id="data">';
  const start = text.indexOf(open);
  if (start === -1) return `it lacks ${open}{{{data}}}</script>, which its script reads`;
  if (!text.startsWith(`${seen.data}</script>`, start + open.length)) {
    return "the data that it embeds differs from the declared";
  }
  return null;
}

/** The texts of `<script>` or `<style>` elements that a browser would run or apply. */
function* inlineBlocks(text: string, tag: "script" | "style"): Iterable<string> {
  const open = new RegExp(`<${tag}(\\s[^>]*)?>`, "gi");
  const close = `</${tag}>`;
  for (let found = open.exec(text); found !== null; found = open.exec(text)) {
    const start = open.lastIndex;
    const end = text.indexOf(close, start);
    open.lastIndex = end === -1 ? text.length : end + close.length;
    if (!(found[1] ?? "").includes("application/json")) yield text.slice(start, end);
  }
}

/** JSON that cannot end a script element, begin a comment in one, or break a line of JavaScript. */
function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** @see Content Security Policy Level 3 §2.3.1, hash-source */
function hashSource(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
