/** The reports page's scripts and style, as they stand in it or beside it. */
import { inRoot } from "./root.mjs";

const room = "src/reports/page";

/** Compiles the page's client. Throws what esbuild throws. */
export async function bundleReportsPage() {
  const { build } = await import("esbuild");
  const shared = { absWorkingDir: inRoot(), bundle: true, write: false, logLevel: "silent" };
  const script = async (entry) => {
    const { outputFiles, metafile } = await build({
      ...shared,
      entryPoints: [`${room}/client/${entry}.ts`],
      format: "iife",
      platform: "browser",
      target: "es2022",
      charset: "ascii",
      minify: true,
      legalComments: "none",
      metafile: true,
    });
    return { text: textOf(outputFiles), inputs: Object.keys(metafile.inputs) };
  };
  const [overview, domain, style] = await Promise.all([
    script("overview"),
    script("domain"),
    build({ ...shared, entryPoints: [`${room}/style.css`], minify: true, legalComments: "none" }),
  ]);
  return {
    overviewScript: overview.text,
    domainScript: domain.text,
    style: textOf(style.outputFiles),
    /** Files that were bundled in, for their licences. */
    inputs: [...overview.inputs, ...domain.inputs],
  };
}

function textOf([file]) {
  const text = file.text.trim();
  if (/<\/(script|style)|<!--/i.test(text))
    throw new Error("the page's client would end its own element");
  return text;
}
