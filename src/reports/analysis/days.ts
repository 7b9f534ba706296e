/** Days as ISO dates in UTC. */
import type { Window } from "../store/port.ts";

const daySeconds = 86_400;

/** The UTC day of a time. */
export function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** The first second of a day. */
export function startOfDay(day: string): number {
  return Date.parse(day) / 1000;
}

/** Every day of a window, in order. */
export function daysOf({ from, to }: Window): string[] {
  const days: string[] = [];
  for (let at = startOfDay(from); at <= startOfDay(to); at += daySeconds) days.push(dayOf(at));
  return days;
}

/** The window of so many days that ends with the day of a time. */
export function windowUntil(seconds: number, days: number): Window {
  return { from: dayOf(seconds - (days - 1) * daySeconds), to: dayOf(seconds) };
}

/** Whole days from one to the other. */
export function daysBetween(from: string, to: string): number {
  return Math.round((startOfDay(to) - startOfDay(from)) / daySeconds);
}
