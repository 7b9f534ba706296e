/** Prints, when a run is over, which peers were not tested because a program is missing. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export default function setup(): () => void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-skipped-"));
  const record = path.join(folder, "skipped");
  process.env["STSPRESS_SKIPPED"] = record;
  return () => {
    const skipped = fs.existsSync(record) ? fs.readFileSync(record, "utf8") : "";
    fs.rmSync(folder, { recursive: true });
    const missing = new Map<string, Set<string>>();
    for (const line of skipped.split("\n").filter((one) => one !== "")) {
      const [file = "", program = ""] = line.split("\t");
      missing.set(file, (missing.get(file) ?? new Set()).add(program));
    }
    if (missing.size === 0) return;
    const rows = [...missing].map(([file, names]) => `  ${file}: needs ${[...names].join(", ")}\n`);
    process.stdout.write(
      `\nSkipped, because a program is not installed (npm run test:peers insists on them):\n${rows.sort().join("")}`,
    );
  };
}
