import { PROVIDERS, type Provider } from "@handstamp/core";
import { isObject } from "@handstamp/protocol";

/** A token, and where it stood when the text around it was a token service's answer in JSON. */
export interface FoundToken {
  readonly text: string;
  /** A JSON pointer. */
  readonly pointer?: string;
}

/**
 * The token in a text. People pipe the whole answer of a token endpoint: where that is a JSON object
 * with exactly one field that some provider recognises, the token is that one. Any other text is
 * returned as it is, for the inspection to say what is wrong with it.
 */
export function findToken(text: string): FoundToken {
  const fields = Object.entries(parsed(text)).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && providerOf(entry[1]) !== undefined,
  );
  const [found, second] = fields;
  return found && !second ? { text: found[1], pointer: `/${found[0]}` } : { text };
}

/** The provider whose token a text looks like, however broken. */
export function providerOf(text: string): Provider | undefined {
  return Object.values(PROVIDERS).find((provider) => provider.recognises(text));
}

function parsed(text: string): Record<string, unknown> {
  if (!text.trimStart().startsWith("{")) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
