/** The page's folder is replaced as a whole, and nothing is written through a link. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeNonce, PageFolder, writeIntoPage } from "../../../src/reports/page/page-folder.ts";

let root = "";
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-page-"));
});
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

const reports = (): string => path.join(root, ".stspress", "reports");
const tree = (folder: string): string[] => {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .sort();
};

function writePage(files: Readonly<Record<string, string>>): string {
  const folder = new PageFolder(root);
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder.publish();
}

describe("a whole page", () => {
  test("takes the place of the one before, of which nothing stays", () => {
    const first = writePage({ "index.html": "1", "domains/gone.example.html": "1" });
    expect(first).toBe(path.join(reports(), "page"));
    writePage({ "index.html": "2", "domains/new.example.html": "2" });
    expect(tree(first)).toEqual(["domains/new.example.html", "index.html"]);
    expect(fs.readFileSync(path.join(first, "index.html"), "utf8")).toBe("2");
    expect(fs.readdirSync(reports())).toEqual(["page"]);
  });

  test("is not seen before it is published, and not at all when it is discarded", () => {
    const page = writePage({ "index.html": "1" });
    const folder = new PageFolder(root);
    folder.write("index.html", "2");
    expect(fs.readFileSync(path.join(page, "index.html"), "utf8")).toBe("1");
    folder.discard();
    expect(fs.readdirSync(reports())).toEqual(["page"]);
  });

  test("completes what a killed process left: between the two renames, or before", () => {
    const page = writePage({ "index.html": "1" });
    fs.renameSync(page, `${page}.old`);
    fs.mkdirSync(`${page}.new`);
    fs.writeFileSync(path.join(`${page}.new`, "index.html"), "half");
    writePage({ "index.html": "2" });
    expect(tree(page)).toEqual(["index.html"]);
    expect(fs.readFileSync(path.join(page, "index.html"), "utf8")).toBe("2");
    expect(fs.readdirSync(reports())).toEqual(["page"]);
  });

  test("replaces a link, and leaves alone what it leads to", () => {
    const elsewhere = path.join(root, "elsewhere");
    fs.mkdirSync(elsewhere);
    fs.writeFileSync(path.join(elsewhere, "precious"), "");
    fs.mkdirSync(reports(), { recursive: true });
    for (const name of ["page", "page.new", "page.old"]) {
      fs.symlinkSync(elsewhere, path.join(reports(), name));
    }
    const page = writePage({ "index.html": "1" });
    expect(fs.lstatSync(page).isDirectory()).toBe(true);
    expect(tree(elsewhere)).toEqual(["precious"]);
  });
});

describe("one file", () => {
  test("is added to the page and replaced when it is written again", () => {
    const page = writePage({ "index.html": "1" });
    expect(writeIntoPage(root, "alone/a.example.html", "a")).toBe(
      path.join(page, "alone/a.example.html"),
    );
    writeIntoPage(root, "alone/a.example.html", "b");
    expect(tree(page)).toEqual(["alone/a.example.html", "index.html"]);
    expect(fs.readFileSync(path.join(page, "alone/a.example.html"), "utf8")).toBe("b");
  });

  test("is there without a page", () => {
    const file = writeIntoPage(root, "alone/a.example.html", "a");
    expect(fs.readFileSync(file, "utf8")).toBe("a");
  });

  test.each(["page", "page/alone"])("is not written through a link at %s", (linked) => {
    const elsewhere = path.join(root, "elsewhere");
    fs.mkdirSync(elsewhere);
    fs.mkdirSync(path.dirname(path.join(reports(), linked)), { recursive: true });
    fs.symlinkSync(elsewhere, path.join(reports(), linked));
    expect(() => writeIntoPage(root, "alone/a.example.html", "a")).toThrow(/is a link/);
    expect(tree(elsewhere)).toEqual([]);
  });
});

test("a nonce is new each time and fits an attribute", () => {
  expect(makeNonce()).toMatch(/^[\w-]{22}$/);
  expect(makeNonce()).not.toBe(makeNonce());
});
