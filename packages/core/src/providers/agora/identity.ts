import type { ParsedToken } from "./token.ts";

/** The first text id that is the user's own, else the integer uid; "" where a token names nobody. */
export function identityOf({ services }: Pick<ParsedToken, "services">): string {
  const members = services.map(
    (service) => service as { userId?: string; account?: string; uid?: number; room?: string },
  );
  const named =
    members.find(({ userId, room }) => userId && room)?.userId ??
    members.find(({ userId }) => userId)?.userId ??
    members.find(({ account }) => account)?.account;
  const uid = members.find(({ uid: number }) => number)?.uid;
  return named ?? (uid === undefined ? "" : String(uid));
}
