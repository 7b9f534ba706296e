import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { inRoot, root } from "./root.mjs";

/** Runs one of the locked tools, or any program, and gives its exit code and all that it said. */
export function run(command, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", (error) =>
      resolve({ code: 127, stdout, output: `${output}${error.message}\n` }),
    );
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, output }));
  });
}

/** Runs a locked tool: a command of one of the installed packages. */
export function tool(name, args, options = {}) {
  return run(process.execPath, [toolPath(name), ...args], options);
}

// Not through npx, which takes longer to start than some of the tools.
function toolPath(name) {
  const folder = inRoot("node_modules", packages[name] ?? name);
  const { bin } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  return path.join(folder, typeof bin === "string" ? bin : bin[name]);
}

const packages = { tsc: "typescript", depcruise: "dependency-cruiser" };
