/**
 * The peers suite: the program against real servers, resolvers and browsers on loopback. Unlike
 * `npm test`, which skips what is not installed, it fails where a program is missing.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { missing, npmCi } from "./lib/install.mjs";
import { inRoot, root } from "./lib/root.mjs";

const peers = inRoot("test/peers");
if (fs.existsSync(inRoot("test/peers/package-lock.json"))) {
  const reason = missing(peers);
  const installed = reason === null ? { ok: true } : npmCi(peers, `test/peers: ${reason}`);
  if (!installed.ok) {
    console.error(installed.message);
    process.exit(2);
  }
}

const { status } = spawnSync(
  process.execPath,
  [
    inRoot("node_modules/vitest/vitest.mjs"),
    "run",
    "--update=none",
    "--project",
    "peers",
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, STSPRESS_PEERS: "require" } },
);
process.exitCode = status ?? 1;
