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

/** @throws HandstampError `invalid_request` for a section that is not valid */
export function readLogLevel({ mode, sections }: Pick<Config, "mode" | "sections">): string {
  const section = sections["log"] ?? {};
  validate(LOG, section, "/log");
  const { level = mode === "development" ? "warn" : "info" } = section as { level?: string };
  return level;
}

/**
 * Options for pino: one JSON object a line, with the time in RFC 3339.
 *
 * @param now unix milliseconds
 */
export function logOptions(level: string, now: () => number) {
  return {
    level,
    redact: { paths: REDACTED, censor: "[cut]" },
    messageKey: "message",
    base: null,
    timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
}

/** The end of a log: what pino writes to. */
export interface LogSink {
  write(line: string): void;
}

/**
 * Gathers the lines of one turn of the event loop into one write: a request's line then costs no
 * system call of its own. Warnings and worse are written at once.
 *
 * @param write where the text goes
 */
export function gatherLines(write: (text: string) => void): LogSink & { flush(): void } {
  let lines = "";
  const flush = () => {
    const text = lines;
    lines = "";
    if (text !== "") write(text);
  };
  return {
    flush,
    write(line) {
      if (lines === "") setImmediate(flush);
      lines += line;
      if (!line.startsWith('{"level":"info"')) flush();
    },
  };
}
