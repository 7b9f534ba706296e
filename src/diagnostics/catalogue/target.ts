import { entry } from "./entry.ts";

export const targetCodes = {
} as const;
