/** The options of commands that observe domains over the network, checked. */
import type { Options } from "../../cli/options.ts";
import { combine, success, type Result } from "../../diagnostics/result.ts";
import { readLookOptions, type LookOptions } from "../../live/probe/look-options.ts";

export interface ProbeOptions extends LookOptions {
  readonly smtpPort: number;
  readonly heloName: string;
}

const defaultConcurrency = 50;

/** Reads the options that say how to probe. `hostName` is this machine's name. */
export function readProbeOptions(options: Options, hostName: string): Result<ProbeOptions> {
  const read = combine({
    look: readLookOptions(options, { concurrency: defaultConcurrency }),
    smtpPort: options.number("smtp-port", { min: 1, max: 65_535, default: 25 }),
    helo: options.parsed("helo", parseHelo, "a host name", "mail.example.com"),
  });
  if (!read.ok) return read;
  const { look, smtpPort, helo } = read.value;
  return success({ ...look, smtpPort, heloName: helo ?? heloOf(hostName) });
}

function parseHelo(text: string): string | null {
  return /^[A-Za-z0-9.:[\]-]{1,255}$/.test(text) ? text : null;
}

/** A machine's name may be anything; EHLO needs a domain name. */
function heloOf(hostName: string): string {
  return /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(hostName) ? hostName : "audit.invalid";
}
