import { list } from "./about.ts";
import { entry } from "./entry.ts";

/** What can be wrong with the folder itself, before a byte of YAML was understood or after. */
export const siteFolderCodes = {
  "site/no-folder": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `there is no site folder ${a.path.slice(0, 200)}: ${a.detail}`,
    fix: () => "pass an existing folder with --site DIR; stspress does not create it",
  }),
  "site/unreadable": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} cannot be read: ${a.detail}`,
    fix: () => "check that the file exists and that you may read it",
  }),
  "site/not-a-file": entry<{ path: string; kind: string }>({
    severity: "error",
    message: (a) => `${a.path} is ${a.kind}, not a file`,
    fix: () => "put a regular file there",
  }),
  "site/link": entry<{ path: string; target: string }>({
    severity: "error",
    message: (a) => `${a.path} is a link to a place outside the site folder: ${a.target}`,
    fix: () => "copy it into the site folder, so that what you review is what is built",
  }),
  "site/linked-folder": entry<{ path: string }>({
    severity: "error",
    message: (a) => `${a.path} is a link to a folder`,
    fix: () => "replace the link by a real folder; links to folders are not followed",
  }),
  "site/ignored-file": entry<{ path: string }>({
    severity: "note",
    message: (a) => `${a.path} is ignored: its name does not end in .yaml or .yml`,
    fix: () => "rename it, or move it out of domains/",
  }),
  "site/no-domains": entry<{ folder: string }>({
    severity: "error",
    message: (a) => `there is no domain file in ${a.folder}`,
    fix: () => "write domains/<your domain>.yaml, or pass the site folder with --site DIR",
  }),
  "site/dist-link": entry<{ path: string }>({
    severity: "error",
    message: (a) => `${a.path} is a link, or is not a folder; stspress does not write there`,
    fix: () => "remove it; the build creates the folder",
  }),
  "site/busy": entry<{ pid: number }>({
    severity: "error",
    message: (a) => `another stspress (process ${String(a.pid)}) is writing this site`,
    fix: () => "wait until it ends, then run the command again",
  }),
  "site/cannot-write": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} cannot be written: ${a.detail}`,
    fix: () =>
      "free some space or fix the permissions, and run it again: no file is damaged, and the next run completes the work",
  }),
  "site/clock": entry<{ value: string }>({
    severity: "error",
    message: (a) => `SOURCE_DATE_EPOCH is not a time: ${a.value.slice(0, 80)}`,
    fix: () => "set it to whole seconds since 1970-01-01 UTC, or unset it",
  }),
  "site/not-built": entry<{ domains: readonly string[] }>({
    severity: "error",
    message: (a) => `${list(a.domains)} changed since the last build, so the id is not known yet`,
    fix: () => "run `stspress build`, then this command again",
  }),
  "site/not-served": entry<{ domains: readonly string[] }>({
    severity: "warning",
    source: "RFC 8461 §8.1",
    message: (a) =>
      `the id of ${list(a.domains)} is left out: ${a.domains.length === 1 ? "its policy is" : "their policies are"} not recorded as served, and an id that comes first makes senders keep the earlier policy`,
    fix: () =>
      "deploy, then run `stspress live --pending`, which looks; where you cannot look, say it with `stspress live DOMAIN --no-check --served TIME`",
  }),
  "site/no-earlier-build": entry<Record<string, never>>({
    severity: "error",
    message: () => "there is no earlier build to compare with",
    fix: () =>
      "pass an earlier lock: `git show HEAD~1:stspress.lock | stspress records --changed --since -`",
  }),
  "site/unknown-domain": entry<{ domain: string; suggestion: string | null }>({
    severity: "error",
    message: (a) => `${a.domain.slice(0, 80)} is not a domain of this site`,
    fix: (a) =>
      a.suggestion === null
        ? "use a domain that is declared in domains/"
        : `did you mean ${a.suggestion}?`,
  }),
} as const;
