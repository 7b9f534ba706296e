/** Copy buttons. Copies the data's own text, not what is displayed of it. */
import { h } from "../../../pages/client/dom.ts";
import { icon } from "./icon.ts";

/** Tells a screen reader, and for a refusal everybody, what came of a copy. */
export interface Announcer {
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
}

const shownMilliseconds = 2000;

/**
 * Makes a button that copies a text.
 *
 * @param what the button's own words for it, such as `name`: it is announced as "Copy name".
 * @param display where the text is to be seen; it is selected when the browser refuses to copy.
 */
export function copyButton(
  text: string,
  what: string,
  display: Element,
  announcer: Announcer,
): HTMLButtonElement {
  const label = h("span", {}, "Copy");
  const button = h(
    "button",
    { type: "button", class: "copy", "aria-label": `Copy ${what}` },
    icon("copy"),
    icon("check"),
    label,
  );
  let timer = 0;
  button.addEventListener("click", () => {
    void copy(text, button).then((copied) => {
      if (!copied) {
        select(display);
        announcer.warn(
          "This browser did not allow copying. The text is selected: press Ctrl+C (⌘C on a Mac).",
        );
        return;
      }
      announcer.say(`Copied ${what}`);
      // Stays marked, so that whoever fills in a long form sees what is done.
      button.classList.add("copied");
      label.textContent = "Copied";
      clearTimeout(timer);
      timer = window.setTimeout(() => (label.textContent = "Copy"), shownMilliseconds);
    });
  });
  return button;
}

/** Opened from disk, a page may have no clipboard, or one that refuses. */
async function copy(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text, button);
  }
}

function copyBySelection(text: string, button: HTMLElement): boolean {
  const area = h("textarea", { class: "off-screen", readonly: true, "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  let copied = false;
  try {
    // Deprecated, and still the only way where the clipboard is missing.
    copied = (document as { execCommand(command: string): boolean }).execCommand("copy");
  } catch {
    copied = false;
  }
  area.remove();
  button.focus({ preventScroll: true });
  return copied;
}

function select(display: Element): void {
  getSelection()?.selectAllChildren(display);
}
