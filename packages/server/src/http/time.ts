let lastSecond = Number.NaN;
let lastText = "";

/** Unix seconds as RFC 3339 in UTC: `2026-11-21T12:00:00Z`. */
export function rfc3339(seconds: number): string {
  // Most calls of one moment ask for the same second.
  if (seconds !== lastSecond) {
    lastText = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
    lastSecond = seconds;
  }
  return lastText;
}
