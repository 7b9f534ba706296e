import { entry } from "./entry.ts";

export const policyCodes = {
} as const;
