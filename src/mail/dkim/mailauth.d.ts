/** What this program uses of mailauth's innards, which have no types of their own. */

declare module "mailauth/lib/parse-dkim-headers.js" {
  /** A tag list: `name=value`, names in lower case; the last of equal names. `l`, `t`, `x` are numbers where they look like some. */
  interface ParsedHeader {
    readonly parsed: Readonly<Record<string, { readonly value?: string | number } | undefined>>;
  }
  export default function parseDkimHeaders(line: Uint8Array | string): ParsedHeader;
}

declare module "mailauth/lib/tools.js" {
  interface Tools {
    /** The entry of the list whose organisational domain (public suffix list) is that of `domain`. */
    getAlignment(domain: string, list: readonly string[]): { readonly domain: string } | false;
  }
  const tools: Tools;
  export default tools;
}

declare module "mailauth/lib/dkim/dkim-verifier.js" {
  import type { Writable } from "node:stream";

  export interface HeaderLine {
    /** Lower case. */
    readonly key: string | null;
    readonly line: Buffer;
  }
  export interface Headers {
    readonly parsed: readonly HeaderLine[];
  }
  export interface SignatureHeader {
    /** Set where mailauth does not know the algorithm or the canonicalization; such have no result. */
    readonly skip?: boolean;
    readonly original: Buffer;
  }
  export interface SignatureResult {
    readonly signingDomain: string;
    readonly status: {
      readonly result: "pass" | "fail" | "neutral" | "policy" | "temperror" | "none";
      readonly comment?: string;
      readonly policy?: Readonly<Record<string, string>>;
    };
    /** The key's record. */
    readonly rr?: string;
  }
  export class DkimVerifier extends Writable {
    constructor(options: {
      readonly resolver: (name: string, type: string) => Promise<string[][]>;
      readonly minBitLength: number;
      readonly curTime: Date;
    });
    headers: Headers | false;
    readonly signatureHeaders: readonly SignatureHeader[];
    readonly results: readonly SignatureResult[];
    /** Called once, with the headers, before the body. */
    messageHeaders(headers: Headers): Promise<void>;
  }
}
