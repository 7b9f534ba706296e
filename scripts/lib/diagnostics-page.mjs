/**
 * docs/diagnostics.md: one row per code of the catalogue. A row's prose is written by hand; its
 * heading, severity and source come from the catalogue, and so does the order of the rows.
 */
import fs from "node:fs";
import { loadSource } from "./load-source.mjs";
import { inRoot } from "./root.mjs";

const file = "docs/diagnostics.md";
const unwritten = "(Not written yet.)";

/** The page as it is and as it should be, and what only a person can fix. */
export async function diagnosticsPage() {
  const { catalogue } = await loadSource("src/diagnostics/catalogue.ts");
  const present = fs.existsSync(inRoot(file)) ? fs.readFileSync(inRoot(file), "utf8") : "";
  const { head, rows, subjects } = read(present);
  const complaints = [];
  const seen = new Set();
  for (const { code } of rows) {
    if (!(code in catalogue)) complaints.push(`${file}: ${code} is not a code of the catalogue`);
    if (seen.has(code)) complaints.push(`${file}: ${code} has two rows`);
    seen.add(code);
  }
  const prose = new Map(rows.map((row) => [row.code, row.prose]));
  const wanted = [head.trimEnd(), ""];
  let subject = null;
  for (const [code, { severity, source }] of Object.entries(catalogue)) {
    const written = prose.get(code) ?? unwritten;
    if (written === unwritten || written === "") {
      complaints.push(`${file}: ${code} has no prose: what it means, and why it is a rule`);
    }
    if (subject !== code.split("/")[0]) {
      subject = code.split("/")[0];
      wanted.push(`## ${subject}`, "", ...(subjects.get(subject) ?? []));
    }
    wanted.push(`### \`${code}\``, "", headline(severity, source), "", written, "");
  }
  return { file, present, wanted: wanted.join("\n"), complaints };
}

function headline(severity, source) {
  if (source === undefined) return `**${severity}**`;
  return `**${severity}** · ${source.startsWith("https:") ? `<${source}>` : source}`;
}

/** Takes the page apart: what stands above the first subject, and the prose of each subject and row. */
function read(text) {
  const [head = "", ...sections] = text.split(/^(?=## )/m);
  const rows = [];
  const subjects = new Map();
  for (const section of sections) {
    const [top = "", ...parts] = section.split(/^(?=### )/m);
    const [heading = "", ...intro] = top.trim().split("\n");
    const words = intro.join("\n").trim();
    if (words !== "") subjects.set(heading.slice(3).trim(), [words, ""]);
    for (const part of parts) {
      const [title = "", ...lines] = part.trim().split("\n");
      const code = title.slice(4).trim().replaceAll("`", "");
      const body = lines.join("\n").trim();
      rows.push({ code, prose: body.replace(/^\*\*(error|warning|note)\*\*.*(\n|$)/, "").trim() });
    }
  }
  return { head, rows, subjects };
}
