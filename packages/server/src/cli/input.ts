/** How a command reads what people type or pipe. */
import process from "node:process";
import { HandstampError } from "@handstamp/protocol";
import { UsageError } from "./failure.ts";
import type { Shell } from "./shell.ts";

const MAX_INPUT = 1024 * 1024;

/**
 * The token that was given as an argument, or for `-` and for none the text of standard input, of
 * which the last line feed is taken off.
 *
 * @throws UsageError when there is neither
 */
export async function readToken(shell: Shell, argument: string | undefined): Promise<string> {
  if (argument !== undefined && argument !== "-") return argument;
  if (argument === undefined && shell.stdin.isTTY)
    throw new UsageError(
      "there is no token: pipe one in, or name it. `-` reads it from standard input, which keeps it out of the shell's history.",
    );
  return (await readAll(shell)).replace(/\r?\n$/, "");
}

/**
 * A secret from standard input: asked for without an echo where that is a terminal, else its first
 * line's text.
 *
 * @throws UsageError when there is none
 */
export async function readSecret(shell: Shell, question: string): Promise<string> {
  const text = shell.stdin.isTTY ? await askSecret(question) : await readAll(shell);
  const secret = text.replace(/\r?\n$/, "");
  if (secret !== "" && !/[\r\n]/.test(secret)) return secret;
  throw new UsageError("standard input must hold one line.");
}

async function askSecret(message: string): Promise<string> {
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message, output: process.stderr });
  if (isCancel(answer)) throw new UsageError("given up: nothing was made.");
  return answer;
}

async function readAll({ stdin }: Shell): Promise<string> {
  let text = "";
  stdin.setEncoding("utf8");
  for await (const chunk of stdin) {
    text += chunk as string;
    if (text.length > MAX_INPUT)
      throw new HandstampError(
        "token_too_large",
        "Standard input holds more than 1 MiB: that is no token.",
      );
  }
  return text;
}

/**
 * A moment as people write it: unix seconds, or RFC 3339.
 *
 * @param flag the option's name, for the message
 * @throws UsageError
 */
export function parseMoment(text: string, flag = "--now"): number {
  if (/^\d{1,13}$/.test(text)) {
    const seconds = Number(text);
    if (seconds < 100_000_000_000) return seconds;
    throw new UsageError(
      `${flag} is in seconds, and ${text} looks like milliseconds: take the last three digits off.`,
    );
  }
  const milliseconds = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw new UsageError(`${flag} takes unix seconds or RFC 3339, such as 2026-11-21T12:00:00Z.`);
  return Math.floor(milliseconds / 1000);
}

/**
 * A moment in the past: as {@link parseMoment} reads it, or a length of time before `now`, such as 24h.
 *
 * @throws UsageError
 */
export function parsePast(text: string, now: number, flag: string): number {
  return /^(\d{1,9}(s|min|m|h|d))+$/.test(text)
    ? now - parseDuration(text, flag)
    : parseMoment(text, flag);
}

/** A comma list without its empty entries and the white space around them. */
export function parseList(text: string): readonly string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
}

/**
 * A whole number.
 *
 * @throws UsageError
 */
export function parseCount(text: string, flag: string, most: number): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw new UsageError(`${flag} takes a whole number from 1 to ${most}.`);
}

const SIZES = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 } as const;

/**
 * A length of time in whole seconds: "3600", "90s", "15m", "1h30m".
 *
 * @param flag the option's name, for the message
 * @throws UsageError
 */
export function parseDuration(text: string, flag = "--ttl"): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  if (!/^(\d{1,9}(s|min|m|h|d))+$/.test(text))
    throw new UsageError(`${flag} takes seconds or a length of time, such as 3600, 15m or 1h30m.`);
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(s|min|m|h|d)/g))
    seconds += Number(count) * SIZES[unit as keyof typeof SIZES];
  return seconds;
}
