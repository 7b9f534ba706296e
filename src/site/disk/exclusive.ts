/** Lets one stspress at a time write a site, and says so where another one does. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, type Result } from "../../diagnostics/result.ts";
import { takeSite, type Taken } from "../../runtime/site-mutex.ts";
import { describe } from "../../runtime/system-error.ts";

/** Works while no other stspress writes the site. */
export async function exclusively<T>(
  root: string,
  work: () => Result<T> | Promise<Result<T>>,
): Promise<Result<T>> {
  let taken: Taken;
  try {
    taken = takeSite(root);
  } catch (error) {
    return failure(diagnostic("site/cannot-write", { path: ".stspress", detail: describe(error) }));
  }
  if (!taken.ok) return failure(diagnostic("site/busy", { pid: taken.pid }));
  try {
    return await work();
  } finally {
    taken.release();
  }
}
