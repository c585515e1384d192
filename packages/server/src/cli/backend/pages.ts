import type { JsonObject } from "@handstamp/protocol";
import type { ApiRequest, Backend } from "./backend.ts";

export interface Listing {
  /** Newest first. */
  readonly items: readonly JsonObject[];
  /** True where the limit left more out. */
  readonly more: boolean;
}

/** The most that the API gives at once. */
const PAGE = 500;

/** Asks for page after page until there are as many entries as were asked for. */
export async function gather(
  backend: Backend,
  request: Pick<ApiRequest, "id" | "query">,
  field: string,
  limit: number,
): Promise<Listing> {
  const items: JsonObject[] = [];
  let cursor: string | undefined;
  do {
    const page = { limit: String(Math.min(PAGE, limit - items.length)), ...(cursor && { cursor }) };
    const answer = await backend.ask({ ...request, query: { ...request.query, ...page } });
    items.push(...(answer[field] as readonly JsonObject[]));
    cursor = answer["next"] as string | undefined;
  } while (cursor !== undefined && items.length < limit);
  return { items, more: cursor !== undefined };
}
