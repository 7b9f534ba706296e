/** Every diagnostic code must be seen by a golden test: a file below test/golden/ that names it. */
import fs from "node:fs";
import { loadSource } from "./load-source.mjs";
import { inRoot } from "./root.mjs";

/** Lists the codes that no golden shows. */
export async function goldenCodes() {
  const { catalogue } = await loadSource("src/diagnostics/catalogue.ts");
  const seen = new Set();
  for (const entry of fs.readdirSync(inRoot("test/golden"), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isFile()) continue;
    const text = fs.readFileSync(`${entry.parentPath}/${entry.name}`, "utf8");
    for (const [code] of text.matchAll(/[a-z0-9-]+\/[a-z0-9-]+/g)) seen.add(code);
  }
  const codes = Object.keys(catalogue);
  const unseen = codes.filter((code) => !seen.has(code));
  return {
    ok: unseen.length === 0,
    output: unseen.map((code) => `${code} is in no golden test\n`).join(""),
    summary: `${codes.length - unseen.length} of ${codes.length} codes`,
  };
}
