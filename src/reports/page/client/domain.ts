/** The script of a domain's page: draws its charts. */
import { ChartPanel } from "./chart-panel.ts";
import type { PolicyMark } from "./plot.ts";

/** The times at which policies went live, from the table of instances. */
function readMarks(): PolicyMark[] {
  return [...document.querySelectorAll<HTMLElement>("tr[data-live]")]
    .map(({ dataset }) => ({
      at: Number(dataset["live"]),
      mode: (dataset["mode"] ?? "").slice(0, 20),
    }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at);
}

const marks = readMarks();
const panels = [...document.querySelectorAll<HTMLElement>("[data-charts]")].map((host) => {
  return new ChartPanel(host, marks);
});

// A canvas does not follow the style sheet by itself.
for (const media of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "print"]) {
  matchMedia(media).addEventListener("change", () => {
    for (const one of panels) one.draw();
  });
}
