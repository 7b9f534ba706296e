/**
 * TypeScript under src/ → JavaScript under build/, in one directory and with everything bundled in:
 * a file that Node does not open is time that a command does not take. Heavy modules stay in chunks
 * of their own and are loaded by the verbs that need them.
 */
import fs from "node:fs";
import path from "node:path";
import { bundleRecordsPage } from "./records-page.mjs";
import { bundleReportsPage } from "./reports-page.mjs";
import { inRoot, root } from "./root.mjs";

/** What is started by name: the command, the library, and every file that is called `…-worker.ts`. */
function entryPoints() {
  const workers = fs
    .readdirSync(inRoot("src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("-worker.ts"))
    .map((file) => path.join("src", file));
  return [{ in: "src/main.ts", out: "cli" }, "src/index.ts", ...workers.sort()];
}

/** The settings that every bundle of this project shares, tests' and documentation's included. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // A native library, which may be missing: it is loaded from where it is installed.
  external: ["@duckdb/node-bindings"],
  // Dependencies in CommonJS call require() for Node's own modules; in an ES module there is none.
  banner: {
    js: `import { createRequire as bundledRequire } from "node:module"; const require = bundledRequire(import.meta.url);`,
  },
  logLevel: "silent",
};

/** Compiles into build/; files that would not change are left alone. */
export async function compile() {
  const { build, formatMessages } = await import("esbuild");
  let result;
  let page;
  let reportsPage;
  try {
    page = await bundleRecordsPage();
    reportsPage = await bundleReportsPage();
    result = await build({
      ...bundling,
      entryPoints: entryPoints(),
      entryNames: "[name]",
      chunkNames: "chunk-[hash]",
      outdir: "build",
      splitting: true,
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: "none",
      metafile: true,
      write: false,
    });
  } catch (error) {
    const lines = await formatMessages(error.errors ?? [], { kind: "error", color: false });
    return {
      ok: false,
      message: `the program does not compile\n${lines.join("") || error.message}`,
    };
  }
  const files = result.outputFiles.map((file) => ({
    name: path.relative(inRoot("build"), file.path),
    bytes: withShebang(path.basename(file.path), Buffer.from(file.contents)),
  }));
  files.push({ name: "records-page.js", bytes: Buffer.from(page.script) });
  files.push({ name: "records-page.css", bytes: Buffer.from(page.style) });
  files.push({ name: "reports-overview.js", bytes: Buffer.from(reportsPage.overviewScript) });
  files.push({ name: "reports-domain.js", bytes: Buffer.from(reportsPage.domainScript) });
  files.push({ name: "reports-page.css", bytes: Buffer.from(reportsPage.style) });
  files.push({
    name: "third-party-licences.txt",
    bytes: Buffer.from(licences([...Object.keys(result.metafile.inputs), ...reportsPage.inputs])),
  });
  try {
    put(inRoot("build"), files);
  } catch (error) {
    return {
      ok: false,
      message: `cannot write the compiled program: ${error.message}\nfix: make build/ writable for you, or delete it (an earlier run as root may own it)`,
    };
  }
  return { ok: true };
}

function withShebang(name, bytes) {
  if (name !== "cli.js" || bytes.subarray(0, 2).toString() === "#!") return bytes;
  return Buffer.concat([Buffer.from("#!/usr/bin/env node\n"), bytes]);
}

/**
 * Replaces files by rename, what is referred to before what refers to it, so that a command started
 * at any moment, or two compilations at once, find a whole program.
 */
function put(folder, files) {
  fs.mkdirSync(folder, { recursive: true });
  const isChunk = (name) => name.startsWith("chunk-");
  for (const { name, bytes } of files.sort((a, b) => isChunk(b.name) - isChunk(a.name))) {
    const target = path.join(folder, name);
    if (fs.existsSync(target) && fs.readFileSync(target).equals(bytes)) continue;
    const temporary = path.join(folder, `.${name}.${process.pid}`);
    fs.writeFileSync(temporary, bytes, { mode: name === "cli.js" ? 0o755 : 0o644 });
    fs.renameSync(temporary, target);
  }
  // A command that runs since before the last change may still load its chunks.
  const changed = Math.max(...files.map(({ name }) => mtimeOf(path.join(folder, name))));
  if (Date.now() - changed < 600_000) return;
  const current = new Set(files.map((file) => file.name));
  for (const name of fs.readdirSync(folder)) {
    if (name.endsWith(".js") && !current.has(name))
      fs.rmSync(path.join(folder, name), { force: true });
  }
}

function mtimeOf(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

/** The licences of the packages that were bundled in, which their authors ask to be kept. */
function licences(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (found !== null) packages.add(found[0]);
  }
  const texts = [...packages].sort().map((folder) => {
    const manifest = JSON.parse(fs.readFileSync(inRoot(folder, "package.json"), "utf8"));
    const file = fs.readdirSync(inRoot(folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file === undefined ? "" : fs.readFileSync(inRoot(folder, file), "utf8").trim();
    return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
