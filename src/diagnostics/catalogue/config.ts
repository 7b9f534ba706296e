import { entry } from "./entry.ts";

export const configCodes = {
} as const;
