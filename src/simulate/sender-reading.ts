/** What one kind of sender makes of the texts and MX hosts of a world. */
import { mxMatches } from "../mta-sts/mx-pattern.ts";
import type { Kept, Sender } from "./sender.ts";
import type { MxHosts, View } from "./sights.ts";

export class SenderReading {
  /** By the number of the text. */
  readonly kept: readonly (Kept | null)[];
  /** By the number of the text, in seconds; 0 where it is not kept. */
  readonly life: readonly number[];
  readonly rest: readonly number[];
  readonly #refused: readonly (readonly boolean[])[];

  constructor(sender: Sender, view: View) {
    this.kept = view.texts.map((text) => sender.keep(text));
    this.life = this.kept.map((kept) => kept?.lifeSeconds ?? 0);
    this.rest = this.life.map((life) => sender.restSeconds(life));
    const matches = sender.wildcard === "any-depth" ? matchesAnyDepth : mxMatches;
    this.#refused = this.kept.map((kept) =>
      view.mxHosts.map((hosts) => kept?.mode === "enforce" && refuses(kept, hosts, matches)),
    );
  }

  /** Whether who holds this text may not deliver to these MX hosts, and could without it. */
  refuses(text: number, mxHosts: number): boolean {
    return this.#refused[text]?.[mxHosts] ?? false;
  }
}

/** Where no host answers at all it is not the policy that keeps the mail back. */
function refuses(
  { patterns }: Kept,
  { open, secure }: MxHosts,
  matches: (pattern: string, host: string) => boolean,
): boolean {
  return (
    open.length > 0 && !secure.some((host) => patterns.some((pattern) => matches(pattern, host)))
  );
}

/** Compares ends, as mailauth does. */
function matchesAnyDepth(pattern: string, host: string): boolean {
  return mxMatches(pattern, host) || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));
}
