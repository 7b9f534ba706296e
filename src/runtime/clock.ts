/** The clock, which SOURCE_DATE_EPOCH sets for reproducible builds. */

/** The time in UTC seconds; null when SOURCE_DATE_EPOCH is set to something that is not one. */
export function clock(sourceDateEpoch: string | undefined): number | null {
  if (sourceDateEpoch === undefined || sourceDateEpoch === "") return Math.floor(Date.now() / 1000);
  if (!/^\d{1,12}$/.test(sourceDateEpoch)) return null;
  const seconds = Number(sourceDateEpoch);
  return seconds <= 253_402_300_799 ? seconds : null;
}
