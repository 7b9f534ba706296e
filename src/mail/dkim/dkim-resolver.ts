/** Looks up DKIM keys with this program's own DNS client, so that `--resolver` applies to them too. */
import type { DnsClient } from "../../net/dns/client.ts";
import type { Resolve } from "./verification.ts";

/** Why a lookup gave nothing; the code is one of Node's own resolver, or the name of the DNS failure. */
class NoRecords extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Makes a resolver from a client. It rejects with `ENOTFOUND` where there is no record, with another code where the DNS failed. */
export function resolveWith(dns: DnsClient): Resolve {
  return async (name, type) => {
    if (type !== "TXT") throw new NoRecords("ENODATA");
    const { status, failure, records } = await dns.txt(name);
    if (status === "failed") throw new NoRecords(failure ?? "failed");
    if (status !== "found") throw new NoRecords("ENOTFOUND");
    return records.map(({ strings }) => [...strings]);
  };
}
