/** Every relative link of the documentation leads to a file, and every anchor to a heading. */
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.join(import.meta.dirname, "../..");

const pages = [
  ...fs.readdirSync(root).filter((name) => name.endsWith(".md")),
  ...filesBelow("docs").filter((name) => name.endsWith(".md")),
];

/** Pages of the platform that hosts the repository, from where it shows a file. */
const platform = /^\.\.\/\.\.\/(compare|releases)\//;

it.each(pages)("%s", (page) => {
  const text = withoutBlocks(fs.readFileSync(path.join(root, page), "utf8"));
  const broken = linksOf(text).filter((link) => !leads(page, link));
  expect(broken).toEqual([]);
});

it("every image is shown somewhere", () => {
  const shown = new Set(
    pages.flatMap((page) =>
      linksOf(fs.readFileSync(path.join(root, page), "utf8")).map((link) =>
        path.posix.join(path.posix.dirname(page), link),
      ),
    ),
  );
  expect(filesBelow("docs/images").filter((name) => !shown.has(name))).toEqual([]);
});

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join("/"));
}

function linksOf(text: string): string[] {
  const inline = [
    ...text.matchAll(/\]\(([^)\s]+)\)/g),
    ...text.matchAll(/(?:src|srcset)="([^"]+)"/g),
  ];
  const references = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
  return [...inline, ...references].map((found) => found[1] ?? "");
}

function leads(page: string, link: string): boolean {
  if (/^[a-z]+:/.test(link) || platform.test(link)) return true;
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? page : path.posix.join(path.posix.dirname(page), file);
  if (!fs.existsSync(path.join(root, target))) return false;
  return anchor === undefined || anchorsOf(target).has(anchor);
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = withoutBlocks(fs.readFileSync(path.join(root, page), "utf8"));
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function withoutBlocks(text: string): string {
  return text.replace(/^ *```[^]*?^ *```$/gm, "");
}
