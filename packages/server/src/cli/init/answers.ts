/** What `init` needs to know, and what can be said of it on the command line. */
import { PRODUCTS, type ProviderId, suggest } from "@handstamp/protocol";
import { UsageError } from "../failure.ts";
import { parseList } from "../input.ts";

export interface Answers {
  readonly providers: readonly ProviderId[];
  readonly signIn: SignIn;
  /** The names of the rooms and channels that everybody may enter; empty: no rule yet. */
  readonly rooms: string;
  /** Web pages that ask from a browser. */
  readonly origins: readonly string[];
}

/** How the app's users show who they are. */
export type SignIn =
  | ({ readonly kind: "discovery" } & Issued)
  | ({ readonly kind: "jwks"; readonly jwks: string } & Issued)
  | ({ readonly kind: "secret"; readonly variable: string } & Issued)
  | { readonly kind: "session"; readonly url: string; readonly identity: string }
  | { readonly kind: "api_token" };

interface Issued {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that says who it is. */
  readonly identity: string;
}

export type SignInKind = SignIn["kind"];

export interface InitOptions {
  readonly providers?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly jwks?: string;
  readonly secretEnv?: string;
  readonly sessionUrl?: string;
  readonly identity?: string;
  readonly rooms?: string;
  readonly origins?: string;
}

export const USUAL = {
  audience: "calls",
  claim: "sub",
  member: "user.id",
  rooms: "lesson-*",
} as const;

/** @throws UsageError for a name that is no provider */
export function providersFrom(text: string): readonly ProviderId[] {
  const known = Object.keys(PRODUCTS);
  const names = [...new Set(parseList(text))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--providers: there is no such provider${suggest(unknown, known)}`);
  if (names.length > 0) return names as ProviderId[];
  throw new UsageError(`--providers names one of ${known.join(", ")}, or several.`);
}

/**
 * How users sign in, as far as the options tell; undefined where they do not.
 *
 * @throws UsageError for options that contradict each other or lack one
 */
export function signInFrom(options: InitOptions): SignIn | undefined {
  const { issuer, jwks, secretEnv, sessionUrl, identity = USUAL.claim } = options;
  const { audience = USUAL.audience } = options;
  if (sessionUrl !== undefined) return sessionFrom(options, sessionUrl);
  if (jwks !== undefined && secretEnv !== undefined)
    throw new UsageError("--jwks and --secret-env are two ways to check one JWT: give one.");
  if (issuer === undefined && (jwks ?? secretEnv) !== undefined)
    throw new UsageError("--issuer is missing: say what `iss` your users' JWTs have.");
  if (issuer === undefined) return undefined;
  if (jwks !== undefined) return { kind: "jwks", issuer, audience, jwks, identity };
  if (secretEnv === undefined) return { kind: "discovery", issuer, audience, identity };
  return { kind: "secret", issuer, audience, variable: variableName(secretEnv), identity };
}

function sessionFrom({ issuer, jwks, secretEnv, identity }: InitOptions, url: string): SignIn {
  if ((issuer ?? jwks ?? secretEnv) !== undefined)
    throw new UsageError(
      "--session-url and --issuer are two ways to sign in: give one; the file may have both later.",
    );
  return { kind: "session", url, identity: identity ?? USUAL.member };
}

/** @throws UsageError for what is no variable's name, which may be the secret itself: not repeated */
export function variableName(text: string): string {
  if (/^[A-Z_][A-Z0-9_]{0,63}$/i.test(text)) return text;
  throw new UsageError("--secret-env takes the name of a variable, such as CALLS_JWT_SECRET.");
}
