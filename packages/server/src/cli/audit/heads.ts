/** The ends of the chains, as they are exported and kept where nobody with the store can write. */
import { HandstampError, isObject, parse, s } from "@handstamp/protocol";
import type { Head } from "../../audit/chain.ts";
import type { World } from "../../config/world.ts";

const HEADS = s.object({
  heads: s.list(
    s.object({
      chain: s.text({ min: 1 }),
      seq: s.integer({ min: 0 }),
      hash: s.text({ pattern: /^[0-9a-f]{64}$/, hint: "64 hex digits" }),
      at: s.integer({ min: 0 }),
    }),
  ),
});

export function headsText(heads: readonly Head[]): string {
  return `${JSON.stringify({ heads }, null, 2)}\n`;
}

/**
 * Reads a file that `audit export --head` wrote.
 *
 * @throws HandstampError `not_found`, or `invalid_request` for a file that holds anything else: a
 * verification against nothing would pass
 */
export function readHeads({ readFile }: World, path: string): readonly Head[] {
  const text = readFile(path);
  if (text === null) throw new HandstampError("not_found", `There is no file at ${path}.`);
  const { heads } = parse(HEADS, decoded(text, path));
  if (heads.length > 0) return heads;
  throw new HandstampError("invalid_request", `${path} names no chain.`);
}

function decoded(text: string, path: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new HandstampError(
    "invalid_request",
    `${path} is no file of heads: \`handstamp audit export --head FILE\` writes one.`,
  );
}
