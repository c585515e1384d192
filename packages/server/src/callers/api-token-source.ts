import { type ApiTokenRow, digestOf, isApiToken, sameDigest } from "./api-token.ts";
import { type Caller, judgedCaller } from "./caller.ts";
import type { CallerDeps } from "./deps.ts";
import { refusal } from "./refusal.ts";

const TOUCH_EVERY = 60;
const MAX_TOUCHED = 10_000;

/** Judges `Bearer hs_...`. Unknown, revoked and expired tokens take the same path to the same answer. */
export interface ApiTokenSource {
  judge(token: string): Promise<Caller>;
}

/** @param projects those whose configuration has an `api_token` caller */
export function createApiTokenSource(
  projects: ReadonlySet<string>,
  deps: Pick<CallerDeps, "now" | "apiTokens" | "log">,
): ApiTokenSource {
  const touch = lastUse(deps);
  return {
    async judge(token) {
      if (!isApiToken(token)) throw refusal("not the form of an API token");
      const digest = digestOf(token);
      const row = await deps.apiTokens.findByDigest(digest);
      const now = deps.now();
      const problem = problemOf(row, digest, projects, now);
      if (row === undefined || problem) throw refusal(problem ?? "no such API token");
      touch(row, now);
      return callerOf(row);
    },
  };
}

// All of it is looked at whatever is found, so that the time tells nothing.
function problemOf(
  row: ApiTokenRow | undefined,
  digest: string,
  projects: ReadonlySet<string>,
  now: number,
): string | undefined {
  const matches = sameDigest(row?.digest ?? "0".repeat(digest.length), digest);
  const served = projects.has(row?.project ?? "");
  const revoked = row?.revokedAt !== undefined;
  const expired = (row?.expiresAt ?? Number.POSITIVE_INFINITY) <= now;
  if (row === undefined || !matches) return "no such API token";
  if (revoked) return `API token ${row.id} is revoked`;
  if (expired) return `API token ${row.id} has expired`;
  return served ? undefined : `API token ${row.id} is of a project that takes none`;
}

function callerOf(row: ApiTokenRow): Caller {
  return judgedCaller({
    kind: "api_token",
    project: row.project,
    id: row.id,
    identity: null,
    scopes: new Set(row.scopes),
    claims: { name: row.name },
    ...(row.products ? { products: row.products } : {}),
    ...(row.onBehalf ? { onBehalf: row.onBehalf } : {}),
    ...(row.expiresAt === undefined ? {} : { expiresAt: row.expiresAt }),
  });
}

// At most once a minute for each token, and never in the way of the request.
function lastUse({ apiTokens, log }: Pick<CallerDeps, "apiTokens" | "log">) {
  const touched = new Map<string, number>();
  return (row: ApiTokenRow, now: number): void => {
    const last = Math.max(touched.get(row.id) ?? 0, row.lastUsedAt ?? 0);
    // A last use in the future is a clock that jumped back: written again, so that it mends itself.
    if (last <= now && now - last < TOUCH_EVERY) return;
    if (touched.size >= MAX_TOUCHED) touched.clear();
    touched.set(row.id, now);
    void record();

    async function record(): Promise<void> {
      try {
        await apiTokens.touch(row.id, now);
      } catch (error) {
        log({
          event: "api_token_touch_failed",
          detail: `the last use of ${row.id} is not recorded`,
          error,
        });
      }
    }
  };
}
