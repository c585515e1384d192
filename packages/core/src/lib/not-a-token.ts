/** Texts that are often taken for a token, and what they say about the request that gave them. */
import type { Finding } from "../inspection.ts";

export interface NotAToken {
  /** In words: "HTML page". */
  readonly format: string;
  readonly finding: Finding;
}

interface Mistake {
  readonly format: string;
  readonly code: string;
  readonly matches: (text: string) => boolean;
  readonly message: string;
  readonly mend: string;
}

const WORDS = new Set(["undefined", "null", "nan", "[object object]", "[object promise]", "true"]);

const MISTAKES: readonly Mistake[] = [
  {
    format: "empty text",
    code: "empty",
    matches: (text) => text === "",
    message: "There is nothing here.",
    mend: "Look at what the token endpoint answered: an empty string often stands for a failed request.",
  },
  {
    format: "JavaScript value",
    code: "javascript_value",
    matches: (text) => WORDS.has(text.toLowerCase()),
    message: "This is a JavaScript value that became text.",
    mend: "Await the request for the token, and read the token field by its right name.",
  },
  {
    format: "TwiML document",
    code: "twiml",
    matches: isTwiml,
    message: "This is TwiML, the answer of a call's webhook, and no token.",
    mend: "Fetch from the route that answers tokens, not from the TwiML app's voice URL.",
  },
  {
    format: "HTML page",
    code: "html",
    matches: (text) => /^<(?:!doctype|html|head|body|title|h1|p|pre|div)\b/i.test(text),
    message: "This is a web page, and no token.",
    mend: "Check the URL and the status of the token request: this is an error page, a sign-in page or the app's own index.",
  },
  {
    format: "XML document",
    code: "xml",
    matches: (text) => /^<\?xml\b/i.test(text),
    message: "This is XML, and no token.",
    mend: "Check the URL of the token request, and that it asks for JSON.",
  },
  {
    format: "JSON",
    code: "json_without_token",
    matches: (text) => /^[{[]/.test(text),
    message: "This is JSON, and there is no token in it where one is expected.",
    mend: "Pass the token alone; if the answer has an error in it, mend that first.",
  },
  {
    format: "Twilio SID",
    code: "sid",
    matches: (text) => /^[A-Z]{2}[0-9a-f]{32}$/.test(text),
    message: "This is a SID, which names a thing, and no token.",
    mend: "Pass the token that the token endpoint answered.",
  },
  {
    format: "secret",
    code: "secret",
    matches: (text) => /^[0-9A-Za-z]{32}$/.test(text),
    message: "This has the form of a secret or of an app's id, and no token.",
    mend: "If it is a secret, treat it as disclosed: it was pasted where a token belongs.",
  },
  {
    format: "URL",
    code: "url",
    matches: (text) => /^(?:https?|wss?):\/\//i.test(text),
    message: "This is an address, and no token.",
    mend: "Fetch the token from there, and pass what it answers.",
  },
];

/** True for the XML that Twilio's voice and message webhooks answer. */
export function isTwiml(text: string): boolean {
  return text.startsWith("<") && /<Response[\s/>]/.test(text.slice(0, 2000));
}

/** What a text that is nobody's token most likely is. Never throws. */
export function notAToken(text: string): NotAToken {
  const trimmed = text.trim();
  const mistake = MISTAKES.find(({ matches }) => matches(trimmed));
  const { format, code, message, mend } = mistake ?? UNKNOWN;
  return { format, finding: { code, severity: "error", message, mend } };
}

const UNKNOWN = {
  format: "unknown",
  code: "unknown_format",
  message: "This is no token of a provider that is known here.",
  mend: "Copy the whole token: a Twilio token starts with eyJ and has two dots, an Agora token starts with 007 or 006.",
};
