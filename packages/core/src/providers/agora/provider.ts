import {
  type FieldError,
  HandstampError,
  invalid,
  isObject,
  type JsonObject,
  parse as parseShape,
} from "@handstamp/protocol";
import type { Context, KeyMaterial, MintRequest, Provider, Verified } from "../../provider.ts";
import { toWire } from "./build.ts";
import { identityOf } from "./identity.ts";
import { inspectAgora, recognisesAgora } from "./inspect.ts";
import { checkTtl, mintToken } from "./mint.ts";
import {
  canonicalGrants,
  fromServices,
  GRANTS,
  isDisguisedUid,
  OPTIONS,
  PRODUCTS,
  toRequestPointer,
  toTyped,
} from "./params.ts";
import { DEFAULT_TTL, MAX_TTL } from "./rules.ts";
import { verifyToken } from "./token.ts";

/** Agora's tokens as the table of providers holds them. */
export const agora: Provider = {
  id: "agora",
  title: "Agora",
  facts: {
    defaultTtl: DEFAULT_TTL,
    maxTtl: MAX_TTL,
    revocation: null,
    account: "app ID",
    keyId: "key name",
    keySecret: "app certificate",
    documentation:
      "https://docs.agora.io/en/video-calling/token-authentication/deploy-token-server",
  },
  products: PRODUCTS,
  options: OPTIONS,
  parse: parseRequest,
  mint: mintForTable,
  verify: verifyForTable,
  recognises: recognisesAgora,
  inspect: inspectAgora,
};

const FIELDS = new Set(["identity", "ttl", "grants", "options"]);
const MAX_IDENTITY = 255;

function parseRequest(request: unknown): MintRequest {
  if (!isObject(request)) throw invalid([{ pointer: "", message: "must be an object" }]);
  const unknown = Object.keys(request).filter((key) => !FIELDS.has(key));
  if (unknown.length > 0)
    throw invalid(unknown.map((key) => ({ pointer: `/${key}`, message: "is not known here" })));
  const identity = parseIdentity(request["identity"]);
  const { ttl = DEFAULT_TTL } = request;
  checkTtl(ttl);
  const options = parseShape(OPTIONS, request["options"] ?? {}, "/options") as JsonObject;
  const given = parseShape(GRANTS, request["grants"] ?? {}, "/grants") as MintRequest["grants"];
  const grants = canonicalGrants(given, identity);
  checkGrants(grants, ttl);
  return { identity, ttl, grants, options };
}

function parseIdentity(identity: unknown): string {
  if (typeof identity === "string" && identity !== "" && identity.length <= MAX_IDENTITY)
    return identity;
  const message = `must be a text of 1 to ${MAX_IDENTITY} characters`;
  throw new HandstampError("identity_invalid", `identity ${message}`, {
    fields: [{ pointer: "/identity", message }],
  });
}

/** What a policy may still fill in stands here so that the rest can be checked before it. */
const FILLED_LATER: Readonly<Record<string, JsonObject>> = {
  rtc: { channel: "filled-later" },
  streaming: { channel: "filled-later", privileges: ["mix"] },
  fcdn: { channel: "filled-later", privileges: ["play"] },
  rtm2: { permissions: {} },
};

/** Agora's own rules for every field that is there; wildcards are the policy's to allow. */
function checkGrants(grants: MintRequest["grants"], ttl: number): void {
  const whole = Object.fromEntries(
    Object.entries(grants).map(([key, grant]) => {
      const member =
        key === "rtc" && grant["uid"] === undefined && grant["account"] === undefined
          ? { uid: 1 }
          : {};
      const role = key === "rtc" && grant["role"] === undefined ? { role: "publisher" } : {};
      return [key, { ...FILLED_LATER[key], ...member, ...role, ...grant }];
    }),
  );
  const errors: FieldError[] = disguisedUids(grants);
  const terms = { ttl, anyChannel: true, anyUid: true };
  toWire(toTyped(whole), terms, { errors, warnings: [] }, "/grants");
  if (errors.length > 0) throw invalid(errors.map(inRequest));
}

const inRequest = ({ pointer, message }: FieldError): FieldError => ({
  pointer: toRequestPointer(pointer),
  message,
});

function disguisedUids(grants: MintRequest["grants"]): FieldError[] {
  return Object.entries(grants)
    .filter(([, grant]) => isDisguisedUid(grant))
    .map(([key]) => ({
      pointer: `/grants/${key}/account`,
      message: "is a number: in the token it would be that uid, so ask for it as uid",
    }));
}

function mintForTable(request: MintRequest, key: KeyMaterial, context: Context = {}) {
  const disguised = disguisedUids(request.grants);
  if (disguised.length > 0) throw invalid(disguised);
  try {
    return mintToken({
      ...context,
      appId: key.account,
      appCertificate: key.secret,
      ttl: request.ttl,
      services: toTyped(request.grants),
      // Whoever may mint has already been allowed the wildcards that the request names.
      anyChannel: true,
      anyUid: true,
    });
  } catch (error) {
    throw error instanceof HandstampError && error.code === "invalid_request"
      ? invalid(error.fields.map(asGrant))
      : error;
  }
}

const asGrant = ({ pointer, message }: FieldError): FieldError =>
  inRequest({ pointer: pointer.replace(/^\/services/, "/grants"), message });

function verifyForTable(
  token: string,
  keys: readonly KeyMaterial[],
  context: Context = {},
): Verified {
  const verified = verifyToken(token, {
    keys,
    ...(context.now === undefined ? {} : { now: context.now }),
  });
  return {
    id: verified.id,
    identity: identityOf(verified),
    issuedAt: verified.issuedAt,
    expiresAt: verified.expiresAt,
    account: verified.appId,
    keyId: verified.keyId as string,
    grants: fromServices(verified.services),
  };
}
