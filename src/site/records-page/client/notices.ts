/** What to know before you change anything: what is not live yet, and what senders still hold. */
import type { PageDomain, PagePolicy } from "../../page-data.ts";
import { copyButton, type Announcer } from "./clipboard.ts";
import { code, h, type Child } from "../../../pages/client/dom.ts";
import { icon, type IconName } from "./icon.ts";
import { momentWords } from "../../../pages/wording.ts";

/** @param now seconds, by the reader's clock: only to tell whether a hold has passed. */
export function notices(
  domain: PageDomain,
  policies: readonly PagePolicy[],
  now: number,
  announcer: Announcer,
): HTMLElement[] {
  const found: HTMLElement[] = [];
  if (domain.policy !== null && domain.live === null) found.push(notLive(domain, announcer));
  const held = domain.held.flatMap((index) => policies[index] ?? []);
  if (domain.hold === "open") found.push(heldWithoutEnd(held));
  else if (domain.hold !== null) {
    found.push(domain.hold > now ? heldUntil(domain.hold, held) : holdPassed(domain.hold));
  }
  return found;
}

function notice(name: IconName, title: string, ...words: readonly Child[]): HTMLElement {
  return h(
    "div",
    { class: `notice notice-${name}` },
    icon(name),
    h("div", {}, h("p", {}, h("strong", {}, title), " ", words)),
  );
}

function notLive(domain: PageDomain, announcer: Announcer): HTMLElement {
  const command = `stspress live ${domain.domain}`;
  const display = code(command);
  const made = notice(
    "upload",
    "Not recorded as live.",
    "Once you have deployed this build and the policy is served, record it:",
  );
  made.lastElementChild?.append(
    h("p", { class: "command" }, display, copyButton(command, "command", display, announcer)),
  );
  return made;
}

function heldWithoutEnd(held: readonly PagePolicy[]): HTMLElement {
  return notice(
    "clock",
    "Some senders may still hold the earlier policy.",
    "Until when is known once you record the current policy as live. Until then, ",
    keep(held),
  );
}

function heldUntil(hold: number, held: readonly PagePolicy[]): HTMLElement {
  return notice(
    "clock",
    `Until ${momentWords(hold)} some senders may still hold the earlier policy.`,
    "Until then, ",
    keep(held),
  );
}

function holdPassed(hold: number): HTMLElement {
  return notice(
    "check",
    "No sender holds the earlier policy any more.",
    `Its last copies expired on ${momentWords(hold)}.`,
  );
}

/** What must not change while an earlier policy is held. */
function keep(held: readonly PagePolicy[]): HTMLElement {
  const enforced = held.filter((policy) => policy.mode === "enforce");
  if (enforced.length === 0) {
    return h("span", {}, "keep the policy host running and the records below published.");
  }
  // A sender holds one of them, nobody knows which: a host is safe that each of them names.
  const [first, ...others] = enforced;
  const common = (first?.mx ?? []).filter((one) => others.every(({ mx }) => mx.includes(one)));
  const listed = common.slice(0, 6).flatMap((one, index): Child[] => {
    return [index === 0 ? null : ", ", code(one)];
  });
  if (common.length > 6) listed.push(` and ${String(common.length - 6)} more`);
  return h(
    "span",
    {},
    "keep the policy host running, and keep receiving mail at hosts that the earlier policy names",
    listed.length === 0 ? "." : [": ", listed, "."].flat(),
  );
}
