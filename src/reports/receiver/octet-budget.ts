/** How many octets of posts are in memory at one time: in all, and of one client network. */

/** Octets in all, of one network, and that a post counts as at least. */
export interface BudgetSize {
  readonly whole: number;
  readonly share: number;
  readonly least: number;
}

interface Share {
  octets: number;
  /** Whether it has been told that it has no more; the log says it once. */
  isTold: boolean;
}

/** What keeps a post from holding more: nothing, its network holds too much, or all together do. */
export type Room = "room" | "share-full" | "full";

/**
 * The octets of all posts, from their first one until they are answered. Networks that hold nothing are
 * not remembered, and each post counts as `least`, so that they are never more than `whole / least`.
 */
export class OctetBudget {
  readonly #size: BudgetSize;
  #held = 0;
  readonly #shares = new Map<string, Share>();

  constructor(size: BudgetSize) {
    this.#size = size;
  }

  /** Octets that are held. */
  get held(): number {
    return this.#held;
  }

  /** Networks that hold any. */
  get networks(): number {
    return this.#shares.size;
  }

  /** What one post of a network holds; it begins with nothing. */
  open(network: string): Holding {
    return new Holding(this, this.#size.least, network);
  }

  /** Takes octets if there is room for them; a network's own share is asked first. */
  take(network: string, octets: number): Room {
    const { whole, share } = this.#size;
    if ((this.#shares.get(network)?.octets ?? 0) + octets > share) return "share-full";
    if (this.#held + octets > whole) return "full";
    this.add(network, octets);
    return "room";
  }

  /** Takes octets, be there room or not; a negative number gives them back. */
  add(network: string, octets: number): void {
    const share = this.#shares.get(network) ?? { octets: 0, isTold: false };
    share.octets += octets;
    this.#held += octets;
    if (share.octets > 0) this.#shares.set(network, share);
    else this.#shares.delete(network);
  }

  /** Whether a network that has no more room is told so for the first time since it held nothing. */
  tells(network: string): boolean {
    const share = this.#shares.get(network);
    if (share === undefined || share.isTold) return false;
    share.isTold = true;
    return true;
  }
}

/** What one post holds of an {@link OctetBudget}. */
export class Holding {
  readonly #budget: OctetBudget;
  readonly #least: number;
  readonly #network: string;
  #octets = 0;
  #counted = 0;

  constructor(budget: OctetBudget, least: number, network: string) {
    this.#budget = budget;
    this.#least = least;
    this.#network = network;
  }

  /** Holds so many, if there is room for what that is more than before. */
  grow(octets: number): Room {
    const counted = Math.max(octets, this.#least);
    const room = this.#budget.take(this.#network, counted - this.#counted);
    if (room === "room") [this.#octets, this.#counted] = [octets, counted];
    return room;
  }

  /** Holds so many more, be there room or not: what was received whole is not refused for what it becomes. */
  add(octets: number): void {
    this.keep(this.#octets + octets);
  }

  /** Holds so many from now on. */
  keep(octets: number): void {
    const counted = Math.max(octets, this.#least);
    this.#budget.add(this.#network, counted - this.#counted);
    [this.#octets, this.#counted] = [octets, counted];
  }

  /** Holds nothing any more. */
  end(): void {
    this.#budget.add(this.#network, -this.#counted);
    [this.#octets, this.#counted] = [0, 0];
  }
}
