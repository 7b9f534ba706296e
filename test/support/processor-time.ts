/** How much work something is: by the processor's time, which other programs on the machine do not take part in. */

/** Milliseconds that the processor worked for this process while something ran. */
export async function processorMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Says how much more work eight times the text is; 8 when work is linear, 64 when quadratic. The large one
 * is compared with eight small ones, so that both are about as long; the least of several rounds counts,
 * because the first ones also compile and collect.
 */
export async function growth<T>(
  make: (size: number) => T,
  run: (made: T) => unknown,
  rounds = 3,
): Promise<number> {
  const [small, large] = [make(1), make(8)];
  let [ofSmall, ofLarge] = [Infinity, Infinity];
  const eightSmall = async (): Promise<void> => {
    for (let n = 0; n < 8; n += 1) await run(small);
  };
  for (let round = 0; round < rounds; round += 1) {
    ofSmall = Math.min(ofSmall, await processorMs(eightSmall));
    ofLarge = Math.min(ofLarge, await processorMs(() => run(large)));
  }
  // Below this, the collector is all that is measured.
  const least = 2;
  return (8 * Math.max(ofLarge, least)) / Math.max(ofSmall, least);
}
