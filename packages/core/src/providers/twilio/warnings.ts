/** What Twilio accepts and advises against: the words that a mint hands back. */
import type { AccessTokenGrants } from "./grants.ts";
import type { IdentityProblem } from "./identity.ts";
import type { GrantName } from "./wire.ts";

interface Advice {
  readonly applies: (grants: AccessTokenGrants, ttl: number, region: string | undefined) => boolean;
  readonly text: string;
}

const ADVICE: readonly Advice[] = [
  {
    applies: ({ chat }) => chat !== undefined && chat.serviceSid === undefined,
    text: "The chat grant has no service SID.",
  },
  {
    applies: ({ chat }, ttl) => chat !== undefined && ttl <= 180,
    text: "With 180 s or less the Conversations SDK never says that the token is about to expire.",
  },
  {
    applies: ({ chat }) => chat?.endpointId !== undefined,
    text: "endpoint_id is deprecated in the chat grant and can break it; leave it out.",
  },
  {
    applies: ({ video }, _ttl, region) =>
      video !== undefined && region !== undefined && region !== "us1",
    text: "Video works only with keys of the region us1.",
  },
  {
    applies: (grants) => !hasAny(grants),
    text: "The token has no grants, so it opens nothing.",
  },
];

function hasAny(grants: AccessTokenGrants): boolean {
  for (const name in grants) if (grants[name as GrantName] !== undefined) return true;
  return false;
}

const NONE: readonly string[] = Object.freeze([]);

/** @param advice what the identity rules only advise against */
export function grantWarnings(
  grants: AccessTokenGrants,
  ttl: number,
  region: string | undefined,
  advice: readonly IdentityProblem[],
): readonly string[] {
  let warnings: string[] | undefined;
  for (const { applies, text } of ADVICE)
    if (applies(grants, ttl, region)) (warnings ??= []).push(text);
  if (advice.length > 0)
    (warnings ??= []).push(...advice.map(({ message }) => `The identity ${message}.`));
  return warnings ?? NONE;
}
