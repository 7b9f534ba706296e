/** Opens what observing needs: a DNS client, trusted roots, an observer. */
import { success, type Result } from "../../diagnostics/result.ts";
import { openClients } from "../../live/probe/clients.ts";
import { Observer } from "./observer.ts";
import type { ProbeOptions } from "../../live/probe/probe-options.ts";

export interface ProbeSession {
  readonly observer: Observer;
  readonly close: () => void;
}

/** Opens a session, or says why that is not possible. `now` gives Unix seconds. */
export function openProbeSession(options: ProbeOptions, now: () => number): Result<ProbeSession> {
  const clients = openClients(options);
  if (!clients.ok) return clients;
  const { dns, trust, close } = clients.value;
  return success({ observer: new Observer({ ...options, dns, trust, now }), close });
}
