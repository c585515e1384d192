/** Times as people say them. All inputs are unix seconds. */

const UNITS = [
  ["year", 31_557_600],
  ["day", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** The last second that a JavaScript date can name (ECMA-262, "Time Values"). */
const LAST_SECOND = 8_640_000_000_000;

/** A length of time in its two largest units: "1 h 12 min", "59 min", "24 h", "3 days". */
export function duration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  if (!Number.isSafeInteger(whole)) return "an endless time";
  const first = UNITS.findIndex(([unit, size]) => whole >= (unit === "day" ? 2 * size : size));
  if (first < 0) return "0 s";
  const [, size] = UNITS[first] as (typeof UNITS)[number];
  const next = UNITS[first + 1];
  const rest = next ? Math.floor((whole % size) / next[1]) : 0;
  return [
    inUnit(whole, first),
    rest > 0 && isWorth(whole, first) ? inUnit(whole % size, first + 1) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** The seconds beside a dozen minutes, or the days beside a dozen years, say nothing. */
function isWorth(whole: number, unit: number): boolean {
  return whole < 10 * (UNITS[unit]?.[1] ?? 0) || UNITS[unit]?.[0] === "h";
}

function inUnit(seconds: number, index: number): string {
  const [unit, size] = UNITS[index] as (typeof UNITS)[number];
  const count = Math.floor(seconds / size);
  const isWord = unit === "year" || unit === "day";
  return `${count} ${unit}${isWord && count > 1 ? "s" : ""}`;
}

/** "in 59 min", "3 h ago", "now". */
export function relative(at: number, now: number): string {
  const away = Math.round(at - now);
  if (away === 0) return "now";
  return away > 0 ? `in ${duration(away)}` : `${duration(away)} ago`;
}

/** The reader's own clock with its offset, "2026-11-21 13:00:00 +01:00". */
export function local(at: number): string {
  if (!isDate(at)) return `${at} (no date of the calendar)`;
  const date = new Date(at * 1000);
  return `${dayOf(date)} ${clock(at)} ${offset(date)}`;
}

/** A column of the reader's own clock: without the date where all of it is of today. */
export interface TimeColumn {
  readonly heading: string;
  readonly cell: (at: number) => string;
}

/** @param title what the times are, such as "issued" */
export function timeColumn(title: string, times: readonly number[], now: number): TimeColumn {
  const zone = offset(new Date(now * 1000));
  const today = times.every((at) => sameDay(at, now));
  const stamp = (at: number) => `${dayOf(new Date(at * 1000))} ${clock(at)}`;
  return {
    heading: today ? `${title} today (${zone})` : `${title} (${zone})`,
    cell: (at) => (today || !isDate(at) ? clock(at) : stamp(at)),
  };
}

/** The time of day alone. */
export function clock(at: number): string {
  if (!isDate(at)) return String(at);
  const date = new Date(at * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

/** True when both fall on one day of the reader's calendar. */
export function sameDay(a: number, b: number): boolean {
  return isDate(a) && isDate(b) && dayOf(new Date(a * 1000)) === dayOf(new Date(b * 1000));
}

/** RFC 3339 in UTC, whole seconds; undefined for what is no date. */
export function rfc3339(at: number | undefined): string | undefined {
  if (at === undefined || !isDate(at)) return undefined;
  return new Date(Math.trunc(at) * 1000).toISOString().replace(".000Z", "Z");
}

function isDate(at: number): boolean {
  return Math.abs(at) <= LAST_SECOND;
}

function dayOf(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
