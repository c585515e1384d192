import { s, validate } from "@handstamp/protocol";
import type { Config } from "../config/config.ts";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
/** The section `log` of the configuration. */
export const LOG = s.object({ level: s.optional(s.choice(LEVELS)) });

/** Where a credential could stand if a mistake ever logged a request: each is cut out. */
const REDACTED = [
  "authorization",
  "cookie",
  "token",
  "secret",
  "password",
  "passcode",
  "*.authorization",
  "*.cookie",
  "*.token",
  "*.secret",
  "*.password",
  "*.passcode",
  "headers.*",
  "*.headers.*",
];

/**
 * Options for pino: JSON lines on standard output, the level from the configuration.
 *
 * @throws HandstampError `invalid_request` for a section that is not valid
 */
export function logOptions({ mode, sections }: Pick<Config, "mode" | "sections">) {
  const section = sections["log"] ?? {};
  validate(LOG, section, "/log");
  const { level = mode === "development" ? "warn" : "info" } = section as { level?: string };
  return { level, redact: { paths: REDACTED, censor: "[cut]" }, messageKey: "message" };
}
