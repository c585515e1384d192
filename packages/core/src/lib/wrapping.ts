/** What people paste around a token: quotes, `Bearer`, the whole JSON answer. */
import { isObject } from "@handstamp/protocol";
import type { Finding, Inspection } from "../inspection.ts";
import { byGravity } from "../inspection.ts";

/** A token, where it starts in the text that was given, and what was around it. */
export interface Unwrapped {
  readonly token: string;
  readonly offset: number;
  readonly findings: readonly Finding[];
}

interface Wrapping {
  readonly code: string;
  readonly message: string;
  readonly mend: string;
  /** [start, end) of what is inside, or undefined where this is not wrapped so. */
  readonly inside: (text: string) => readonly [number, number] | undefined;
}

const QUOTES = ['"', "'", "`"];
/** A JSON answer beyond this is not searched. */
const MAX_JSON = 65_536;

const WRAPPINGS: readonly Wrapping[] = [
  {
    code: "surrounding_whitespace",
    message: "There is white space around the token.",
    mend: "Trim the text, for example the line end that a file or a shell adds.",
    inside(text) {
      const start = text.length - text.trimStart().length;
      const end = text.trimEnd().length;
      return end > start && end - start < text.length ? [start, end] : undefined;
    },
  },
  {
    code: "quoted",
    message: "The token stands in quotes.",
    mend: "Parse the JSON answer, and pass the string without its quotes.",
    inside(text) {
      const quote = text.charAt(0);
      const isQuoted = text.length > 2 && QUOTES.includes(quote) && text.endsWith(quote);
      return isQuoted ? [1, text.length - 1] : undefined;
    },
  },
  {
    code: "bearer_prefix",
    message: "The token has an HTTP Authorization prefix.",
    mend: 'Pass the token alone, without "Bearer".',
    inside: (text) => after(text, /^(?:authorization:\s{0,8})?bearer\s{1,8}/i),
  },
  {
    code: "name_prefix",
    message: "The token has a name before it.",
    mend: "Pass the value alone, without the name and the sign after it.",
    inside: (text) => after(text, /^[A-Za-z_][\w-]{0,40}\s?[=:]\s{0,8}(?=["'`]?(?:eyJ|00[3-7]))/),
  },
  {
    code: "json_object",
    message: "This is a JSON answer with the token inside.",
    mend: "Parse the answer and pass its token field, not the whole answer.",
    inside: insideJson,
  },
];

function after(text: string, prefix: RegExp): readonly [number, number] | undefined {
  const found = prefix.exec(text)?.[0];
  return found === undefined || found.length === text.length
    ? undefined
    : [found.length, text.length];
}

const TOKEN_FIELDS = ["token", "accessToken", "access_token", "jwt", "rtcToken", "rtmToken", "key"];

function insideJson(text: string): readonly [number, number] | undefined {
  if (!text.startsWith("{") || text.length > MAX_JSON) return undefined;
  const token = tokenField(text);
  // An escape inside the text means that it is not there as it stands.
  const start = token ? text.indexOf(`"${token}"`) + 1 : 0;
  return token && start > 0 ? [start, start + token.length] : undefined;
}

function tokenField(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (!isObject(value)) return undefined;
    const name = TOKEN_FIELDS.find((field) => typeof value[field] === "string");
    return name === undefined ? undefined : (value[name] as string);
  } catch {
    return undefined;
  }
}

const MAX_LAYERS = 5;

/** Takes off what is around a token, layer by layer. Never throws. */
export function unwrap(text: string): Unwrapped {
  let token = text;
  let offset = 0;
  const findings: Finding[] = [];
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const found = peel(token);
    if (!found) break;
    const { code, message, mend, start, end } = found;
    findings.push({ code, severity: "error", message, mend });
    token = token.slice(start, end);
    offset += start;
  }
  return { token, offset, findings };
}

function peel(text: string): (Wrapping & { start: number; end: number }) | undefined {
  for (const wrapping of WRAPPINGS) {
    const range = wrapping.inside(text);
    if (range) return { ...wrapping, start: range[0], end: range[1] };
  }
  return undefined;
}

/**
 * Inspects what is inside, and reports what is around it. The ranges are those of the whole text.
 *
 * @param providerCode what the provider reports for a text that is no token
 */
export function inspectUnwrapped(
  { token, offset, findings }: Unwrapped,
  providerCode: number | undefined,
  inspectToken: (token: string) => Inspection,
): Inspection {
  const inner = inspectToken(token);
  if (findings.length === 0) return inner;
  const coded = findings.map((f) => (providerCode === undefined ? f : { ...f, providerCode }));
  return {
    ...inner,
    parts: inner.parts.map((part) =>
      Object.assign({}, part, { range: [part.range[0] + offset, part.range[1] + offset] as const }),
    ),
    problems: byGravity([...coded, ...inner.problems]),
  };
}
