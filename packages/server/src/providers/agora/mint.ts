/** What the community service's routes share: their tokens, and the form of their answers. */
import { HandstampError, invalid, s } from "@handstamp/protocol";
import type { Answer, Ask } from "../../http/operation.ts";
import { rfc3339 } from "../../http/time.ts";
import type { Issuer } from "../../issue/issue.ts";
import type { Recorded } from "../../issue/record.ts";
import type { IssueRequest } from "../../issue/types.ts";
import { AGORA_FAILURE, NEVER_KEPT, writeAgoraFailure } from "./failure.ts";
import { issue, requestFor } from "./issue.ts";

export const common = {
  tag: "Agora drop-in",
  access: "mint",
  lenient: true,
  failure: writeAgoraFailure,
  failureShape: AGORA_FAILURE,
} as const;
const times = {
  expires_at: s.text({ doc: "RFC 3339, UTC." }),
  refresh_at: s.text({ doc: "RFC 3339, UTC." }),
};
export const answers = (...names: string[]) => ({
  200: {
    doc: "The token.",
    shape: s.object({ ...Object.fromEntries(names.map((name) => [name, s.text()])), ...times }),
  },
});

export function reply(body: Record<string, unknown>): Answer {
  return { status: 200, body, headers: NEVER_KEPT };
}

/** The token under its peer's name, with the times that its peer leaves out. */
export function named(tokens: Readonly<Record<string, Recorded>>): Answer {
  const issued = Object.entries(tokens);
  const earliest = (of: (token: Recorded) => number) =>
    rfc3339(Math.min(...issued.map(([, token]) => of(token))));
  return reply({
    ...Object.fromEntries(issued.map(([name, { token }]) => [name, token])),
    expires_at: earliest(({ expiresAt }) => expiresAt),
    refresh_at: earliest(({ refreshAt }) => refreshAt),
  });
}

/** @throws HandstampError `invalid_request` for what is nobody in RTM */
export function rtmRequest(
  ask: Ask,
  userId: string,
  ttl: number,
  pointer = "/params/rtmuid",
): IssueRequest {
  if (userId === "" || userId === "0")
    throw invalid([{ pointer, message: "must be a user id: RTM has no wildcard" }]);
  return requestFor(ask, userId, ttl, { rtm: { user_id: userId } });
}

export function mintChat(
  issuer: Issuer,
  ask: Ask,
  userId: string | undefined,
  ttl: number,
): Promise<Recorded> {
  if (userId === "") return notFound();
  return userId === undefined
    ? issue(issuer, ask, "app", ttl, { chat: { admin: true } })
    : issue(issuer, ask, userId, ttl, { chat: { user_id: userId } });
}

export function notFound(): never {
  throw new HandstampError("not_found", "There is only /chat/app/ and /chat/account/{id}/.");
}
