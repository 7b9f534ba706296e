/**
 * The list of domains. Only the rows in sight are in the document, so that 100,000 domains cost what
 * 30 do. One stop of the Tab key; inside, the arrow keys, Home, End, Page Up and Page Down.
 */
import type { PackedPage } from "../codec.ts";
import { foreign, h } from "../../../pages/client/dom.ts";
import { icon } from "./icon.ts";
import type { Kind } from "./search.ts";

export const kindWords: Readonly<Record<Kind, string>> = {
  enforce: "enforce",
  testing: "testing",
  none: "none",
  reports: "reports only",
};

/** Rows kept above and below what is in sight. */
const spare = 6;

export class DomainList {
  readonly #page: PackedPage;
  readonly #kinds: readonly Kind[];
  readonly #frame: HTMLElement;
  readonly #list: HTMLElement;
  readonly #shown = new Map<number, HTMLLIElement>();
  #positions: readonly number[] = [];
  /** The row that Tab stops at. */
  #active = 0;
  #current: string | null = null;
  #rowHeight = 0;
  #scheduled = false;

  /** @param frame what scrolls on a wide screen; on a narrow one the page does. */
  constructor(page: PackedPage, kinds: readonly Kind[], frame: HTMLElement, list: HTMLElement) {
    this.#page = page;
    this.#kinds = kinds;
    this.#frame = frame;
    this.#list = list;
    const update = (): void => {
      this.#schedule();
    };
    document.addEventListener("scroll", update, { capture: true, passive: true });
    new ResizeObserver(update).observe(frame);
    addEventListener("resize", update);
    list.addEventListener("keydown", (event) => {
      this.#onKey(event);
    });
    list.addEventListener("focusin", (event) => {
      const row = (event.target as Element).closest("li");
      if (row !== null) this.#activate(Number(row.getAttribute("aria-posinset")) - 1);
    });
  }

  /** Shows other domains, from the top. */
  show(positions: readonly number[]): void {
    this.#positions = positions;
    this.#frame.scrollTop = 0;
    this.#clear();
    const current = positions.findIndex((one) => this.#nameAt(one) === this.#current);
    this.#active = Math.max(0, current);
    this.#draw();
  }

  /** Marks the domain that is being looked at, and brings it into sight. */
  mark(domain: string | null): void {
    this.#current = domain;
    const row = this.#positions.findIndex((one) => this.#nameAt(one) === domain);
    if (row !== -1) this.#active = row;
    this.#clear();
    this.#draw();
    if (row !== -1) this.#shown.get(row)?.scrollIntoView({ block: "nearest" });
    this.#draw();
  }

  /** Puts the keyboard into the list. */
  focus(): void {
    this.#move(this.#active);
  }

  /** Draws what is in sight now; for when the list was hidden before. */
  refresh(): void {
    this.#draw();
  }

  #nameAt(position: number): string | undefined {
    return this.#page.domains[position]?.[0];
  }

  #clear(): void {
    for (const row of this.#shown.values()) row.remove();
    this.#shown.clear();
    this.#list.style.height = `calc(var(--row) * ${String(this.#positions.length)})`;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  #draw(): void {
    const [first, end] = this.#inSight();
    const keep = new Set([this.#active]);
    for (let row = first; row < end; row += 1) keep.add(row);
    for (const [row, element] of this.#shown) {
      if (keep.has(row)) continue;
      element.remove();
      this.#shown.delete(row);
    }
    let after = this.#list.firstElementChild;
    for (const row of [...keep].sort((a, b) => a - b)) {
      const position = this.#positions[row];
      if (position === undefined) continue;
      const known = this.#shown.get(row);
      if (known !== undefined) {
        after = known.nextElementSibling;
        continue;
      }
      const made = this.#makeRow(row, position);
      this.#shown.set(row, made);
      this.#list.insertBefore(made, after);
    }
  }

  /** The rows between the edges of the frame and of the window. */
  #inSight(): [first: number, end: number] {
    const count = this.#positions.length;
    const height = this.#measure();
    const frame = this.#frame.getBoundingClientRect();
    if (height === 0 || frame.height === 0) return [0, 0];
    const top = this.#list.getBoundingClientRect().top;
    const from = Math.max(0, frame.top) - top;
    const to = Math.min(innerHeight, frame.bottom) - top;
    return [
      Math.max(0, Math.floor(from / height) - spare),
      Math.min(count, Math.ceil(to / height) + spare),
    ];
  }

  #measure(): number {
    const total = this.#list.getBoundingClientRect().height;
    const count = this.#positions.length;
    if (count > 0) this.#rowHeight = total / count;
    return this.#rowHeight;
  }

  #makeRow(row: number, position: number): HTMLLIElement {
    const packed = this.#page.domains[position];
    const domain = packed?.[0] ?? "";
    const unicode = packed?.[1] ?? null;
    const kind = this.#kinds[position] ?? "reports";
    const made = h(
      "li",
      { "aria-setsize": this.#positions.length, "aria-posinset": row + 1 },
      h(
        "a",
        {
          href: hashOf(domain),
          title: domain,
          tabindex: row === this.#active ? 0 : -1,
          "aria-current": domain === this.#current ? "page" : null,
        },
        h("span", { class: "row-name" }, foreign(unicode ?? domain)),
        " ",
        h(
          "span",
          { class: `row-kind kind-${kind}` },
          icon(kind),
          kindWords[kind],
          unicode === null ? null : h("span", { class: "row-ascii" }, foreign(domain)),
        ),
      ),
    );
    made.style.top = `calc(var(--row) * ${String(row)})`;
    return made;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const height = this.#measure();
    const sight = Math.min(innerHeight, this.#frame.clientHeight);
    const page = Math.max(1, Math.floor(sight / Math.max(1, height)) - 1);
    const last = this.#positions.length - 1;
    const to: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: last,
    };
    const row = to[event.key];
    if (row === undefined) return;
    event.preventDefault();
    this.#move(Math.max(0, Math.min(last, row)));
  }

  #move(row: number): void {
    this.#activate(row);
    this.#draw();
    const link = this.#shown.get(row)?.querySelector("a");
    link?.focus({ preventScroll: true });
    this.#shown.get(row)?.scrollIntoView({ block: "nearest" });
  }

  #activate(row: number): void {
    this.#shown.get(this.#active)?.querySelector("a")?.setAttribute("tabindex", "-1");
    this.#active = row;
    this.#shown.get(row)?.querySelector("a")?.setAttribute("tabindex", "0");
  }
}

/** The address of a domain inside the page. */
export function hashOf(domain: string): string {
  // A lone surrogate cannot be written in an address; whoever has one gets a link to nowhere.
  return `#${encodeURIComponent(domain.replace(/\p{Surrogate}/gu, "\ufffd"))}`;
}

/** The domain that an address names, or null. */
export function domainOf(hash: string): string | null {
  if (hash.length < 2) return null;
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}
