/** All JWT callers of the service, each found by its issuer and audience. */
import type { CallerDeps } from "../deps.ts";
import type { Outgoing } from "../outgoing.ts";
import { refusal } from "../refusal.ts";
import type { JwtSettings, ProjectCallers } from "../settings.ts";
import { discoveredKeys, keysAt } from "./fetch-keys.ts";
import type { UnverifiedJwt } from "./guard.ts";
import { createJwtSource, type JwtSource } from "./jwt-source.ts";
import { fixedKey, type KeySource, secretKey } from "./keys.ts";
import { hasAudience } from "./registered-claims.ts";
import { createRemoteKeys } from "./remote-keys.ts";

export interface Issuers {
  readonly sources: readonly JwtSource[];
  /**
   * Who judges this JWT; undefined where its issuer is not configured at all.
   * @throws HandstampError `unauthenticated` for an issuer of ours with no audience of ours, or several
   */
  select(jwt: UnverifiedJwt): JwtSource | undefined;
}

export function createIssuers(
  projects: readonly ProjectCallers[],
  outgoing: Outgoing,
  deps: Pick<CallerDeps, "elapsed" | "log">,
): Issuers {
  const sources = projects.flatMap(({ project, callers }) =>
    callers
      .filter((settings) => settings.kind === "jwt")
      .map((settings) => createJwtSource(project, settings, keySource(settings, outgoing, deps))),
  );
  return {
    sources,
    select({ payload }) {
      const ofIssuer = sources.filter(({ settings }) => settings.issuer === payload["iss"]);
      if (ofIssuer.length === 0) return undefined;
      const fit = ofIssuer.filter(({ settings }) => hasAudience(payload["aud"], settings.audience));
      const [only] = fit;
      // A token for two audiences of ours would let its bearer choose between projects.
      if (!only || fit.length > 1)
        throw refusal("the JWT's audience is none that its issuer is configured for, or several");
      return only;
    },
  };
}

function keySource(
  settings: JwtSettings,
  outgoing: Outgoing,
  deps: Pick<CallerDeps, "elapsed" | "log">,
): KeySource {
  const { keys, algorithms, issuer } = settings;
  switch (keys.from) {
    case "secret":
      return fixedKey(secretKey(keys.secret), algorithms);
    case "public_key":
      return fixedKey(keys.key, algorithms);
    case "jwks":
      return createRemoteKeys(issuer, keysAt(keys.url, settings, outgoing), deps);
    case "discovery":
      return createRemoteKeys(issuer, discoveredKeys(keys.url, settings, outgoing), deps);
  }
}
