import fs from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { diskSpaceCheck } from "../../../src/reports/receiver/disk-space.ts";

const mebibyte = 1024 * 1024;

test("a quarter of a gigabyte is left to others; the disk is asked every two seconds at most", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  let free = 256 * mebibyte;
  const real = await fs.promises.statfs("/");
  const asked = vi.spyOn(fs.promises, "statfs").mockImplementation(() => {
    return Promise.resolve(Object.assign(real, { bavail: free / 4096, bsize: 4096 }));
  });
  onTestFinished(() => {
    vi.useRealTimers();
    asked.mockRestore();
  });
  const hasSpace = diskSpaceCheck("/journal");
  expect(await hasSpace()).toBe(false);
  free += 4096;
  vi.advanceTimersByTime(2000);
  expect(await hasSpace()).toBe(false);
  expect(asked).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(await hasSpace()).toBe(true);
  expect(asked).toHaveBeenCalledTimes(2);
});
