import { entry } from "./entry.ts";

export const recordCodes = {
} as const;
