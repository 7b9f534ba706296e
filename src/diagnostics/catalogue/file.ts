import { entry } from "./entry.ts";

export const fileCodes = {
} as const;
