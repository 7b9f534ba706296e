/** `stspress adopt`: takes a policy that is live already into the lock, with its id, so that its history is kept. */
import { diagnostic, locate } from "../../diagnostics/diagnostic.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { parsePolicyBytes } from "../../mta-sts/policy.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { adoptPolicy } from "../lock/adoption.ts";
import { formatTime, parseTime } from "../stamp.ts";
import { changeLock } from "../disk/change-lock.ts";
import { textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { readOperand } from "../../cli/read-operand.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock } from "../../cli/site-root.ts";

/** Runs `adopt DOMAIN --id ID [--since TIME] [--ttl SECONDS] [FILE|-]`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const now = readClock(io.env);
  if (typeof now !== "number") {
    tell([now], format, io, {});
    return 2;
  }
  const usage = (text: string): ExitCode => {
    io.err(
      `${text}\n  fix: stspress adopt example.com --id 20240101 --since 2024-01-01 mta-sts.txt\n`,
    );
    return 2;
  };
  const [given = "", file = "-"] = args.operands;
  const parsed = parseDomainName(given);
  if (!parsed.ok) {
    tell(
      parsed.problems.map((found) => locate("<argument>", given, found)),
      format,
      io,
      {},
    );
    return 2;
  }
  const domain = parsed.value.ascii;
  const id = textOption(args, "id") ?? "";
  if (!/^[A-Za-z0-9]{1,32}$/.test(id)) return usage("--id is not 1 to 32 letters or digits");
  const since = textOption(args, "since");
  const liveAt = since === null ? now : parseTime(since);
  if (liveAt === null || liveAt > now) return usage("--since is not a time in the past");
  const ttl = textOption(args, "ttl") ?? "3600";
  if (!/^\d{1,7}$/.test(ttl)) return usage("--ttl is not a number of seconds");
  const bytes = await readOperand(file, io);
  if ("code" in bytes) {
    tell([bytes], format, io, {});
    return 2;
  }
  const text = new TextDecoder().decode(bytes);
  const policy = parsePolicyBytes(bytes);
  if (!policy.ok) {
    const name = file === "-" ? "<stdin>" : file;
    tell(
      policy.problems.map((found) => locate(name, text, found)),
      format,
      io,
      {},
    );
    return 2;
  }
  const digest = shortDigest(text);
  const done = changeLock(textOption(args, "site"), (lock) => {
    const adopted = { id, text, digest, policy: policy.value, liveAt, ttlSeconds: Number(ttl) };
    const next = adoptPolicy(lock, domain, adopted);
    if (next === null) return [diagnostic("lock/adopted-before", { domain, id })];
    return { lock: next, result: { domain, id } };
  });
  if (!("domain" in done)) {
    tell(done, format, io, {});
    return 2;
  }
  const mode = policy.value.mode;
  if (format === "json") tell([], format, io, { adopted: { domain, id, mode, live: liveAt } });
  else
    io.out(
      `${domain}: ${mode} policy ${id} is in stspress.lock, live since ${formatTime(liveAt)}\n`,
    );
  return 0;
}
