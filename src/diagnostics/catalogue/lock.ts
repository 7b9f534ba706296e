import { entry } from "./entry.ts";

/** What the lock guards, and what can be wrong with the lock itself. */
export const lockCodes = {
  "lock/unreadable": entry<{ detail: string }>({
    severity: "error",
    message: (a) => `stspress.lock cannot be read: ${a.detail}`,
    fix: () => "restore the file from version control (git checkout stspress.lock); never delete it: it knows what senders may still hold",
  }),
} as const;
