/** Values that end up in a web server's configuration: only what no syntax there can take apart. */
import { parseDomainName } from "../names/domain-name.ts";
import type { YamlPath } from "./site-config.ts";
import type { DiagnosticCollector } from "./diagnostic-collector.ts";

/** Reads an absolute path of letters, digits and `. _ - /`; wrong or absent gives the fallback. */
export function readFolder(
  written: string | undefined,
  fallback: string,
  path: YamlPath,
  collector: DiagnosticCollector,
): string {
  if (written === undefined) return fallback;
  const names = written.replace(/\/$/, "").split("/").slice(1);
  const sound =
    written.length <= 1024 &&
    /^\/[A-Za-z0-9._/-]+$/.test(written) &&
    names.every((name) => name !== "" && name !== "." && name !== "..");
  if (sound) return `/${names.join("/")}`;
  collector.add("config/path", { text: written }, path);
  return fallback;
}

/** Reads a plain mail address: no quotes, blanks, braces or controls; wrong or absent gives null. */
export function readEmail(
  written: string | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): string | null {
  if (written === undefined) return null;
  const match = /^([A-Za-z0-9_+=~-]+(?:\.[A-Za-z0-9_+=~-]+)*)@([^@]+)$/.exec(written);
  const domain = match === null ? null : parseDomainName(match[2] ?? "");
  if (match !== null && domain?.ok === true && (match[1] ?? "").length <= 64) {
    return `${match[1] ?? ""}@${domain.value.ascii}`;
  }
  collector.add("config/email", { text: written }, path);
  return null;
}
