import { entry } from "./entry.ts";

export const tlsRptCodes = {
} as const;
