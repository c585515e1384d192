import type { Finding } from "../../inspection.ts";

export type Severity = Finding["severity"];
export type Extra = Pick<Finding, "providerCode" | "pointer">;

/** Agora's codes: what its SDKs report. */
export const AGORA = { appId: 101, channel: 102, expired: 109, invalid: 110 } as const;

export function finding(
  severity: Severity,
  code: string,
  message: string,
  mend: string,
  extra: Extra = {},
): Finding {
  return { code, severity, message, mend, ...extra };
}

/** Seconds as people say them: "2 d 3 h", "4 min 5 s". */
export function duration(seconds: number): string {
  const units: readonly [string, number][] = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [unit, size] = units[first] as [string, number];
  const [nextUnit, nextSize] = units[first + 1] ?? ["", 0];
  const rest = nextSize === 0 ? 0 : Math.floor((seconds % size) / nextSize);
  return `${Math.floor(seconds / size)} ${unit}${rest > 0 ? ` ${rest} ${nextUnit}` : ""}`;
}
