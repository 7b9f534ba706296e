/** Looks at many domains, gently: servers that order certificates on demand fail when all are asked for at once. */
import { setTimeout as pause } from "node:timers/promises";
import { mapInOrder } from "../../runtime/map-in-order.ts";
import type { Look } from "../../site/lock/look.ts";
import type { Looker, LookRequest } from "./looker.ts";

export interface Pace {
  /** Domains at once. */
  readonly concurrency: number;
  /** How long to wait before a domain is looked at again whose certificate may be on order; 10 seconds by default. */
  readonly retryAfterMs?: number;
  /** Called whenever one is done, with how many are. */
  readonly progress?: (done: number, total: number) => void;
}

const defaultRetryMs = 10_000;

/**
 * Looks at each domain and gives the looks in the order of the requests, each as soon as those before it are done.
 * Where a TLS handshake failed, it looks once more after a pause, and that look counts.
 */
export async function lookAtAll(
  looker: Pick<Looker, "lookAt" | "firstLookAt">,
  requests: readonly LookRequest[],
  { concurrency, retryAfterMs = defaultRetryMs, progress = () => undefined }: Pace,
  done: (look: Look) => void | Promise<void>,
): Promise<void> {
  let count = 0;
  const lookAt = async (request: LookRequest): Promise<Look> => {
    const first = await looker.firstLookAt(request);
    let { look } = first;
    if (first.mayBeOrderingCertificate) {
      await pause(retryAfterMs);
      look = await looker.lookAt(request);
    }
    count += 1;
    progress(count, requests.length);
    return look;
  };
  await mapInOrder(requests, concurrency, lookAt, done);
}
