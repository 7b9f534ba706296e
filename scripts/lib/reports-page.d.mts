/** For the tests, which are type-checked. */
export function bundleReportsPage(): Promise<{
  overviewScript: string;
  domainScript: string;
  style: string;
  inputs: string[];
}>;
