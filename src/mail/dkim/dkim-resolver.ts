/** The DNS as a DKIM verifier asks it: this program's own client, so that `--resolver` holds for keys too. */
import type { DnsClient } from "../../net/dns/client.ts";
import type { Resolve } from "./verification.ts";

/** Why a look-up gave nothing; the code is one that Node's own resolver gives, or the DNS failure's name. */
class NoRecords extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Makes a client look up keys. What is not there is `ENOTFOUND`; what could not be asked, another code. */
export function resolveWith(dns: DnsClient): Resolve {
  return async (name, type) => {
    if (type !== "TXT") throw new NoRecords("ENODATA");
    const { status, failure, records } = await dns.txt(name);
    if (status === "failed") throw new NoRecords(failure ?? "failed");
    if (status !== "found") throw new NoRecords("ENOTFOUND");
    return records.map(({ strings }) => [...strings]);
  };
}
