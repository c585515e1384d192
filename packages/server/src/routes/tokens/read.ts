import { HandstampError, type JsonObject, type ProviderId, s } from "@handstamp/protocol";
import type { Caller } from "../../callers/caller.ts";
import { canonicalIdentity } from "../../callers/index.ts";
import { type Answer, type Ask, type Operation, ok } from "../../http/operation.ts";
import type { Store, TokenQuery } from "../../store/store.ts";
import { PAGING, PERIOD, pageOf, periodOf, readingPage } from "../paging.ts";
import { issuanceView } from "./issuance-view.ts";
import { ISSUANCE, PROVIDER_IDS } from "./shapes.ts";

const common = { tag: "Tokens", access: "caller", method: "GET" } as const;

/** The record of what was issued. Whoever may read sees the project's, everybody else their own. */
export function readTokens(store: Pick<Store, "tokens">): readonly Operation[] {
  return [
    {
      ...common,
      id: "getToken",
      path: "/v1/tokens/:id",
      summary: "The record of one token",
      params: s.object({ id: s.text({ doc: "The token's id, as its issue answered it." }) }),
      answers: { 200: { doc: "The record, without the token.", shape: ISSUANCE } },
      handle: (ask) => getToken(store, ask),
    },
    {
      ...common,
      id: "listTokens",
      path: "/v1/tokens",
      summary: "The record of issued tokens, newest first",
      query: s.object({
        identity: s.optional(s.text({ min: 1, max: 256, doc: "Whom they were for." })),
        provider: s.optional(s.choice(PROVIDER_IDS)),
        ...PERIOD,
        ...PAGING,
      }),
      answers: {
        200: {
          doc: "A page; the last one has no `next`.",
          shape: s.object({ tokens: s.list(ISSUANCE), next: s.optional(s.text()) }),
        },
      },
      handle: (ask) => listTokens(store, ask),
    },
  ];
}

async function getToken({ tokens }: Pick<Store, "tokens">, ask: Ask): Promise<Answer> {
  const { caller, params } = ask;
  const own = ownOf(caller);
  const issuance = await tokens.get(caller.project, params["id"] ?? "");
  if (!issuance || (own !== undefined && issuance.identity !== own))
    throw new HandstampError("not_found", "There is no record of a token with this id.");
  return ok(issuanceView(issuance, own === undefined));
}

async function listTokens({ tokens }: Pick<Store, "tokens">, ask: Ask): Promise<Answer> {
  const own = ownOf(ask.caller);
  const query = queryOf(ask, own);
  // Another's tokens are not told from none at all.
  if (own !== undefined && query.identity !== own) return ok({ tokens: [] });
  const { items, next } = await readingPage(() => tokens.list(query));
  const views: JsonObject[] = items.map((item) => issuanceView(item, own === undefined));
  return ok({ tokens: views, ...(next === undefined ? {} : { next }) });
}

/**
 * The one identity whose tokens this caller may see; undefined where it is the whole project's.
 *
 * @throws HandstampError `forbidden` for a caller who is nobody and may not read
 */
function ownOf({ scopes, identity }: Caller): string | undefined {
  if (scopes.has("read")) return undefined;
  if (identity !== null) return identity;
  throw new HandstampError("forbidden", "This needs the scope read.");
}

function queryOf({ caller, query }: Ask, own: string | undefined): TokenQuery {
  const { from, to } = periodOf(query);
  const named = query["identity"];
  const identity = named === undefined ? own : canonicalIdentity(named);
  const provider = query["provider"] as ProviderId | undefined;
  return {
    project: caller.project,
    ...pageOf(query),
    ...(identity === undefined ? {} : { identity }),
    ...(provider === undefined ? {} : { provider }),
    ...(from === undefined ? {} : { from: Math.floor(from / 1000) }),
    ...(to === undefined ? {} : { to: Math.floor(to / 1000) }),
  };
}
