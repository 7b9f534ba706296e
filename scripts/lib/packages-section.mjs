/** The packages that the program consists of: what is bundled into build/, and what npm installs beside it. */
import fs from "node:fs";
import { inRoot } from "./root.mjs";

/** Prints the section of SECURITY.md. */
export function packagesSection() {
  const bundled = bundledPackages();
  const installed = installedPackages();
  const native = installed.filter(({ systems }) => systems !== null);
  const everywhere = installed.filter(({ systems }) => systems === null);
  const count = everywhere.length + Math.min(native.length, 1);
  return [
    `**${bundled.length} packages are bundled** into \`build/\`:`,
    "",
    bundled.map((name) => `\`${name}\``).join(" · "),
    "",
    `**${count} packages are installed** beside it, by npm, where the store of reports can be used:`,
    "",
    ...everywhere.map(({ name }) => `- \`${name}\``),
    `- one of ${native.map(({ name }) => `\`${name}\``).join(", ")}, by system`,
  ].join("\n");
}

/** Name and version of each, from the licences that the compiler wrote for what its metafile names. */
function bundledPackages() {
  const text = fs.readFileSync(inRoot("build/third-party-licences.txt"), "utf8");
  const heads = text.split(`\n${"-".repeat(80)}\n\n`).map((one) => one.split("\n")[0]);
  const names = heads.map((head) => /^(\S+) (\S+) \(/.exec(head)?.slice(1, 3).join(" "));
  if (names.includes(undefined)) throw new Error("build/third-party-licences.txt is not readable");
  return names.sort((a, b) => (a < b ? -1 : 1));
}

/** What package-lock.json installs for who installs the package, with the systems that each is for. */
function installedPackages() {
  const { packages } = JSON.parse(fs.readFileSync(inRoot("package-lock.json"), "utf8"));
  const found = new Map();
  const follow = ({ dependencies = {}, optionalDependencies = {} }) => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const locked = packages[`node_modules/${name}`];
      if (locked === undefined) throw new Error(`package-lock.json has no ${name}`);
      if (found.has(name)) continue;
      found.set(name, { name: `${name} ${locked.version}`, systems: locked.os ?? null });
      follow(locked);
    }
  };
  follow(packages[""]);
  return [...found.values()];
}
