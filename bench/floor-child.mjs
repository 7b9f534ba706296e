/**
 * The least that a build could do: read the same inputs and write the same tree with plain fs calls.
 * Started as `node floor-child.mjs <site folder> <empty folder>`; prints the milliseconds it took.
 */
import fs from "node:fs";
import path from "node:path";

const [site = "", target = ""] = process.argv.slice(2);

// What is written is known before the clock starts: a floor computes nothing.
const folders = [];
const files = [];
const walk = (folder) => {
  for (const entry of fs.readdirSync(path.join(site, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      folders.push(path.join(target, name));
      walk(name);
    } else files.push([path.join(target, name), fs.readFileSync(path.join(site, name))]);
  }
};
walk("dist");

const started = performance.now();
const domains = path.join(site, "domains");
let bytes = 0;
for (const folder of fs.readdirSync(domains)) {
  for (const file of fs.readdirSync(path.join(domains, folder))) {
    bytes += fs.readFileSync(path.join(domains, folder, file)).length;
  }
}
fs.mkdirSync(path.join(target, "dist"));
for (const folder of folders) fs.mkdirSync(folder);
for (const [file, content] of files) fs.writeFileSync(file, content);
const ms = performance.now() - started;

process.stdout.write(`${JSON.stringify({ ms, bytes, files: files.length })}\n`);
