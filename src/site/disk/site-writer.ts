/** Puts a planned site on the disk, in the order in which it is safe to stop. */
import { phases, type Phase } from "../output.ts";
import type { Dist, KeyedWrite } from "./dist.ts";
import type { FileMaker } from "./file-maker.ts";
import { rememberLock, replaceLock } from "./lock-file.ts";
import { NewDist } from "./new-dist.ts";

/** A file that is not yet as planned. */
export interface PlannedWrite {
  /** Below `dist/`. */
  readonly path: string;
  readonly isNew: boolean;
}

/** What is to be done to `dist/` and the lock. */
export interface Changes {
  /** Not all, where nobody lists them. */
  readonly writes: readonly PlannedWrite[];
  readonly added: number;
  readonly changed: number;
  readonly stale: readonly string[];
  readonly unchanged: number;
  /** null: the lock stays as it is. */
  readonly lockText: string | null;
}

/** Compares every file with the disk, and hands over what is not yet there as planned; lists at most so many of each phase. */
export async function collectChanges(
  maker: FileMaker,
  dist: Dist,
  writer: SiteWriter | null,
  listed: number,
  progress: (done: number) => void,
): Promise<Omit<Changes, "lockText">> {
  const byPhase: Record<Phase, PlannedWrite[]> = { policy: [], server: [], record: [] };
  const counts = { same: 0, added: 0, changed: 0 };
  let done = 0;
  for (const output of maker.outputs()) {
    done += 1;
    if (done % 1000 === 0) progress(done);
    const key = maker.keyOf(output);
    if (key !== "-" && dist.keeps(output.path, key)) {
      counts.same += 1;
      continue;
    }
    const content = maker.textOf(output);
    const compared = dist.compare(output.path, content, key);
    counts[compared] += 1;
    if (compared === "same") continue;
    const list = byPhase[output.phase];
    if (list.length < listed) list.push({ path: output.path, isNew: compared === "added" });
    // What is wrong would not be written: no need to keep it.
    if (writer === null || maker.diagnostics.length > 0) continue;
    const waiting = writer.take(output.phase, { path: output.path, content, key });
    if (waiting !== null) await waiting;
  }
  const writes = phases.flatMap((phase) => byPhase[phase]);
  const { same: unchanged, added, changed } = counts;
  return { writes, added, changed, stale: dist.stale(), unchanged };
}

/** Puts a site on disk once all of it is known to be right. */
export class SiteWriter {
  readonly #root: string;
  readonly #dist: Dist;
  readonly #newDist: NewDist;
  readonly #kept: Record<Phase, KeyedWrite[]> = { policy: [], server: [], record: [] };

  constructor(root: string, dist: Dist) {
    this.#root = root;
    this.#dist = dist;
    this.#newDist = new NewDist(root);
  }

  /** Takes a file; what it returns, if anything, is to be waited for. */
  take(phase: Phase, write: KeyedWrite): Promise<void> | null {
    if (this.#dist.isNew) return this.#newDist.add(write);
    this.#kept[phase].push(write);
    return null;
  }

  /** The lock first: it must never lag behind what senders can fetch. Errors: {@link WriteFailed}, {@link NotAFolder}. */
  async write(
    { added, changed, stale, lockText }: Changes,
    lockBefore: string | null,
    progress: (done: number) => void,
  ): Promise<void> {
    if (this.#dist.isNew) await this.#newDist.complete(progress);
    if (lockText !== null) {
      rememberLock(this.#root, lockBefore);
      replaceLock(this.#root, lockText);
    }
    if (this.#dist.isNew) this.#newDist.publish();
    else if (added + changed + stale.length > 0) {
      const kept = phases.flatMap((phase) => this.#kept[phase]);
      this.#dist.commit(kept, stale, progress);
    }
  }

  /** Leaves nothing beside what was written, nor what an earlier build left that was killed. */
  async end(): Promise<void> {
    await this.#newDist.discard();
  }
}
