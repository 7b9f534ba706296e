import { entry } from "./entry.ts";

/** What keeps an audit from looking, or from judging what was saved. */
export const auditCodes = {
  "audit/no-evidence": entry<{ path: string; at: string; detail: string }>({
    severity: "error",
    message: (a) =>
      `${a.path} is not a file of evidence${a.at === "" ? "" : ` (at ${a.at})`}: ${a.detail.slice(0, 200)}`,
    fix: () => "pass a file that `stspress audit --save FILE` wrote",
  }),
  "audit/newer-evidence": entry<{ path: string; version: number }>({
    severity: "error",
    message: (a) =>
      `${a.path} was written by a newer stspress: its version is ${String(a.version)}`,
    fix: () => "use that version, or audit again and save new evidence",
  }),
  "audit/not-observed": entry<{ domain: string; path: string }>({
    severity: "error",
    message: (a) => `${a.path} has no evidence about ${a.domain}`,
    fix: () => "use a domain that was audited, or none for all of them",
  }),
  "audit/no-certificates": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} cannot be used as root certificates: ${a.detail}`,
    fix: () => "pass --ca a file with one or more certificates in PEM",
  }),
} as const;
