/** The two letters of a SID, and what they stand for. */
export const SID_KINDS = {
  AC: "an account SID",
  SK: "an API key SID",
  AP: "a TwiML app SID",
  IS: "a service SID",
  CR: "a push credential SID",
  VS: "a video configuration profile SID",
  WS: "a TaskRouter workspace SID",
  WK: "a TaskRouter worker SID",
  WQ: "a TaskRouter queue SID",
  RL: "a role SID",
} as const;

export type SidPrefix = keyof typeof SID_KINDS;

/** Two letters and 32 hex digits. */
export const SID_LENGTH = 34;

/** 1 for the code of a hex digit, 0 for any other below 128. */
const IS_HEX = Uint8Array.from({ length: 128 }, (_, code) =>
  /[0-9a-f]/i.test(String.fromCharCode(code)) ? 1 : 0,
);

/** True for the two letters followed by 32 hex digits. A loop: it stands on the path of every mint. */
export function isSid(value: unknown, prefix: SidPrefix): value is string {
  if (typeof value !== "string" || value.length !== SID_LENGTH || !value.startsWith(prefix))
    return false;
  for (let i = 2; i < SID_LENGTH; i++) if (IS_HEX[value.charCodeAt(i)] !== 1) return false;
  return true;
}

/** Any SID inside a text's start, for telling one kind from another. */
export function sidPrefixOf(value: unknown): SidPrefix | undefined {
  return (Object.keys(SID_KINDS) as SidPrefix[]).find((prefix) => isSid(value, prefix));
}

/** What is wrong with a value that should be such a SID, without the value. */
export function sidProblem(value: unknown, prefix: SidPrefix): string {
  const wanted = `${SID_KINDS[prefix]}: ${prefix} and 32 hex digits`;
  const given = sidPrefixOf(value);
  if (given) return `is ${SID_KINDS[given]} (${given}...), but must be ${wanted}`;
  if (typeof value === "string" && value !== value.trim())
    return `has white space around it; it must be ${wanted}`;
  return `must be ${wanted}`;
}
