/** The parts of mailauth that this program uses and that have no types of their own. */

declare module "mailauth/lib/parse-dkim-headers.js" {
  /** A tag list: `name=value`, names in lower case; the last of equal names. `l`, `t`, `x` are numbers where they look like some. */
  interface ParsedHeader {
    readonly parsed: Readonly<Record<string, { readonly value?: string | number } | undefined>>;
  }
  export default function parseDkimHeaders(line: Uint8Array | string): ParsedHeader;
}

declare module "mailauth/lib/tools.js" {
  import type { Headers } from "mailauth/lib/dkim/dkim-verifier.js";

  interface Tools {
    /** Splits a header into its fields, folded lines joined. */
    parseHeaders(header: Buffer): Headers;
  }
  const tools: Tools;
  export default tools;
}

declare module "mailauth/lib/dkim/dkim-verifier.js" {
  import type { Writable } from "node:stream";

  export interface HeaderLine {
    /** Lower case; null: the line has no name. */
    readonly key: string | null;
    readonly line: Buffer;
  }
  export interface Headers {
    readonly parsed: readonly HeaderLine[];
  }
  export interface SignatureResult {
    readonly status: {
      /** `none`: there is no signature that mailauth can check. */
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
    /** False until they are read. */
    headers: Headers | false;
    /** One for each signature among the headers that {@link messageHeaders} was given. */
    readonly results: readonly SignatureResult[];
    /** Called once, with the headers, before the body. */
    messageHeaders(headers: Headers): Promise<void>;
  }
}
