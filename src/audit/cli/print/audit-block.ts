/** The audit of one domain, for people: what was observed, the findings, and the verdict. */
import { explainFinding, type Finding } from "../../rules.ts";
import type { AuditVerdict, Safe } from "../../judge.ts";
import type { DeclaredDomain, Subject } from "../../subject.ts";
import { formatTime } from "../../../site/stamp.ts";
import type { MxHostEvidence, PolicyFetch, SmtpProbe } from "../../evidence.ts";
import type { FindingPlace } from "../../finding.ts";
import { lookupFailureText } from "../../failure-text.ts";
import { pluralize } from "../../wording.ts";
import { parsePolicy } from "../../../mta-sts/policy.ts";
import { paint, printable, type TextOptions } from "../../../cli/text.ts";
import type { AddressData, DnsEvidence, TxtData } from "../../../net/dns/dns-evidence.ts";
import type { ConnectionFailure } from "../../../net/failure.ts";
import type { CertificateEvidence, TlsEvidence } from "../../../net/tls/tls-evidence.ts";

const label = 14;
const maxWidth = 160;
const maxRows = 16;

/** Prints the block of one domain; its last line begins with `safe to enforce: `. */
export function auditBlock(
  { domain, declared, evidence, mxHosts }: Subject,
  verdict: AuditVerdict,
  options: TextOptions,
): string {
  const at = evidence.observedAt;
  const { policyHost } = evidence;
  const lines = [
    paint(printable(domain), "bold", options),
    row("MX", mxText(evidence.mx)),
    row("_mta-sts", txtText(evidence.stsTxt)),
    row("_smtp._tls", txtText(evidence.tlsRptTxt)),
    ...rows(
      "policy host",
      policyHost.fetches,
      (fetch) => fetchText(fetch, at),
      addressText(policyHost.a, policyHost.aaaa),
    ),
    ...[...new Set(policyHost.fetches.map(policyText))].map((text) => row("policy", text)),
    ...evidence.mx.records.flatMap(({ exchange }) => {
      const host = mxHosts.get(exchange);
      return host === undefined ? [] : mxHostRows(host, at);
    }),
    "",
    ...verdict.findings.flatMap((found) => [...findingLines(found, options), ""]),
    `${verdictLine(verdict, options)}${verdict.safe === "yes" ? untilThen(domain, declared, at) : ""}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Prints the verdict: the line that scripts look for. */
function verdictLine({ safe, reason }: AuditVerdict, options: TextOptions): string {
  return `${paint(`safe to enforce: ${safe}`, styles[safe], options)}, ${printable(reason)}`;
}

/** The MX hosts may be fine, and the days of testing not over: then a build refuses enforce. */
function untilThen(domain: string, declared: DeclaredDomain | null, now: number): string {
  if (declared?.current?.policy.mode !== "testing") return "";
  const { enforceFrom } = declared;
  if (enforceFrom === null) {
    return `; but the days of testing have not begun: stspress live ${printable(domain)}`;
  }
  if (enforceFrom <= now) return "";
  return `; but a build takes \`mode: enforce\` only from ${formatTime(enforceFrom)}, after 14 days of testing`;
}

const styles: Readonly<Record<Safe, "good" | "error" | "warning">> = {
  yes: "good",
  no: "error",
  unknown: "warning",
};

/** Where a finding was made, without the names that its message has already; may be "". */
export function whereText(where: FindingPlace, message: string): string {
  if (where.kind === "domain") return "";
  const [name, address] = where.kind === "dns" ? [where.name, null] : [where.host, where.address];
  const parts = [name, ...(address === null ? [] : [`[${address}]`])];
  return parts.filter((part) => !message.includes(part)).join(" ");
}

function* findingLines(found: Finding, options: TextOptions): Generator<string> {
  const { severity, message, fix, source } = explainFinding(found);
  const where = whereText(found.where, message);
  const place = where === "" ? "" : `${paint(printable(where), "bold", options)}: `;
  yield `${place}${paint(severity, severity, options)}: ${printable(message)} ${paint(`[${found.code}]`, "dim", options)}`;
  if (fix !== null) yield `  ${paint("fix:", "bold", options)} ${printable(fix)}`;
  if (source !== null) yield `  ${paint("see:", "bold", options)} ${source}`;
}

function row(name: string, text: string): string {
  const shown = printable(text);
  return `  ${printable(name).padEnd(label)}${shown.length > maxWidth ? `${shown.slice(0, maxWidth)}…` : shown}`;
}

/** One row for each address, the name before the first; `none` if there are no addresses. */
function rows<T extends { readonly address: string }>(
  name: string,
  entries: readonly T[],
  textOf: (entry: T) => string,
  none: string,
): string[] {
  if (entries.length === 0) return [row(name, none)];
  const some = entries.slice(0, maxRows);
  const width = Math.max(...some.map(({ address }) => Math.min(address.length, 40)));
  const shown = some.map((entry, at) =>
    row(at === 0 ? name : "", `${entry.address.padEnd(width)}  ${textOf(entry)}`),
  );
  const more = entries.length - shown.length;
  return more === 0 ? shown : [...shown, row("", `and ${String(more)} more`)];
}

function mxHostRows(host: MxHostEvidence, at: number): string[] {
  const none = addressText(host.a, host.aaaa);
  const entries = rows("", host.probes, (probe) => probeText(probe, at), none);
  const dane = host.tlsa.status === "found" ? "TLSA" : "";
  return [`  ${printable(`${host.host}  ${dane}`.trimEnd()).slice(0, maxWidth)}`, ...entries];
}

function mxText(mx: Subject["evidence"]["mx"]): string {
  if (mx.status !== "found") return answerText(mx);
  const sorted = mx.records.toSorted((a, b) => a.preference - b.preference).slice(0, maxRows);
  const list = sorted.map(
    ({ preference, exchange }) => `${String(preference)} ${exchange === "" ? "." : exchange}`,
  );
  return list.join(" · ") + dnssecText(mx);
}

function txtText(txt: DnsEvidence<TxtData>): string {
  if (txt.status !== "found") return answerText(txt);
  const texts = txt.records.map(({ strings }) => strings.join("").slice(0, maxWidth));
  const [first] = txt.records;
  const via = txt.aliases.length === 0 ? "" : `, via ${txt.aliases.at(-1) ?? ""}`;
  const more = texts.length > 3 ? ` and ${String(texts.length - 3)} more` : "";
  const ttl = `TTL ${String(first?.ttlSeconds ?? 0)}`;
  return `${texts.slice(0, 3).join(" | ")}${more}  (${ttl}${via})${dnssecText(txt)}`;
}

function dnssecText({ authenticated }: DnsEvidence<unknown>): string {
  return authenticated ? "  DNSSEC" : "";
}

function answerText({ status, failure }: DnsEvidence<unknown>): string {
  switch (status) {
    case "no-data":
      return "none";
    case "no-name":
      return "none (NXDOMAIN)";
    case "failed":
      return `lookup failed: ${lookupFailureText(failure)}`;
    case "found":
      return "found";
  }
}

function addressText(a: DnsEvidence<AddressData>, aaaa: DnsEvidence<AddressData>): string {
  const failed = [a, aaaa].find(({ status }) => status === "failed");
  return failed === undefined ? "no address" : answerText(failed);
}

function fetchText(fetch: PolicyFetch, at: number): string {
  const parts: string[] = [];
  if (fetch.status !== null) {
    parts.push(`${String(fetch.status)} ${(fetch.contentType ?? "no media type").slice(0, 60)}`);
  }
  if (fetch.location !== null) parts.push(`→ ${fetch.location.slice(0, 100)}`);
  if (fetch.failure !== null) parts.push(failureText(fetch.failure));
  if (fetch.tls !== null) parts.push(...tlsText(fetch.tls, at));
  return parts.join(" · ");
}

function probeText(probe: SmtpProbe, at: number): string {
  const parts: string[] = [];
  if (probe.startTls === "not-offered") parts.push("no STARTTLS");
  if (probe.failure !== null) parts.push(failureText(probe.failure));
  if (probe.tls !== null) parts.push(...tlsText(probe.tls, at));
  if (probe.banner !== null) parts.push(`“${probe.banner.slice(0, 50)}”`);
  return parts.join(" · ");
}

const stages: Readonly<Record<ConnectionFailure["stage"], string>> = {
  connect: "connection",
  banner: "greeting",
  ehlo: "EHLO",
  starttls: "STARTTLS",
  tls: "TLS handshake",
  request: "request",
  headers: "header fields",
  body: "body",
};

function failureText({ stage, kind, detail }: ConnectionFailure): string {
  const shown = detail === "" ? "" : ` (${detail.slice(0, 80)})`;
  return `${stages[stage]}: ${kind.replaceAll("-", " ")}${shown}`;
}

function tlsText({ protocol, chain, trust }: TlsEvidence, at: number): string[] {
  const [leaf] = chain;
  const parts = [protocol];
  if (leaf !== undefined)
    parts.push(`by ${(leaf.issuer || "an unnamed issuer").slice(0, 60)}`, daysText(leaf, at));
  if (trust !== "trusted") parts.push(trust.replaceAll("-", " "));
  return parts;
}

function daysText({ notAfter }: CertificateEvidence, at: number): string {
  const days = Math.trunc((notAfter - at) / 86_400);
  if (notAfter < at) return `expired ${pluralize(-days, "day")} ago`;
  return `${pluralize(days, "day")} left`;
}

function policyText({ body, status }: PolicyFetch): string {
  if (body === null || status !== 200 || body.encoding !== "utf8") return "no valid policy";
  const parsed = parsePolicy(body.data);
  if (!parsed.ok) return "no valid policy";
  const { mode, maxAgeSeconds, mx } = parsed.value;
  return `${mode} · max_age ${String(maxAgeSeconds)} · ${mx.length === 0 ? "no mx" : mx.slice(0, 8).join(", ")}${mx.length > 8 ? ` and ${String(mx.length - 8)} more` : ""}`;
}
