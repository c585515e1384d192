import type { Finding, Inspection } from "./inspection.ts";
import type { InspectOptions } from "./provider.ts";
import { PROVIDERS } from "./providers.ts";

/**
 * Everything that can be seen of any provider's token: its parts, its times, and every problem at
 * once with the provider's own code and the mend. It never throws; `verified` is null without a key.
 *
 * @example
 * const { problems, verified } = inspect(token, { keys: [{ account, id: keySid, secret }] });
 */
export function inspect(token: unknown, options: InspectOptions = {}): Inspection {
  if (typeof token !== "string") return unrecognised("not a string", NOT_A_STRING);
  const provider = Object.values(PROVIDERS).find((candidate) => candidate.recognises(token));
  return provider ? provider.inspect(token, options) : unrecognised(...guess(token));
}

function unrecognised(format: string, finding: Finding): Inspection {
  return { provider: null, format, verified: null, parts: [], problems: [finding] };
}

const NOT_A_STRING: Finding = {
  code: "not_a_string",
  severity: "error",
  message: "A token is a text, and this is not one.",
  mend: "Pass the token itself: the `token` field of the answer, not the whole answer.",
};

/** What a text that is nobody's token most likely is. */
function guess(text: string): [string, Finding] {
  for (const { format, matches, finding } of MISTAKES) if (matches(text)) return [format, finding];
  return [
    "unknown",
    {
      code: "unknown_format",
      severity: "error",
      message: "This is no token of a provider that is known here.",
      mend: "Copy the whole token: a Twilio token starts with eyJ and has two dots, an Agora token starts with 007 or 006.",
    },
  ];
}

const error = (code: string, message: string, mend: string): Finding => ({
  code,
  severity: "error",
  message,
  mend,
});

const MISTAKES: readonly {
  format: string;
  matches: (text: string) => boolean;
  finding: Finding;
}[] = [
  {
    format: "empty text",
    matches: (text) => text.trim() === "",
    finding: error(
      "empty",
      "There is nothing here.",
      "Look at what the token endpoint answered: an empty string often stands for a failed request.",
    ),
  },
];
