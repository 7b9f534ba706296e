/** Opens a looker with clients of its own. */
import { success, type Result } from "../../diagnostics/result.ts";
import type { UnixSeconds } from "../../site/stamp.ts";
import { openClients } from "./clients.ts";
import { Looker } from "./looker.ts";
import type { LookOptions } from "./look-options.ts";

export interface LookSession {
  readonly looker: Looker;
  readonly close: () => void;
}

/** Opens a session, or says why that is not possible. */
export function openLookSession(options: LookOptions, now: () => UnixSeconds): Result<LookSession> {
  const clients = openClients(options);
  if (!clients.ok) return clients;
  const { close, ...open } = clients.value;
  return success({ looker: new Looker({ ...options, ...open, now }), close });
}
