/**
 * The document around a page's content. It asks nobody for anything: the Content-Security-Policy admits
 * this program's own script and style and nothing else, and nothing of it is written inside attributes.
 */
import { createHash } from "node:crypto";
import { html, Html } from "./html.ts";
import { mark } from "./icons.ts";

/** A script or style, as the program's build made it. */
interface Asset {
  readonly script: string;
  readonly style: string;
}

/**
 * How script and style come along: in the page itself, which then is whole alone; or as files beside it,
 * known by a nonce that nobody could guess who wrote what the page shows. (`'self'` means nothing in
 * Firefox where a page is opened from disk.)
 */
export type Delivery =
  | ({ readonly kind: "inline" } & Asset)
  | {
      readonly kind: "linked";
      readonly scriptHref: string;
      readonly styleHref: string;
      readonly nonce: string;
    };

/** What a page puts into the frame. */
export interface Content {
  readonly title: string;
  /** `overview` or `domain`: what the client wakes up as. */
  readonly view: string;
  readonly skip: string;
  /** Where the brand leads; null: this page stands alone. */
  readonly home: string | null;
  readonly main: Html;
  readonly version: string;
}

/** Makes the whole document. */
export function frame(content: Content, delivery: Delivery): string {
  const brand = html`${mark} Mail TLS reports`;
  const { policy, head, foot } = deliver(delivery);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; ${policy}; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <meta name="generator" content="stspress ${content.version}" />
        <title>${content.title}</title>
        ${favicon} ${head}
      </head>
      <body data-view="${content.view}">
        <a class="skip" href="#main">${content.skip}</a>
        <header class="banner">
          <p class="brand">
            ${content.home === null ? brand : html`<a href="${content.home}">${brand}</a>`}
          </p>
          <p class="maker">stspress ${content.version}</p>
        </header>
        <main id="main" tabindex="-1">${content.main}</main>
        ${foot}
      </body>
    </html> `.markup;
}

const favicon = html`<link
  rel="icon"
  href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%23176b5b' d='M8 1l6 2v5c0 4-2 6-6 7-4-1-6-3-6-7V3z'/%3E%3Cpath fill='none' stroke='%23fff' stroke-width='2' d='M4 10l3-4 2 2 3-4'/%3E%3C/svg%3E"
/>`;

function deliver(delivery: Delivery): { policy: Html; head: Html; foot: Html } {
  if (delivery.kind === "inline") {
    const { script, style } = delivery;
    return {
      policy: html`script-src ${hashSource(script)}; style-src ${hashSource(style)}`,
      // Not by a template: not a space may be added to what was hashed.
      head: new Html(`<style>${style}</style>`),
      foot: new Html(`<script>${script}</script>`),
    };
  }
  const { scriptHref, styleHref, nonce } = delivery;
  const source = new Html(`'nonce-${nonce}'`);
  return {
    policy: html`script-src ${source}; style-src ${source}`,
    head: html`<link rel="stylesheet" nonce="${nonce}" href="${styleHref}" />`,
    foot: html`<script nonce="${nonce}" src="${scriptHref}"></script>`,
  };
}

/** @see Content Security Policy Level 3 §2.3.1, hash-source */
function hashSource(text: string): Html {
  return new Html(`'sha256-${createHash("sha256").update(text).digest("base64")}'`);
}
