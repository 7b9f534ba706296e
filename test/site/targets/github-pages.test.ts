import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { GithubPagesSettings } from "../../../src/config/site-config.ts";
import { githubPages } from "../../../src/site/targets/github-pages.ts";
import { altering, publish, renderAll } from "./rendering.ts";

const settings: GithubPagesSettings = {
  address: { ipv4: [], ipv6: [], host: "acme.github.io" },
};
const one = publish({ "one.example": "1" });
const two = publish({ "one.example": "1", "two.example": "2" });
const workflowPath = "github-pages/mta-sts.one.example.workflow.yml";

test("one tree per policy host, each publishable alone, and the workflow beside it", () => {
  const files = renderAll(githubPages.outputs(two, settings));
  expect([...files.keys()]).toEqual(
    ["mta-sts.one.example", "mta-sts.two.example"].flatMap((host) => [
      `github-pages/${host}/.well-known/mta-sts.txt`,
      `github-pages/${host}/.nojekyll`,
      `github-pages/${host}/CNAME`,
      `github-pages/${host}.workflow.yml`,
    ]),
  );
  expect(files.get("github-pages/mta-sts.two.example/CNAME")).toBe("mta-sts.two.example\n");
  expect(files.get("github-pages/mta-sts.two.example/.nojekyll")).toBe("");
  expect(files.get("github-pages/mta-sts.two.example/.well-known/mta-sts.txt")).toBe(
    two[1]?.policyText,
  );
});

describe("the workflow", () => {
  interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }
  const text = renderAll(githubPages.outputs(one, settings)).get(workflowPath) ?? "";
  const workflow = parse(text, { strict: true }) as {
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions: Readonly<Record<string, string>>;
    readonly concurrency: Readonly<Record<string, unknown>>;
    readonly defaults: unknown;
    readonly jobs: {
      readonly publish: {
        readonly if: string;
        readonly environment: unknown;
        readonly steps: readonly Step[];
      };
    };
  };
  const { steps } = workflow.jobs.publish;
  const at = (action: string): number =>
    steps.findIndex(({ uses, run }) => (uses ?? run ?? "").includes(action));

  test("starts where what it builds from was edited, and by hand", () => {
    expect(workflow.on).toEqual({
      push: {
        paths: ["domains/**", "templates/**", "stspress.yaml", ".github/workflows/stspress.yml"],
      },
      workflow_dispatch: null,
    });
    expect(workflow.jobs.publish.if).toBe(
      "github.ref_name == github.event.repository.default_branch",
    );
  });

  test("may commit the lock and publish, and nothing more", () => {
    expect(workflow.permissions).toEqual({
      contents: "write",
      pages: "write",
      "id-token": "write",
    });
    expect(workflow.jobs.publish.environment).toMatchObject({ name: "github-pages" });
  });

  test("two edits do not build on the same lock", () => {
    expect(workflow.concurrency).toEqual({ group: "stspress", "cancel-in-progress": false });
    expect(steps[at("actions/checkout")]?.with).toEqual({
      ref: "${{ github.event.repository.default_branch }}",
    });
  });

  test("builds, commits the lock, only then publishes, and records what is live", () => {
    const order = [
      "actions/checkout",
      "actions/setup-node",
      "build -- --no-frozen",
      "git push",
      "actions/upload-pages-artifact",
      "actions/deploy-pages",
      "stspress live one.example",
    ].map(at);
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    // A failing build must not hide behind the pipe that shows it.
    expect(workflow.defaults).toEqual({ run: { shell: "bash" } });
  });

  test("publishes the tree with its dot-folder", () => {
    expect(steps[at("actions/upload-pages-artifact")]).toEqual({
      uses: "actions/upload-pages-artifact@v5",
      with: { path: "dist/github-pages/mta-sts.one.example", "include-hidden-files": true },
    });
  });

  test("a template may not publish another folder, or drop the dot-folder", () => {
    const { verdict } = altering(githubPages.outputs(one, settings), workflowPath);
    expect(verdict("path: dist/github-pages/mta-sts.one.example", "path: dist")).toContain(
      "does not publish",
    );
    expect(verdict(/ +include-hidden-files: true\n/, "")).toContain("the policy is left out");
    expect(verdict("node-version: 22", "node-version: 24")).toBeNull();
  });
});

test("several domains need several repositories", () => {
  expect(githubPages.check(one, settings)).toEqual([]);
  expect(githubPages.check(two, settings)).toEqual([
    { code: "target/github-pages-several", args: { hosts: 2 } },
  ]);
});
