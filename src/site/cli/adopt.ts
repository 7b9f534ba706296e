/** `stspress adopt`: takes a policy that is live already into the lock, with its id, so that its history is kept. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import type { Options } from "../../cli/options.ts";
import { printResult } from "../../cli/output.ts";
import { readOperand } from "../../cli/read-operand.ts";
import { locate, type Problem } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../../diagnostics/result.ts";
import { parsePolicyBytes } from "../../mta-sts/policy.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { changeLock } from "../disk/change-lock.ts";
import { adoptPolicy, type AdoptedPolicy } from "../lock/adoption.ts";
import { formatTime, parseTime } from "../stamp.ts";

/** Runs `adopt DOMAIN --id ID [--since TIME] [--ttl SECONDS] [FILE|-]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { operands, options, root, now, io } = context;
  const [given = "", file = "-"] = operands;
  const found = combine({
    domain: readDomain(given),
    id: readId(options),
    liveAt: readSince(options, now),
    ttlSeconds: options.number("ttl", { min: 0, max: 9_999_999, default: 3600 }),
  });
  if (!found.ok) return found;
  const bytes = await readOperand(file, io);
  if (!bytes.ok) return bytes;
  const policy = readPolicy(file, bytes.value);
  if (!policy.ok) return policy;
  const { domain, ...rest } = found.value;
  const done = await changeLock(root, (lock) => {
    const next = adoptPolicy(lock, domain, { ...rest, ...policy.value });
    return next.ok ? success({ lock: next.value, result: null }) : next;
  });
  if (!done.ok) return done;
  const { id, liveAt } = rest;
  const { mode } = policy.value.policy;
  printResult(context, {
    json: { adopted: { domain, id, mode, live: liveAt } },
    text: () =>
      `${domain}: ${mode} policy ${id} is in stspress.lock, live since ${formatTime(liveAt)}\n`,
  });
  return success(0);
}

function readDomain(given: string): Result<string> {
  const parsed = parseDomainName(given);
  return parsed.ok
    ? success(parsed.value.ascii)
    : failure(...parsed.problems.map((problem) => locate("<argument>", given, problem)));
}

function readId(options: Options): Result<string> {
  const id = options.text("id") ?? "";
  if (/^[A-Za-z0-9]{1,32}$/.test(id)) return success(id);
  return options.wrong("id", id, "1 to 32 letters and digits", "20240101");
}

function readSince(options: Options, now: number): Result<number> {
  const past = (text: string): number | null => {
    const time = parseTime(text);
    return time === null || time > now ? null : time;
  };
  const since = options.parsed("since", past, "a time in the past", "2024-01-01");
  return since.ok ? success(since.value ?? now) : since;
}

function readPolicy(
  file: string,
  bytes: Uint8Array,
): Result<Pick<AdoptedPolicy, "text" | "digest" | "policy">> {
  const text = new TextDecoder().decode(bytes);
  const parsed = parsePolicyBytes(bytes);
  if (parsed.ok) return success({ text, digest: shortDigest(text), policy: parsed.value });
  const name = file === "-" ? "<stdin>" : file;
  return failure(...parsed.problems.map((problem: Problem) => locate(name, text, problem)));
}
