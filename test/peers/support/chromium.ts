/** What tests of pages in Chromium share. */
import type { Page } from "playwright-core";

/** It asks nobody for anything by itself. */
export const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Loads a page again, then types into its search: the milliseconds that its thread worked for the first, and
 * the most for one keystroke. That is the processor's time: what else the machine does is no part of it.
 */
export async function workOf(
  page: Page,
  queries: readonly string[],
): Promise<{ readonly load: number; readonly keystroke: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const painted = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))";
  const spent = async (action: () => Promise<unknown>): Promise<number> => {
    const read = async (): Promise<number> => {
      const { metrics } = await session.send("Performance.getMetrics");
      return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN);
    };
    const before = await read();
    await action();
    await page.evaluate(painted);
    return (await read()) - before;
  };
  const load = await spent(() => page.reload());
  let keystroke = 0;
  for (const query of queries) {
    const type = `{
      const search = document.getElementById("search");
      search.value = ${JSON.stringify(query)};
      search.dispatchEvent(new Event("input"));
    }`;
    keystroke = Math.max(keystroke, await spent(() => page.evaluate(type)));
  }
  await session.detach();
  return { load, keystroke };
}

/** Runs in the page: the visible texts whose contrast is below WCAG's 4.5 (3 for large ones). */
export const faintTexts = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (ground, color) => {
    canvas.fillStyle = ground;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    return "rgb(" + r + "," + g + "," + b + ")";
  };
  const groundOf = (element) => {
    if (element === null) return "rgb(255,255,255)";
    return over(groundOf(element.parentElement), getComputedStyle(element).backgroundColor);
  };
  const luminance = (color) => {
    const [r, g, b] = color.match(/\\d+/g).map((n) => {
      const c = n / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let seen = 0;
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (text === "" || !element.checkVisibility() || element.closest("script, style, noscript")) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const [a, b] = [luminance(over(ground, style.color)), luminance(ground)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    seen += 1;
    if (contrast < (large ? 3 : 4.5)) faint.push(contrast.toFixed(2) + ": " + text.slice(0, 40));
  }
  return { seen, faint };
})()`;
