/** Cloudflare's own worker runtime, offline, through miniflare; installed by test/peers/package.json. */
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** What the tests use of a Miniflare instance. */
export interface WorkerRuntime {
  readonly ready: Promise<URL>;
  dispatchFetch(
    url: string,
    init?: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Response>;
  dispose(): Promise<void>;
}

interface MiniflareModule {
  readonly Miniflare: new (options: {
    readonly modules: true;
    readonly script: string;
    readonly compatibilityDate: string;
  }) => WorkerRuntime;
}

function locateMiniflare(): string | null {
  try {
    return createRequire(import.meta.url).resolve("miniflare");
  } catch {
    return null;
  }
}

const location = locateMiniflare();

export const hasMiniflare = location !== null;

/** Runs a worker script as a Pages project in advanced mode does. */
export async function startWorker(file: string): Promise<WorkerRuntime> {
  if (location === null) throw new Error("miniflare is not installed: npm ci --prefix test/peers");
  const { Miniflare } = (await import(pathToFileURL(location).href)) as MiniflareModule;
  const worker = new Miniflare({
    modules: true,
    script: fs.readFileSync(file, "utf8"),
    compatibilityDate: "2026-04-01",
  });
  await worker.ready;
  return worker;
}
