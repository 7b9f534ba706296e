/**
 * Does work on every item, at most so many at once, and calls `done` in the order of the items, each
 * as soon as everything before it is done.
 */
export async function mapInOrder<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<R>,
  done: (result: R) => void | Promise<void>,
): Promise<void> {
  const waiting = new Map<number, R>();
  let next = 0;
  let told = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next;
      const item = items[index];
      if (index >= items.length || item === undefined) return;
      next += 1;
      waiting.set(index, await work(item, index));
      for (; waiting.has(told); told += 1) {
        const result = waiting.get(told) as R;
        waiting.delete(told);
        await done(result);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}
