/** The records page: a list that is searched, and one domain that is looked at; the address says which. */
import { unpackDomain, type PackedPage } from "../codec.ts";
import type { Announcer } from "./clipboard.ts";
import { DomainList, domainOf, hashOf, kindWords } from "./domain-list.ts";
import { domainView } from "./domain-view.ts";
import { foreign, h, part } from "../../../pages/client/dom.ts";
import { icon } from "./icon.ts";
import { kinds, SearchIndex, type Kind } from "./search.ts";
import { plural, thousands } from "../../../pages/wording.ts";

class RecordsPage {
  readonly #page: PackedPage;
  readonly #index: SearchIndex;
  readonly #positionOf: ReadonlyMap<string, number>;
  readonly #list: DomainList;
  readonly #main = part("main");
  readonly #status = part("status");
  readonly #search = part("search") as HTMLInputElement;
  readonly #announcer: Announcer;
  readonly #title = document.title;
  #found: readonly number[] = [];
  #kind: Kind | null = null;
  #listScroll = 0;

  constructor(page: PackedPage) {
    this.#page = page;
    this.#index = new SearchIndex(page);
    this.#positionOf = new Map(page.domains.map(([domain], position) => [domain, position]));
    this.#list = new DomainList(page, this.#index.kinds, part("list-frame"), part("list"));
    this.#announcer = makeAnnouncer(part("said"), part("warned"));
  }

  start(): void {
    const many = this.#page.domains.length > 1;
    document.body.dataset["size"] = many ? "many" : "few";
    part("filters").append(...this.#filters());
    part("rail").hidden = !many;
    document.body.classList.remove("loading");
    this.#search.addEventListener("input", () => {
      this.#find();
    });
    this.#search.addEventListener("keydown", (event) => {
      this.#onSearchKey(event);
    });
    // Its own address would name a domain.
    document.querySelector(".skip")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.#focusMain();
    });
    addEventListener("hashchange", () => {
      this.#open(true);
    });
    this.#find();
    this.#open(false);
  }

  /** One radio button per kind that occurs, and one for all. */
  #filters(): HTMLElement[] {
    const choice = (kind: Kind | null, count: number): HTMLElement => {
      const input = h("input", { type: "radio", name: "kind", checked: kind === null });
      input.addEventListener("change", () => {
        this.#kind = kind;
        this.#find();
      });
      const words = kind === null ? "all" : kindWords[kind];
      return h(
        "label",
        { class: `filter kind-${kind ?? "all"}` },
        input,
        kind === null ? null : icon(kind),
        words,
        " ",
        h("span", { class: "count" }, thousands(count)),
      );
    };
    return [
      choice(null, this.#page.domains.length),
      ...kinds
        .filter((kind) => this.#index.counts[kind] > 0)
        .map((kind) => choice(kind, this.#index.counts[kind])),
    ];
  }

  #find(): void {
    this.#found = this.#index.find(this.#search.value, this.#kind);
    this.#list.show(this.#found);
    const all = this.#page.domains.length;
    this.#status.textContent =
      this.#found.length === all
        ? plural(all, "domain")
        : `${thousands(this.#found.length)} of ${plural(all, "domain")}`;
    part("nothing").hidden = this.#found.length > 0;
  }

  #onSearchKey(event: KeyboardEvent): void {
    const [only] = this.#found;
    if (event.key === "ArrowDown" && only !== undefined) {
      event.preventDefault();
      this.#list.focus();
    }
    if (event.key === "Enter" && this.#found.length === 1 && only !== undefined) {
      location.hash = hashOf(this.#page.domains[only]?.[0] ?? "");
    }
    if (event.key === "Escape" && this.#search.value !== "") {
      event.preventDefault();
      this.#search.value = "";
      this.#find();
    }
  }

  /** Shows what the address names. */
  #open(moved: boolean): void {
    const { domains } = this.#page;
    const named = domainOf(location.hash);
    const wanted = domains.length === 1 ? (domains[0]?.[0] ?? null) : named;
    const position = wanted === null ? undefined : this.#positionOf.get(wanted);
    const packed = position === undefined ? undefined : domains[position];
    const before = document.body.dataset["view"];
    if (before === "list") this.#listScroll = scrollY;
    document.body.dataset["view"] = wanted === null ? "list" : "domain";
    for (const [id, shown] of [
      ["overview", wanted === null && domains.length > 0],
      ["empty", wanted === null && domains.length === 0],
      ["unknown", wanted !== null && packed === undefined],
    ] as const) {
      part(id).hidden = !shown;
    }
    part("unknown-name").replaceChildren(foreign(wanted ?? ""));
    const shown = part("domain");
    shown.replaceChildren();
    if (packed !== undefined) {
      const domain = unpackDomain(this.#page, packed);
      const now = Date.now() / 1000;
      shown.append(
        domainView(domain, this.#page.policies, now, this.#announcer),
        this.#neighbours(packed[0]),
      );
    }
    document.title =
      packed === undefined ? this.#title : `${packed[1] ?? packed[0]} · ${this.#title}`;
    this.#list.mark(packed?.[0] ?? null);
    if (!moved) return;
    if (wanted === null) {
      scrollTo(0, this.#listScroll);
      this.#list.refresh();
    } else {
      scrollTo(0, 0);
      this.#focusMain();
    }
  }

  #focusMain(): void {
    for (const heading of this.#main.querySelectorAll("h2")) {
      // Those of hidden parts do not take it.
      heading.focus({ preventScroll: true });
    }
  }

  /** Links to the domains before and after this one in the list as it is filtered. */
  #neighbours(domain: string): HTMLElement {
    const nav = h("nav", { class: "neighbours", "aria-label": "Neighbouring domains" });
    const at = this.#found.findIndex((position) => this.#page.domains[position]?.[0] === domain);
    if (at === -1) return nav;
    for (const [step, words] of [
      [-1, "Previous"],
      [1, "Next"],
    ] as const) {
      const position = this.#found[at + step];
      const packed = position === undefined ? undefined : this.#page.domains[position];
      if (packed === undefined) continue;
      const name = h("span", { class: "neighbour-name" }, foreign(packed[1] ?? packed[0]));
      nav.append(
        h(
          "a",
          { href: hashOf(packed[0]), class: step < 0 ? "previous" : "next" },
          icon(step < 0 ? "back" : "forward"),
          h("span", {}, h("span", { class: "note" }, words), " ", name),
        ),
      );
    }
    return nav;
  }
}

function makeAnnouncer(said: HTMLElement, warned: HTMLElement): Announcer {
  let timer = 0;
  const set = (element: HTMLElement, text: string, milliseconds: number): void => {
    said.textContent = "";
    warned.textContent = "";
    // A reader speaks a change; the same words twice are none unless something lay between.
    requestAnimationFrame(() => (element.textContent = text));
    clearTimeout(timer);
    timer = window.setTimeout(() => (element.textContent = ""), milliseconds);
  };
  return {
    say: (text) => {
      set(said, text, 4000);
    },
    warn: (text) => {
      set(warned, text, 12_000);
    },
  };
}

new RecordsPage(JSON.parse(part("data").textContent) as PackedPage).start();
