/** `error` keeps a build from writing; `warning` and `note` do not. */
export type Severity = "error" | "warning" | "note";
