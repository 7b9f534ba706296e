/** What is planned beside the build: changes of the MX records, a late announcement, an outage. */
import type { Options } from "../../../cli/options.ts";
import { combine, success, type Result } from "../../../diagnostics/result.ts";
import { parseDomainName } from "../../../names/domain-name.ts";

export interface MxChange {
  readonly change: "add" | "remove";
  /** In A-labels. */
  readonly host: string;
  readonly afterSeconds: number;
}

export interface Scenario {
  readonly mx: readonly MxChange[];
  /** Seconds from now until the new id is announced. */
  readonly announceAfter: number;
  /** For how long the policy host is down from then on. */
  readonly outageSeconds: number;
}

const units = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const tenYears = 315_360_000;

/** Reads `--mx`, `--announce` and `--outage`. */
export function readScenario(options: Options): Result<Scenario> {
  const read = combine({
    mx: options.parsed(
      "mx",
      parseMxChanges,
      "a change such as `add mx9.example.com at +3d`",
      "add mx9.example.com at +3d",
    ),
    announceAfter: options.parsed("announce", parseAfter, "a time from now", "+5d"),
    outageSeconds: options.parsed("outage", parseSpan, "a length of time", "2d"),
  });
  if (!read.ok) return read;
  const { mx, announceAfter, outageSeconds } = read.value;
  return success({
    mx: mx ?? [],
    announceAfter: announceAfter ?? 3600,
    outageSeconds: outageSeconds ?? 0,
  });
}

/** `add mx9.example.com at +0d; remove mx1.example.com at +3d`. */
function parseMxChanges(text: string): MxChange[] | null {
  const changes: MxChange[] = [];
  for (const one of text.split(/[;,]/)) {
    const found = /^\s*(add|remove)\s+(\S+)(?:\s+at\s+(\S+))?\s*$/.exec(one);
    const [, change, host = "", at] = found ?? [];
    const name = parseDomainName(host);
    const afterSeconds = at === undefined ? 0 : parseAfter(at);
    if ((change !== "add" && change !== "remove") || !name.ok || afterSeconds === null) return null;
    changes.push({ change, host: name.value.ascii, afterSeconds });
  }
  return changes;
}

/** `+5d` → seconds. */
function parseAfter(text: string): number | null {
  return text.startsWith("+") ? parseSpan(text.slice(1)) : null;
}

/** `90m`, `2d` → seconds; null for anything else, or more than ten years. */
function parseSpan(text: string): number | null {
  const found = /^(\d{1,6})([mhdw])$/.exec(text);
  if (found === null) return null;
  const seconds = Number(found[1]) * units[found[2] as keyof typeof units];
  return seconds <= tenYears ? seconds : null;
}
