/** What every list takes in its query: a stretch of time, a page's size and where the last one ended. */
import { invalid, isHandstampError, s } from "@handstamp/protocol";
import { instantOf, RFC_3339 } from "../http/time.ts";

const DEFAULT_LIMIT = 50;
const TIME_HINT = "a time in RFC 3339 such as 2026-11-21T12:00:00Z (in a URL, + is %2B)";

export const PAGING = {
  limit: s.optional(
    s.text({
      pattern: /^(?:[1-9]\d?|[1-4]\d\d|500)$/,
      hint: "a whole number from 1 to 500",
      doc: "Entries on a page, 1 to 500; 50 when it is left out.",
    }),
  ),
  cursor: s.optional(
    s.text({
      max: 64,
      pattern: /^[\w-]+$/,
      hint: "`next` of the page before",
      doc: "`next` of the page before.",
    }),
  ),
} as const;

const time = (doc: string) => s.optional(s.text({ pattern: RFC_3339, hint: TIME_HINT, doc }));

export const PERIOD = {
  from: time("From this time on, RFC 3339."),
  to: time("Up to and with this time, RFC 3339."),
} as const;

type Query = Readonly<Record<string, string | undefined>>;

/** The page that a query asks for. */
export function pageOf({ limit, cursor }: Query): { limit: number; cursor?: string } {
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/**
 * The stretch of time that a query asks for, in unix milliseconds.
 *
 * @throws HandstampError `invalid_request` for a text that is no RFC 3339 time
 */
export function periodOf(query: Query): { from?: number; to?: number } {
  return { ...momentOf(query, "from"), ...momentOf(query, "to") };
}

function momentOf<N extends "from" | "to">(query: Query, name: N): { [K in N]?: number } {
  const text = query[name];
  if (text === undefined) return {};
  const at = instantOf(text);
  if (at !== undefined) return { [name]: at } as { [K in N]?: number };
  throw invalid([{ pointer: `/query/${name}`, message: `must be ${TIME_HINT}` }]);
}

/**
 * Reads a page; what the store says of a cursor is said of the query.
 *
 * @throws HandstampError `invalid_request` for a cursor that no page gave
 */
export async function readingPage<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const wrong = isHandstampError(error) ? error.fields[0] : undefined;
    if (wrong?.pointer !== "/cursor") throw error;
    throw invalid([{ pointer: "/query/cursor", message: wrong.message }]);
  }
}
