/**
 * Makes a clone ready to run: the right Node, the locked packages, the compiled program. Every npm
 * script starts with it, so that `npm run build` is the first command and not the second. It needs
 * nothing but Node and npm, and takes a fraction of a second when everything is there.
 */

// Nothing is imported before this line: an old Node must reach the message, not a syntax error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `stspress needs Node 20.19 or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      `fix: install a current Node (https://nodejs.org/en/download) and run the command again`,
  );
  process.exit(2);
}

const { install } = await import("./lib/install.mjs");
const installed = install();
if (!installed.ok) {
  console.error(installed.message);
  process.exit(2);
}

const { compile } = await import("./lib/compile.mjs");
const compiled = await compile();
if (!compiled.ok) {
  console.error(compiled.message);
  process.exit(2);
}
