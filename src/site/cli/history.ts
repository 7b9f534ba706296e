/** `stspress history DOMAIN`: the instances of a domain, the hold, and what may be done when. */
import { suggest } from "../../config/suggest.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { holdOf, isHeld, policyOf, type Instance, type Lock } from "../lock/lock.ts";
import { outlookOf, wordMoment } from "../outlook.ts";
import { formatSpan, formatTime } from "../stamp.ts";
import { textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { loadLock } from "../load/load-site.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";

/** Runs `history DOMAIN`. */
export function run(args: Arguments, io: Io): Promise<ExitCode> {
  return Promise.resolve(runNow(args, io));
}

function runNow(args: Arguments, io: Io): ExitCode {
  const format = formatOf(args);
  const now = readClock(io.env);
  const root = siteRoot(textOption(args, "site"));
  if (typeof root !== "string" || typeof now !== "number") {
    tell(
      [root, now].filter((one) => typeof one === "object"),
      format,
      io,
      {},
    );
    return 2;
  }
  const { lock, diagnostics } = loadLock(root);
  if (lock === null) {
    tell(diagnostics, format, io, {});
    return 2;
  }
  const given = args.operands[0] ?? "";
  const parsed = parseDomainName(given);
  const name = parsed.ok ? parsed.value.ascii : given;
  const domain = lock.domains.get(name);
  if (domain === undefined || (domain.current === null && domain.earlier.length === 0)) {
    const suggestion = suggest(name, [...lock.domains.keys()]);
    tell([diagnostic("lock/unknown-domain", { domain: given, suggestion })], format, io, {});
    return 2;
  }
  const outlook = outlookOf(name, domain, lock, now);
  const hold = holdOf(domain, now);
  if (format === "json") {
    tell([], format, io, {
      domain: name,
      hold: typeof hold === "number" ? iso(hold) : hold,
      current: domain.current === null ? null : instanceJson(lock, domain.current),
      earlier: domain.earlier.map((one) => ({
        ...instanceJson(lock, one),
        heldUntil: one.heldUntil === null ? null : iso(one.heldUntil),
      })),
      outlook: outlook.map(({ what, from }) => ({
        what,
        from: typeof from === "number" ? iso(from) : from,
      })),
    });
    return 0;
  }
  const lines = [name, ""];
  for (const one of domain.earlier) {
    lines.push(...describeInstance(lock, one));
    const end =
      one.heldUntil === null
        ? "with no end yet: its successor was not recorded live"
        : `until ${formatTime(one.heldUntil)}${isHeld(one, now) ? "" : " (over)"}`;
    lines.push(`    may be held ${end}`, "");
  }
  if (domain.current !== null) lines.push(...describeInstance(lock, domain.current), "");
  lines.push(
    hold === null
      ? "no sender holds an earlier policy"
      : hold === "open"
        ? "senders may hold an earlier policy, with no end yet"
        : `senders may hold an earlier policy until ${formatTime(hold)}`,
  );
  for (const prospect of outlook) {
    lines.push(`  ${wordMoment(prospect.from)}: ${prospect.what}`);
  }
  io.out(lines.map((line) => `${line}\n`).join(""));
  return 0;
}

function describeInstance(lock: Lock, instance: Instance): string[] {
  const { mode, mx, maxAgeSeconds } = policyOf(lock, instance);
  const built = instance.builtAt === null ? "adopted" : `built ${formatTime(instance.builtAt)}`;
  const live =
    instance.liveAt === null ? "not recorded live" : `live since ${formatTime(instance.liveAt)}`;
  return [
    `  ${instance.id}  ${mode}, max_age ${formatSpan(maxAgeSeconds)}${mx.length === 0 ? "" : `, mx ${mx.join(" ")}`}`,
    `    ${built}, ${live}`,
  ];
}

function instanceJson(lock: Lock, instance: Instance): object {
  const { mode, mx, maxAgeSeconds } = policyOf(lock, instance);
  return {
    id: instance.id,
    mode,
    mx,
    max_age: maxAgeSeconds,
    built: instance.builtAt === null ? null : iso(instance.builtAt),
    live: instance.liveAt === null ? null : iso(instance.liveAt),
    ttl: instance.ttlSeconds,
  };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
