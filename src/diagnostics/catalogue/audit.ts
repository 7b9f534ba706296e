import { entry } from "./entry.ts";

/** What keeps an audit from looking, or from judging what was saved. */
export const auditCodes = {
  "audit/no-evidence": entry<{ path: string; at: string; detail: string }>({
    severity: "error",
    message: (a) =>
      `${a.path} holds no evidence${a.at === "" ? "" : ` (at ${a.at})`}: ${a.detail.slice(0, 200)}`,
    fix: () => "name a file that `stspress audit --save FILE` wrote",
  }),
  "audit/newer-evidence": entry<{ path: string; version: number }>({
    severity: "error",
    message: (a) =>
      `${a.path} was written by a newer stspress: its version is ${String(a.version)}`,
    fix: () => "judge it with that version, or observe again",
  }),
  "audit/not-observed": entry<{ domain: string; path: string }>({
    severity: "error",
    message: (a) => `${a.path} holds nothing about ${a.domain}`,
    fix: () => "name a domain that was observed, or none for all of them",
  }),
  "audit/no-certificates": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} cannot be trusted with: ${a.detail}`,
    fix: () => "give --ca a file with one or more certificates in PEM",
  }),
} as const;
