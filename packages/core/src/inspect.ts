import type { ProviderId } from "@handstamp/protocol";
import type { Finding, Inspection, Part } from "./inspection.ts";
import { objectOf, readParts, type TextPart } from "./lib/jwt-text.ts";
import { notAToken } from "./lib/not-a-token.ts";
import { inspectUnwrapped, unwrap } from "./lib/wrapping.ts";
import type { InspectOptions } from "./provider.ts";
import { PROVIDERS } from "./providers.ts";

/**
 * Everything that can be seen of any provider's token: its parts, its times, and every problem at
 * once with the provider's own code and the mend. It never throws; `verified` is null without a key.
 *
 * What people paste around a token is reported and taken off: quotes, `Bearer`, a JSON answer.
 *
 * @example
 * const { problems, verified } = inspect(token, { keys: [{ account, id: keySid, secret }] });
 */
export function inspect(token: unknown, options: InspectOptions = {}): Inspection {
  if (typeof token !== "string") return unrecognised("not a string", NOT_A_STRING);
  const unwrapped = unwrap(token);
  const provider = Object.values(PROVIDERS).find((candidate) =>
    candidate.recognises(unwrapped.token),
  );
  if (provider)
    return inspectUnwrapped(unwrapped, MALFORMED[provider.id], (text) =>
      provider.inspect(text, options),
    );
  return inspectUnwrapped(unwrapped, undefined, inspectStranger);
}

/** What each provider reports for a text that cannot be read as its token. */
const MALFORMED = { twilio: 20101, agora: 110 } as const satisfies Record<ProviderId, number>;

const NOT_A_STRING: Finding = {
  code: "not_a_string",
  severity: "error",
  message: "A token is a text, and this is not one.",
  mend: "Pass the token itself: the token field of the answer, not the whole answer.",
};

function unrecognised(format: string, finding: Finding, parts: readonly Part[] = []): Inspection {
  return { provider: null, format, verified: null, parts, problems: [finding] };
}

function inspectStranger(text: string): Inspection {
  const parts = readParts(text);
  if (objectOf(parts[0])) return foreignJwt(parts);
  const { format, finding } = notAToken(text);
  return unrecognised(format, finding);
}

function foreignJwt(parts: readonly TextPart[]): Inspection {
  const claims = objectOf(parts[1]) ?? {};
  return {
    ...unrecognised("JWT, but no provider's", FOREIGN_JWT, parts.map(toPart)),
    ...(typeof claims["jti"] === "string" ? { id: claims["jti"] } : {}),
    ...(typeof claims["sub"] === "string" ? { identity: claims["sub"] } : {}),
    ...(isTime(claims["iat"]) ? { issuedAt: claims["iat"] } : {}),
    ...(isTime(claims["nbf"]) ? { notBefore: claims["nbf"] } : {}),
    ...(isTime(claims["exp"]) ? { expiresAt: claims["exp"] } : {}),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function toPart({ name, range, value }: TextPart): Part {
  return value === undefined ? { name, range } : { name, range, value };
}

const FOREIGN_JWT: Finding = {
  code: "foreign_jwt",
  severity: "error",
  message: "This is a JWT, but not Twilio's: its header has no cty of twilio-fpa;v=1.",
  mend: "If it is the user's sign-in token, send it to the token service, which answers the provider's.",
};
