/**
 * The package as its users get it: packed, installed in an empty folder, type-checked strictly from
 * a consumer, imported, and its command run.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { inRoot, root } from "./root.mjs";
import { run } from "./run.mjs";

const consumer = `
import {
  formatPolicy,
  mxMatches,
  parsePolicy,
  parseStsRecord,
  parseTlsRptRecord,
} from "stspress";

const text = "version: STSv1\\r\\nmode: enforce\\r\\nmx: *.example.com\\r\\nmax_age: 604800\\r\\n";
const parsed = parsePolicy(text);
if (!parsed.ok) throw new Error(parsed.problems.map((one) => one.code).join());
const again: string = formatPolicy(parsed.value);
if (again !== text) throw new Error(again);
const matched: boolean = mxMatches("*.example.com", "mx1.example.com");
if (!matched || mxMatches("*.example.com", "a.b.example.com")) throw new Error("mxMatches");
const record = parseStsRecord("v=STSv1; id=20261124T000000Z;");
if (!record.ok || record.value.id !== "20261124T000000Z") throw new Error("parseStsRecord");
if (!parseTlsRptRecord("v=TLSRPTv1; rua=mailto:a@example.com").ok) throw new Error("parseTlsRptRecord");
const broken = parsePolicy("version: STSv1\\n\\nmode: enforce");
if (broken.ok || broken.problems.length === 0) throw new Error("a broken policy was accepted");
`;

/** Packs, installs, type-checks and runs. */
export async function packageCheck() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-package-"));
  let output = "";
  const step = async (command, args, options) => {
    const result = await run(command, args, options);
    if (result.code !== 0) {
      output += `${path.basename(command)} ${args.join(" ")} exited with ${result.code}\n${result.output}\n`;
    }
    return result.code === 0 ? result.stdout : null;
  };
  try {
    // Scripts are off in .npmrc for everybody else's sake; prepack is our own.
    const packed = await step(
      "npm",
      [
        "pack",
        "--ignore-scripts=false",
        "--foreground-scripts=false",
        "--json",
        "--pack-destination",
        folder,
      ],
      { cwd: root },
    );
    if (packed === null) return { ok: false, output };
    const [{ filename, size, files }] = JSON.parse(packed.slice(packed.indexOf("[\n")));
    const misplaced = files
      .map((one) => one.path)
      .filter((name) => /^(src|test|scripts|domains)\//.test(name));
    if (misplaced.length > 0) output += `packed by mistake: ${misplaced.join(", ")}\n`;

    const put = (name, value) =>
      fs.writeFileSync(
        path.join(folder, name),
        typeof value === "string" ? value : JSON.stringify(value),
      );
    put("package.json", { name: "consumer", private: true, type: "module" });
    put("consumer.ts", consumer);
    put("tsconfig.json", {
      compilerOptions: {
        target: "ES2022",
        module: "NodeNext",
        strict: true,
        exactOptionalPropertyTypes: true,
        // The types of the package are checked too, and without those of Node.
        skipLibCheck: false,
        types: [],
        outDir: "out",
      },
      files: ["consumer.ts"],
    });
    const here = { cwd: folder };
    const installed = await step(
      "npm",
      ["install", "--no-audit", "--no-fund", "--loglevel=error", `./${filename}`],
      here,
    );
    if (installed === null) return { ok: false, output };
    await step(process.execPath, [inRoot("node_modules/typescript/bin/tsc"), "-p", "."], here);
    await step(process.execPath, [path.join(folder, "out/consumer.js")], here);
    const version = await step("npx", ["--no-install", "stspress", "--version"], here);
    const { version: wanted } = JSON.parse(fs.readFileSync(inRoot("package.json"), "utf8"));
    if (version !== null && !version.includes(wanted)) {
      output += `stspress --version printed ${JSON.stringify(version)}, not ${wanted}\n`;
    }
    return { ok: output === "", output, summary: `${Math.round(size / 1024)} KB packed` };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
