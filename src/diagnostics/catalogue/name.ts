import { entry } from "./entry.ts";

export const nameCodes = {
} as const;
