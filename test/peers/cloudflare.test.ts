/** The generated worker in Cloudflare's own runtime. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cleanup } from "./support/cleanup.ts";
import { hasMiniflare, startWorker, type WorkerRuntime } from "./support/miniflare.ts";
import { describePeers } from "./support/programs.ts";
import { buildSite, policyText } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

const enforced = policyText("enforce", ["mx1.one.example", "*.mail.example.net"]);
const testing = policyText("testing", ["mx.two.example"], 86_400);
const policies = new Map([
  ["one.example", enforced],
  ["two.example", testing],
  ["xn--bcher-kva.example", enforced],
]);

const policyUrl = (host: string): string => `https://${host}/.well-known/mta-sts.txt`;

describePeers(
  "the worker in miniflare",
  [],
  () => {
    const cleanup = new Cleanup();
    let folder = "";
    let worker: WorkerRuntime;

    beforeAll(async () => {
      folder = makeTempFolder("cloudflare", cleanup);
      const address = { ipv4: [], ipv6: [], host: "acme-sts.pages.dev" };
      buildSite(folder, policies, { cloudflare: { address, plan: "free" } });
      worker = await startWorker(path.join(folder, "dist/cloudflare/_worker.js"));
      cleanup.add(() => worker.dispose());
    });

    afterAll(() => cleanup.run());

    test.each([...policies])("GET of the policy of %s", async (domain, text) => {
      const answer = await worker.dispatchFetch(policyUrl(`mta-sts.${domain}`));
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await answer.text()).toBe(text);
    });

    test.each([
      "MTA-STS.One.Example",
      "mta-sts.one.example.",
      "mta-sts.one.example:8443",
      "mta-sts.bücher.example",
    ])("%s is one of ours", async (host) => {
      const answer = await worker.dispatchFetch(policyUrl(host));
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(enforced);
    });

    test("HEAD gives the same without a body", async () => {
      const url = policyUrl("mta-sts.one.example");
      const answer = await worker.dispatchFetch(url, { method: "HEAD" });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(await answer.text()).toBe("");
    });

    test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is not answered", async (method) => {
      const answer = await worker.dispatchFetch(policyUrl("mta-sts.one.example"), { method });
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain("STSv1");
    });

    test.each([
      "mta-sts.nowhere.example",
      "one.example",
      "acme-sts.pages.dev",
      "__proto__",
      "constructor",
      "mta-sts.one.example..",
    ])("nothing for %s", async (host) => {
      const answer = await worker.dispatchFetch(policyUrl(host));
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain("STSv1");
    });

    test.each([
      "/",
      "/.well-known/",
      "/.well-known/mta-sts.txt/",
      "/.well-known/MTA-STS.txt",
      "//.well-known/mta-sts.txt",
      "/.well-known/mta-sts.txt%00",
      "/_worker.js",
    ])("nothing at %s", async (wrong) => {
      const answer = await worker.dispatchFetch(`https://mta-sts.one.example${wrong}`);
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain("STSv1");
    });

    test("only the policy's path wakes the worker", () => {
      const text = fs.readFileSync(path.join(folder, "dist/cloudflare/_routes.json"), "utf8");
      const routes = JSON.parse(text) as unknown;
      expect(routes).toEqual({ version: 1, include: ["/.well-known/mta-sts.txt"], exclude: [] });
    });
  },
  { "miniflare (npm ci --prefix test/peers)": hasMiniflare },
);
