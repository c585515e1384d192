import { invalid, isObject, type JsonObject, parse as parseShape } from "@handstamp/protocol";
import type { Context, KeyMaterial, MintRequest, Provider, Verified } from "../../provider.ts";
import { checkIdentity, identityError } from "./identity.ts";
import { inspectTwilio, recognisesTwilio } from "./inspect.ts";
import { canonicalGrants, fromClaims, GRANTS, OPTIONS, PRODUCTS, toTyped } from "./params.ts";
import { mintAccessToken, verifyClaims } from "./token.ts";
import { checkTtl, DEFAULT_TTL, MAX_TTL, MAX_VOICE_TTL } from "./ttl.ts";

/** Twilio's Access Tokens as the table of providers holds them. */
export const twilio: Provider = {
  id: "twilio",
  title: "Twilio",
  facts: {
    defaultTtl: DEFAULT_TTL,
    maxTtl: MAX_TTL,
    revocation:
      "Deleting the API key makes Twilio refuse every token that it signed for new use; live sessions may go on.",
    account: "account SID",
    keyId: "API key SID",
    keySecret: "API key secret",
    documentation: "https://www.twilio.com/docs/iam/access-tokens",
  },
  products: PRODUCTS,
  options: OPTIONS,
  parse: parseRequest,
  mint: (request, key, context = {}) =>
    mintAccessToken({
      ...request.options,
      ...context,
      accountSid: key.account,
      keySid: key.id,
      keySecret: key.secret,
      identity: request.identity,
      ttl: request.ttl,
      grants: toTyped(request.grants),
    }),
  verify: verifyForTable,
  recognises: recognisesTwilio,
  inspect: inspectTwilio,
};

const FIELDS = ["identity", "ttl", "grants", "options"];

function parseRequest(request: unknown): MintRequest {
  if (!isObject(request)) throw invalid([{ pointer: "", message: "must be an object" }]);
  const unknown = Object.keys(request).filter((key) => !FIELDS.includes(key));
  if (unknown.length > 0)
    throw invalid(unknown.map((key) => ({ pointer: `/${key}`, message: "is not known here" })));
  const grants = canonicalGrants(
    parseShape(GRANTS, request["grants"] ?? {}, "/grants") as MintRequest["grants"],
  );
  const options = parseShape(OPTIONS, request["options"] ?? {}, "/options") as JsonObject;
  return {
    identity: parseIdentity(request["identity"], grants),
    ttl: checkTtl(request["ttl"] ?? DEFAULT_TTL, grants["voice"] ? MAX_VOICE_TTL : MAX_TTL),
    grants,
    options,
  };
}

/**
 * Stricter than the library, which warns: behind a service two identities that look alike would be
 * two people to the policy and one to the reader.
 */
function parseIdentity(identity: unknown, grants: MintRequest["grants"]): string {
  const advice = checkIdentity(identity, toTyped(grants));
  const confusing = advice.find(({ code }) => CONFUSING.has(code));
  if (confusing) throw identityError(confusing.message);
  return identity as string;
}

const CONFUSING = new Set(["identity_invisible_characters", "identity_not_normalised"]);

function verifyForTable(
  token: string,
  keys: readonly KeyMaterial[],
  context: Context = {},
): Verified {
  const { claims } = verifyClaims(token, {
    keys,
    ...(context.now === undefined ? {} : { now: context.now }),
  });
  return {
    id: claims.jti,
    identity: claims.grants.identity,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    account: claims.sub,
    keyId: claims.iss,
    grants: fromClaims(claims.grants),
  };
}
