/** For the tests, which are type-checked. */
export function bundleRecordsPage(): Promise<{ script: string; style: string }>;
