/** How much memory posts may use at the same time: in total, and per client network. */

/** In bytes. */
export interface QuotaLimits {
  readonly total: number;
  readonly perNetwork: number;
  /** Every post counts as at least this much, so there are never more than `total / minPerPost` posts. */
  readonly minPerPost: number;
}

interface NetworkUse {
  bytes: number;
  wasRefused: boolean;
}

/** Whether a post may use more memory; if not, which limit is reached. */
export type GrowResult = "granted" | "network-full" | "full";

/** The memory of all posts, from their first byte until they are answered. Networks without posts are forgotten. */
export class MemoryQuota {
  readonly #limits: QuotaLimits;
  readonly #networks = new Map<string, NetworkUse>();
  #used = 0;

  constructor(limits: QuotaLimits) {
    this.#limits = limits;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /** Networks that use any. */
  get networks(): number {
    return this.#networks.size;
  }

  /** Makes the lease of one post; it is empty at first. */
  lease(network: string): MemoryLease {
    return new MemoryLease(this, this.#limits.minPerPost, network);
  }

  /** Reserves bytes if the limits allow it; the limit of the network is checked first. */
  reserve(network: string, bytes: number): GrowResult {
    const { total, perNetwork } = this.#limits;
    if ((this.#networks.get(network)?.bytes ?? 0) + bytes > perNetwork) return "network-full";
    if (this.#used + bytes > total) return "full";
    this.adjust(network, bytes);
    return "granted";
  }

  /** Reserves bytes whatever the limits are; a negative number returns them. */
  adjust(network: string, bytes: number): void {
    const use = this.#networks.get(network) ?? { bytes: 0, wasRefused: false };
    use.bytes += bytes;
    this.#used += bytes;
    if (use.bytes > 0) this.#networks.set(network, use);
    else this.#networks.delete(network);
  }

  /** Whether a network is refused for the first time since it had no posts: only that is logged. */
  isFirstRefusal(network: string): boolean {
    const use = this.#networks.get(network);
    if (use === undefined || use.wasRefused) return false;
    use.wasRefused = true;
    return true;
  }
}

/** The memory of one post, as a part of a {@link MemoryQuota}. */
export class MemoryLease {
  readonly #quota: MemoryQuota;
  readonly #minBytes: number;
  readonly #network: string;
  #bytes = 0;
  #counted = 0;

  constructor(quota: MemoryQuota, minBytes: number, network: string) {
    this.#quota = quota;
    this.#minBytes = minBytes;
    this.#network = network;
  }

  /** Grows to so many bytes in total if the limits allow it. */
  grow(bytes: number): GrowResult {
    const counted = Math.max(bytes, this.#minBytes);
    const result = this.#quota.reserve(this.#network, counted - this.#counted);
    if (result === "granted") [this.#bytes, this.#counted] = [bytes, counted];
    return result;
  }

  /** Adds bytes whatever the limits are: a body that was received is not refused for its decompressed size. */
  add(bytes: number): void {
    this.resize(this.#bytes + bytes);
  }

  /** Changes to so many bytes in total, whatever the limits are. */
  resize(bytes: number): void {
    const counted = Math.max(bytes, this.#minBytes);
    this.#quota.adjust(this.#network, counted - this.#counted);
    [this.#bytes, this.#counted] = [bytes, counted];
  }

  /** Returns all of it. May be called again. */
  release(): void {
    this.#quota.adjust(this.#network, -this.#counted);
    [this.#bytes, this.#counted] = [0, 0];
  }

  /** As {@link MemoryQuota.isFirstRefusal}. */
  isFirstRefusal(): boolean {
    return this.#quota.isFirstRefusal(this.#network);
  }
}
