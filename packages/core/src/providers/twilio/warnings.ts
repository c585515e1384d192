/** What Twilio accepts and advises against: the words that a mint hands back. */
import type { IdentityProblem } from "./identity.ts";

/** The parts of a grant's claim that advice looks at. */
type WireGrants = Readonly<Record<string, unknown>>;

interface Advice {
  readonly applies: (grants: WireGrants, ttl: number, region: string | undefined) => boolean;
  readonly text: string;
}

const has = (grants: WireGrants, key: string, field: string): boolean => {
  const grant = grants[key] as Record<string, unknown> | undefined;
  return grant !== undefined && grant[field] !== undefined;
};

const ADVICE: readonly Advice[] = [
  {
    applies: (grants) => grants["chat"] !== undefined && !has(grants, "chat", "service_sid"),
    text: "The chat grant has no service SID; name one unless the account's default service is meant.",
  },
  {
    applies: (grants, ttl) => grants["chat"] !== undefined && ttl <= 180,
    text: "With 180 s or less the Conversations SDK never says that the token is about to expire.",
  },
  {
    applies: (grants) => has(grants, "chat", "endpoint_id"),
    text: "endpoint_id is deprecated in the chat grant and can break it; leave it out.",
  },
  {
    applies: (grants, _ttl, region) =>
      grants["video"] !== undefined && region !== undefined && region !== "" && region !== "us1",
    text: "Video works only with keys of the region us1.",
  },
  {
    applies: (grants) => Object.keys(grants).length === 1,
    text: "The token has no grants, so it opens nothing.",
  },
];

const NONE: readonly string[] = Object.freeze([]);

/** @param advice what the identity rules only advise against */
export function grantWarnings(
  grants: WireGrants,
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
