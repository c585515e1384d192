const DAY = 86_400;
let day = Number.NaN;
let date = "";

/** Unix seconds as RFC 3339 in UTC: `2026-11-21T12:00:00Z`. */
export function rfc3339(seconds: number): string {
  // The date is that of the last call nearly always; the rest is arithmetic.
  const today = Math.floor(seconds / DAY);
  if (today !== day) {
    date = new Date(today * DAY * 1000).toISOString().slice(0, 11);
    day = today;
  }
  const rest = seconds - today * DAY;
  const minutes = Math.floor(rest / 60);
  return `${date}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(Math.floor(rest % 60))}Z`;
}

const PAIRS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, "0"));
const two = (value: number): string => PAIRS[value] as string;

/** What a shape says of a time. That the day exists is for {@link instantOf} to say. */
export const RFC_3339 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * An RFC 3339 time as unix milliseconds, or undefined for a text that is none. A day that the month
 * does not have is none: JavaScript would take 30 February for 2 March.
 */
export function instantOf(text: string): number | undefined {
  const given = RFC_3339.exec(text)?.[1];
  if (given === undefined) return undefined;
  const midnight = Date.parse(`${given}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(given))
    return undefined;
  return Date.parse(text.toUpperCase());
}
