/** Durations as people write them in a policy: `1h`, `90m`, `45s`, `2h30m`, or whole seconds. */

const FORM = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/;

/** Whole seconds above zero, or undefined for anything else. */
export function readDuration(value: unknown): number | undefined {
  if (typeof value === "number")
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  const parts = typeof value === "string" && value !== "" ? FORM.exec(value) : null;
  if (!parts) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds || undefined;
}

/** What a wrong duration is told. */
export const DURATION_HINT =
  "must be a duration such as 1h, 90m, 45s or 2h30m, or whole seconds above zero";
