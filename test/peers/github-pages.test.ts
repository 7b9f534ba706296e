/** The steps of the generated workflow that are the project's own, run by bash and git as a runner does. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { Cleanup } from "./support/cleanup.ts";
import { describePeers } from "./support/programs.ts";
import { run, runOk } from "./support/run.ts";
import { buildSite, policyText } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";

interface Step {
  readonly name?: string;
  readonly run?: string;
}

describePeers("the workflow's own steps", ["bash", "git"], () => {
  const cleanup = new Cleanup();
  let clone = "";
  let remote = "";
  let env: Readonly<Record<string, string>> = {};
  let steps: readonly Step[] = [];

  function runStep(name: string, more: Readonly<Record<string, string>> = {}) {
    const script = steps.find((step) => step.name === name)?.run;
    if (script === undefined) throw new Error(`there is no step ${name}`);
    // What `shell: bash` means to a runner.
    const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
    return run("bash", args, { cwd: clone, env: { ...env, ...more } });
  }

  const git = (...args: string[]): Promise<string> => runOk("git", args, { cwd: clone, env });

  /** A program in front of the PATH, for what a step needs from outside. */
  function standIn(name: string, script: string): void {
    fs.writeFileSync(path.join(clone, "..", "bin", name), `#!/bin/bash\n${script}\n`, {
      mode: 0o755,
    });
  }

  beforeAll(async () => {
    const folder = makeTempFolder("workflow", cleanup);
    remote = path.join(folder, "remote.git");
    clone = path.join(folder, "clone");
    fs.mkdirSync(path.join(folder, "bin"));
    env = {
      HOME: folder,
      GITHUB_SHA: "0123abcd",
      RUNNER_TEMP: folder,
      GITHUB_STEP_SUMMARY: path.join(folder, "summary.md"),
      PATH: `${path.join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
    };
    await runOk("git", ["init", "--quiet", "--bare", "--initial-branch=main", remote]);
    await runOk("git", ["clone", "--quiet", remote, clone]);
    await git("-c", "user.name=a", "-c", "user.email=a@one.example", "commit", "--quiet", "--allow-empty", "-m", "site"); // prettier-ignore
    await git("push", "--quiet", "origin", "HEAD:main");
    const address = { ipv4: [], ipv6: [], host: "acme.github.io" };
    const policies = new Map([["one.example", policyText("testing", ["mx.one.example"])]]);
    buildSite(clone, policies, { "github-pages": { address } });
    const file = path.join(clone, "dist/github-pages/mta-sts.one.example.workflow.yml");
    const workflow = parse(fs.readFileSync(file, "utf8")) as {
      readonly jobs: { readonly publish: { readonly steps: readonly Step[] } };
    };
    steps = workflow.jobs.publish.steps;
  });

  afterAll(() => cleanup.run());

  test("the build's words go to the log and to the summary, and its failure stops the job", async () => {
    standIn("npm", 'echo "args: $*"; exit "${NPM_EXIT:-0}"');
    const built = await runStep("Build");
    expect(built.code).toBe(0);
    expect(built.stdout.toString()).toBe("args: run --silent build -- --no-frozen\n");
    const summary = fs.readFileSync(path.join(clone, "..", "summary.md"), "utf8");
    expect(summary).toBe("```\nargs: run --silent build -- --no-frozen\n```\n");
    expect((await runStep("Build", { NPM_EXIT: "2" })).code).toBe(2);
  });

  test("a changed lock is committed alone, and pushed", async () => {
    fs.writeFileSync(path.join(clone, "stspress.lock"), "stspress.lock 1\n");
    expect((await runStep("Commit the lock")).code).toBe(0);
    const pushed = await runOk("git", [
      "-C",
      remote,
      "show",
      "--format=%an: %s",
      "--name-only",
      "main",
    ]);
    expect(pushed).toBe("github-actions[bot]: lock: build of 0123abcd\n\nstspress.lock\n");
  });

  test("an unchanged lock makes no commit", async () => {
    const before = await git("rev-parse", "HEAD");
    expect((await runStep("Commit the lock")).code).toBe(0);
    expect(await git("rev-parse", "HEAD")).toBe(before);
  });

  test("a push that is refused stops the job before anything is published", async () => {
    fs.appendFileSync(path.join(clone, "stspress.lock"), "more\n");
    const hook = path.join(remote, "hooks", "pre-receive");
    fs.mkdirSync(path.dirname(hook), { recursive: true });
    fs.writeFileSync(hook, "#!/bin/bash\nexit 1\n", { mode: 0o755 });
    expect((await runStep("Commit the lock")).code).not.toBe(0);
    fs.rmSync(hook);
    await git("push", "--quiet");
  });

  test("what answers with the built policy is recorded live, and that is pushed", async () => {
    const built = path.join(clone, "dist/github-pages/mta-sts.one.example/.well-known/mta-sts.txt");
    standIn(
      "curl",
      `[ "\${*: -1}" = https://mta-sts.one.example/.well-known/mta-sts.txt ]
while [ "$1" != --output ]; do shift; done
cp ${built} "$2"`,
    );
    standIn("npx", 'echo "$*" >> stspress.lock');
    expect((await runStep("Record that it is live")).code).toBe(0);
    const lock = await runOk("git", ["-C", remote, "show", "main:stspress.lock"]);
    expect(lock).toContain("--no stspress live one.example\n");
  });

  test("what has no address yet is not waited for, and nothing is recorded", async () => {
    fs.rmSync(path.join(clone, "..", "live.txt"));
    standIn("curl", "exit 6");
    standIn("npx", "exit 1");
    const ended = await runStep("Record that it is live");
    expect(ended.code).toBe(0);
    expect(ended.stdout.toString()).toMatch(/^::warning::https:\/\/mta-sts\.one\.example\//);
  });

  test("an old policy is not recorded live", async () => {
    standIn("curl", 'while [ "$1" != --output ]; do shift; done; echo old > "$2"');
    standIn("sleep", 'echo "$*" >> "$RUNNER_TEMP/slept"');
    standIn("npx", "exit 1");
    const ended = await runStep("Record that it is live");
    expect(ended.code).toBe(0);
    expect(ended.stdout.toString()).toContain("does not answer with the new policy yet");
    const slept = fs
      .readFileSync(path.join(clone, "..", "slept"), "utf8")
      .trim()
      .split("\n");
    expect(slept).toEqual(Array.from({ length: 44 }, () => "15"));
  });
});
