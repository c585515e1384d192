import { type Operation, ok } from "../../http/operation.ts";
import { callerView } from "./caller-view.ts";
import type { CallersDeps } from "./change.ts";
import { CALLER_LIST } from "./shapes.ts";

/** `GET /v1/callers`: the project's API tokens, without the tokens. */
export function listCallers({ store }: CallersDeps): Operation {
  return {
    id: "listCallers",
    method: "GET",
    path: "/v1/callers",
    tag: "Callers",
    access: "operate",
    summary: "The API tokens of the project, the oldest first",
    answers: { 200: { doc: "All that are not deleted.", shape: CALLER_LIST } },
    handle: async ({ caller }) => {
      const rows = await store.apiTokens.list(caller.project);
      return ok({ callers: rows.map(callerView) });
    },
  };
}
