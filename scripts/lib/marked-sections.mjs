/**
 * Parts of the documentation that are made from the program, between `<!-- BEGIN name -->` and
 * `<!-- END name -->`. Everything around them is written by hand.
 */
import fs from "node:fs";
import { commandsSection } from "./commands-section.mjs";
import { packagesSection } from "./packages-section.mjs";
import { inRoot } from "./root.mjs";

/** Who makes which section, as Markdown. */
const providers = {
  commands: commandsSection,
  packages: packagesSection,
};

/** Each page with a marked section, as it is and as it should be. */
export async function markedPages() {
  const pages = ["README.md", "SECURITY.md"];
  for (const name of fs.readdirSync(inRoot("docs"), { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  const made = new Map();
  const result = [];
  for (const file of pages.filter((name) => fs.existsSync(inRoot(name)))) {
    const present = fs.readFileSync(inRoot(file), "utf8");
    result.push({ file, present, ...(await remake(file, present, made)) });
  }
  return result;
}

async function remake(file, text, made) {
  const complaints = [];
  let wanted = "";
  let rest = text;
  for (;;) {
    const begin = /^<!-- BEGIN ([a-z-]+) -->\n/m.exec(rest);
    if (begin === null) break;
    const name = begin[1];
    const end = rest.indexOf(`<!-- END ${name} -->`, begin.index);
    if (end === -1 || !(name in providers)) {
      complaints.push(`${file}: ${end === -1 ? "no end of" : "nobody makes"} the section ${name}`);
      break;
    }
    if (!made.has(name)) made.set(name, (await providers[name]()).trim());
    wanted += `${rest.slice(0, begin.index)}${begin[0]}\n${made.get(name)}\n\n`;
    rest = rest.slice(end);
  }
  return { wanted: wanted + rest, complaints };
}
