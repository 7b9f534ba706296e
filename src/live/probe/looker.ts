/** Looks at domains from outside, as senders do: which policy is served, and which id is announced. */
import type { Look } from "../../site/lock/look.ts";
import { medianOf } from "../date-ahead.ts";
import { Deadline } from "./deadline.ts";
import { lookAtPolicyHost, type PolicyHostOptions } from "./policy-host.ts";
import { lookAtRecord, type RecordServersOptions } from "./record-servers.ts";

export interface LookerOptions extends PolicyHostOptions, RecordServersOptions {
  /** How long one look may take in total; 90 seconds by default. */
  readonly maxLookMs?: number;
}

/** What to look at. */
export interface LookRequest {
  /** In A-labels, lower case. */
  readonly domain: string;
  /** Addresses that DNS named not long ago: senders that keep the answer still go there. */
  readonly previousAddresses?: readonly string[];
}

/** A look, and whether it is worth another. */
export interface FirstLook {
  readonly look: Look;
  /** A TLS handshake failed as it does while a certificate is being ordered. */
  readonly mayBeOrderingCertificate: boolean;
}

/** More than one connection may take, and the DNS before it. */
const defaultLookMs = 90_000;

export class Looker {
  readonly #options: LookerOptions;

  constructor(options: LookerOptions) {
    this.#options = options;
  }

  /** Looks at a domain once. Never rejects: failures are what was seen. */
  async lookAt(request: LookRequest): Promise<Look> {
    return (await this.firstLookAt(request)).look;
  }

  /** The same, and says whether to look again. */
  async firstLookAt({ domain, previousAddresses = [] }: LookRequest): Promise<FirstLook> {
    const { now, maxLookMs = defaultLookMs } = this.#options;
    const deadline = new Deadline(maxLookMs);
    const startedAt = now();
    const [policyHost, servers] = await Promise.all([
      lookAtPolicyHost(this.#options, `mta-sts.${domain}`, previousAddresses, deadline),
      lookAtRecord(this.#options, `_mta-sts.${domain}`, deadline),
    ]);
    const { host, addresses, datesAhead, mayBeOrderingCertificate } = policyHost;
    const dateAheadSeconds = medianOf(datesAhead);
    const look = { domain, startedAt, endedAt: now(), host, addresses, servers, dateAheadSeconds };
    return { look, mayBeOrderingCertificate };
  }
}
