import {
  HandstampError,
  type Infer,
  invalid,
  isHandstampError,
  type JsonObject,
} from "@handstamp/protocol";
import { canonicalIdentity, createApiToken } from "../../callers/index.ts";
import type { Answer, Ask, Operation } from "../../http/operation.ts";
import { instantOf } from "../../http/time.ts";
import type { ApiTokenRow } from "../../store/rows.ts";
import type { Effect } from "../../store/store.ts";
import { idempotencyOf } from "../idempotency.ts";
import { callerView } from "./caller-view.ts";
import { type CallersDeps, commitChange, recordRefusal } from "./change.ts";
import { keepCreation, replayCreation } from "./idempotent.ts";
import { type Wanted, withinOwn } from "./privilege.ts";
import { CALLER, CREATED_CALLER, NEW_CALLER, TIME_HINT } from "./shapes.ts";

/** `POST /v1/callers`: a new API token. The token is in this answer and nowhere else. */
export function createCaller(deps: CallersDeps): Operation {
  return {
    id: "createCaller",
    method: "POST",
    path: "/v1/callers",
    tag: "Callers",
    access: "operate",
    summary: "Make an API token for a back end or an operator",
    body: NEW_CALLER,
    answers: {
      201: { doc: "It is made. The token is shown this once.", shape: CREATED_CALLER },
      200: {
        doc: "This Idempotency-Key has made it before: everything but the token.",
        shape: CALLER,
      },
    },
    handle: async (ask) => {
      try {
        return await create(deps, ask);
      } catch (error) {
        throw await recordRefusal(deps, ask, "callers.created", error);
      }
    },
  };
}

async function create(deps: CallersDeps, ask: Ask): Promise<Answer> {
  const idempotency = idempotencyOf(ask);
  const before = idempotency && (await replayCreation(deps, ask, idempotency));
  if (before) return { status: 200, body: callerView(before) };
  const now = Math.floor(deps.now() / 1000);
  const { project, id: createdBy } = ask.caller;
  const limits = withinOwn(ask.caller, wantedOf(ask.body as Infer<typeof NEW_CALLER>, now));
  const name = ask.body["name"] as string;
  const made = createApiToken({ project, name, ...limits }, deps.random, now);
  const row: ApiTokenRow = { ...NEW_ROW, ...made.row, createdBy };
  const effects: Effect[] = [{ kind: "api_token_created", row }];
  if (idempotency) effects.push(keepCreation(ask, row.id, idempotency, now));
  const refused = await commitChange(deps, ask, "callers.created", described(row), effects);
  // Two requests with one key at once: the other one won, and only its answer holds the token.
  if (refused === "idempotency_used") return create(deps, ask);
  if (refused) throw new HandstampError("internal", "Try again.", { detail: refused });
  return { status: 201, body: { ...callerView(row), token: made.token.reveal() } };
}

const NEW_ROW = {
  products: null,
  onBehalf: null,
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
} as const;

/** For the log: what the token may do. Its member is not called `token`: that is a provider's. */
function described({ id, name, scopes, products, onBehalf, expiresAt }: ApiTokenRow): JsonObject {
  return { caller: id, name, scopes, products, on_behalf: onBehalf, expires_at: expiresAt };
}

function wantedOf(body: Infer<typeof NEW_CALLER>, now: number): Wanted {
  const { scopes, products, on_behalf: onBehalf, expires_at: expiresAt } = body;
  checkNotEmpty({ scopes, products, on_behalf: onBehalf });
  if (onBehalf && !scopes.includes("mint:others"))
    throw invalid([
      { pointer: "/on_behalf", message: "says nothing without the scope mint:others" },
    ]);
  return {
    scopes: [...new Set(scopes)],
    ...(products ? { products: [...new Set(products)] } : {}),
    ...(onBehalf ? { onBehalf: onBehalf.map(patternAt) } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt: endOf(expiresAt, now) }),
  };
}

function checkNotEmpty(lists: Readonly<Record<string, readonly string[] | undefined>>): void {
  for (const [name, list] of Object.entries(lists))
    if (list?.length === 0)
      throw invalid([{ pointer: `/${name}`, message: "must name at least one, or be left out" }]);
}

/** Identities are held against it in their canonical form, so it has that form too. */
function patternAt(pattern: string, index: number): string {
  try {
    return canonicalIdentity(pattern);
  } catch (error) {
    if (!isHandstampError(error)) throw error;
    throw invalid([{ pointer: `/on_behalf/${index}`, message: `is refused: ${error.message}` }]);
  }
}

function endOf(text: string, now: number): number {
  const at = instantOf(text);
  const message = at === undefined ? `must be ${TIME_HINT}` : "must be in the future";
  if (at === undefined || at / 1000 <= now) throw invalid([{ pointer: "/expires_at", message }]);
  return Math.floor(at / 1000);
}
