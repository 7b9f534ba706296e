/** What an audit says of one domain, for people: what was seen, what follows from it, and the verdict. */
import { explainFinding, type Finding } from "../../rules.ts";
import type { Judgement, Safe } from "../../judge.ts";
import type { Subject } from "../../declared.ts";
import type { MxHostEvidence, PolicyFetch, SmtpProbe } from "../../evidence.ts";
import type { Where } from "../../finding.ts";
import { parsePolicy } from "../../../mta-sts/policy.ts";
import { paint, printable, type TextOptions } from "../../../cli/text.ts";
import type { AddressData, DnsEvidence, TxtData } from "../../../net/dns/dns-evidence.ts";
import type { Failure } from "../../../net/failure.ts";
import type { CertificateEvidence, TlsEvidence } from "../../../net/tls/tls-evidence.ts";

const label = 14;
const longest = 160;
const maxRows = 16;

/** Prints the block of one domain; its last line begins with `safe to enforce: `. */
export function auditBlock(
  { domain, evidence, mxHosts }: Subject,
  judgement: Judgement,
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
    ...judgement.findings.flatMap((found) => [...findingLines(found, options), ""]),
    verdictLine(judgement, options),
  ];
  return `${lines.join("\n")}\n`;
}

/** Prints the verdict: the line that scripts look for. */
function verdictLine({ safe, reason }: Judgement, options: TextOptions): string {
  return `${paint(`safe to enforce: ${safe}`, styles[safe], options)}, ${printable(reason)}`;
}

const styles: Readonly<Record<Safe, "good" | "error" | "warning">> = {
  yes: "good",
  no: "error",
  unknown: "warning",
};

/** Where a finding was made, in a few words; what its message names already is left out, and "" is nothing. */
export function whereText(where: Where, message: string): string {
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
  return `  ${printable(name).padEnd(label)}${shown.length > longest ? `${shown.slice(0, longest)}…` : shown}`;
}

/** One row per address, the name before the first; `none` where there are no addresses. */
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
  return [`  ${printable(`${host.host}  ${dane}`.trimEnd()).slice(0, longest)}`, ...entries];
}

function mxText(mx: Subject["evidence"]["mx"]): string {
  if (mx.status !== "found") return answerText(mx);
  const sorted = mx.records.toSorted((a, b) => a.preference - b.preference).slice(0, maxRows);
  const list = sorted.map(
    ({ preference, exchange }) => `${String(preference)} ${exchange === "" ? "." : exchange}`,
  );
  return list.join(" · ") + proven(mx);
}

function txtText(txt: DnsEvidence<TxtData>): string {
  if (txt.status !== "found") return answerText(txt);
  const texts = txt.records.map(({ strings }) => strings.join("").slice(0, longest));
  const [first] = txt.records;
  const via = txt.aliases.length === 0 ? "" : `, by way of ${txt.aliases.at(-1) ?? ""}`;
  const more = texts.length > 3 ? ` and ${String(texts.length - 3)} more` : "";
  const ttl = `TTL ${String(first?.ttlSeconds ?? 0)}`;
  return `${texts.slice(0, 3).join(" | ")}${more}  (${ttl}${via})${proven(txt)}`;
}

function proven({ authenticated }: DnsEvidence<unknown>): string {
  return authenticated ? "  DNSSEC" : "";
}

function answerText({ status, failure }: DnsEvidence<unknown>): string {
  switch (status) {
    case "no-data":
      return "none";
    case "no-name":
      return "none (NXDOMAIN)";
    case "failed":
      return `not answered: ${failure ?? "?"}`;
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
    parts.push(
      `${String(fetch.status)} ${(fetch.contentType ?? "without a media type").slice(0, 60)}`,
    );
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

const stages: Readonly<Record<Failure["stage"], string>> = {
  connect: "connection",
  banner: "greeting",
  ehlo: "EHLO",
  starttls: "STARTTLS",
  tls: "TLS handshake",
  request: "request",
  headers: "header fields",
  body: "body",
};

function failureText({ stage, kind, detail }: Failure): string {
  const said = detail === "" ? "" : ` (${detail.slice(0, 80)})`;
  return `${stages[stage]}: ${kind.replaceAll("-", " ")}${said}`;
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
  if (notAfter < at) return `expired ${count(-days, "day")} ago`;
  return `${count(days, "day")} left`;
}

function policyText({ body, status }: PolicyFetch): string {
  if (body === null || status !== 200 || body.encoding !== "utf8") return "none that can be read";
  const parsed = parsePolicy(body.data);
  if (!parsed.ok) return "none that can be read";
  const { mode, maxAgeSeconds, mx } = parsed.value;
  return `${mode} · max_age ${String(maxAgeSeconds)} · ${mx.length === 0 ? "no mx" : mx.slice(0, 8).join(", ")}${mx.length > 8 ? ` and ${String(mx.length - 8)} more` : ""}`;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? "" : "s"}`;
}
