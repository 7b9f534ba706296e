/**
 * GitHub Pages: one custom domain per repository, so one tree per policy host, each published alone,
 * and beside each tree the workflow that builds and publishes it.
 */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { ReadyOutput } from "../output.ts";
import { policyPath, type Publication, type Target } from "./target.ts";

export const githubPages: Target<"github-pages"> = {
  name: "github-pages",
  usesSiteTree: false,

  *outputs(publications) {
    for (const publication of publications) {
      const { host, policyText } = publication;
      const tree = `github-pages/${host}`;
      yield { kind: "fixed", path: `${tree}${policyPath}`, phase: "policy", text: policyText };
      // Read where a branch is published; a deployment by Actions ignores both.
      yield { kind: "fixed", path: `${tree}/.nojekyll`, phase: "server", text: "" };
      yield { kind: "fixed", path: `${tree}/CNAME`, phase: "server", text: `${host}\n` };
      yield workflow(publication);
    }
  },

  check(publications) {
    const hosts = publications.length;
    return hosts < 2 ? [] : [diagnostic("target/github-pages-several", { hosts })];
  },
};

/** Outside the tree: what stands inside is published. */
function workflow({ domain, host }: Publication): ReadyOutput {
  const published = `path: dist/github-pages/${host}`;
  const hidden = "include-hidden-files: true";
  return {
    path: `github-pages/${host}.workflow.yml`,
    kind: "rendered",
    phase: "server",
    template: "github-pages/workflow.yml",
    data: { domain, host, policyPath },
    verify: (text) => {
      const lines = text.split("\n").map((line) => line.trim());
      const paths = lines.filter((line) => line.startsWith("path: "));
      if (paths.length !== 1 || paths[0] !== published)
        return `it does not publish \`${published}\``;
      return lines.includes(hidden) ? null : `without \`${hidden}\` the policy is left out`;
    },
  };
}
