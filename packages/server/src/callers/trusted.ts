import { HandstampError, type JsonObject, type Scope } from "@handstamp/protocol";
import { type Caller, judgedCaller } from "./caller.ts";
import { parseUid } from "./claims.ts";
import { canonicalIdentity, isGuestIdentity } from "./identity.ts";

export interface TrustedCaller {
  /** Default: the project `default`. */
  readonly project?: string;
  /** Who it is, as your own code has made sure; null for a back end that names others. */
  readonly identity: string | null;
  /** What policy conditions read as `caller.claims`. */
  readonly claims?: JsonObject;
  /** Default: `mint`, for the caller's own identity. */
  readonly scopes?: readonly Scope[];
  /** Agora's integer uid, 1 to 2^32 - 1, where your app keeps one. */
  readonly uid?: number;
}

/**
 * A caller whom your own server has already signed in, for `issue` inside another server. Nothing is
 * checked here but the form: whoever calls this vouches for the identity. To policy its kind is
 * `session`, because it is your app's session that said who it is.
 *
 * @throws HandstampError `identity_invalid` or `invalid_request`
 *
 * @example
 * const caller = trustedCaller({ identity: user.id, claims: { role: user.role } });
 * await handstamp.issue(caller, { provider: "twilio", grants: { video: { room: "lesson-12" } } });
 */
export function trustedCaller(trusted: TrustedCaller): Caller {
  const identity = trusted.identity === null ? null : canonicalIdentity(trusted.identity);
  if (identity !== null && isGuestIdentity(identity))
    throw new HandstampError(
      "identity_invalid",
      "The identity begins as those of passcode guests do.",
    );
  const uid = trusted.uid === undefined ? undefined : parseUid(trusted.uid);
  if (trusted.uid !== undefined && uid === undefined) throw badUid();
  return judgedCaller({
    kind: "session",
    project: trusted.project ?? "default",
    id: identity === null ? "embedded" : `embedded|${identity}`,
    identity,
    scopes: new Set(trusted.scopes ?? ["mint"]),
    claims: trusted.claims ?? {},
    ...(uid === undefined ? {} : { uid }),
  });
}

function badUid(): HandstampError {
  const message = "must be a whole number from 1 to 4294967295";
  return new HandstampError("invalid_request", `/uid ${message}`, {
    fields: [{ pointer: "/uid", message }],
  });
}
