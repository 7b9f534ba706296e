/** The script and the style of the records page, as they stand in it. */
import { inRoot } from "./root.mjs";

const room = "src/site/records-page";

/** Compiles the page's client. Throws what esbuild throws. */
export async function bundleRecordsPage() {
  const { build } = await import("esbuild");
  const shared = { absWorkingDir: inRoot(), bundle: true, write: false, logLevel: "silent" };
  const [script, style] = await Promise.all([
    build({
      ...shared,
      entryPoints: [`${room}/client/main.ts`],
      format: "iife",
      platform: "browser",
      target: "es2022",
      charset: "ascii",
      minify: true,
      legalComments: "none",
    }),
    build({ ...shared, entryPoints: [`${room}/style.css`], minify: true, legalComments: "none" }),
  ]);
  return { script: textOf(script), style: textOf(style) };
}

function textOf({ outputFiles: [file] }) {
  const text = file.text.trim();
  if (/<\/(script|style)|<!--/i.test(text))
    throw new Error("the page's client would end its own element");
  return text;
}
