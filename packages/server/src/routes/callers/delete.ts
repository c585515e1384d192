import { HandstampError, s } from "@handstamp/protocol";
import type { Ask, Operation } from "../../http/operation.ts";
import { type CallersDeps, commitChange, recordRefusal } from "./change.ts";
import { checkMayDelete } from "./privilege.ts";

/**
 * `DELETE /v1/callers/{id}`: once this is answered the token issues and changes nothing more, on
 * whatever machine, because the commit asks; reading ends within the second that a row is believed.
 */
export function deleteCaller(deps: CallersDeps): Operation {
  return {
    id: "deleteCaller",
    method: "DELETE",
    path: "/v1/callers/:id",
    tag: "Callers",
    access: "operate",
    summary: "Delete an API token, at once and for good",
    params: s.object({ id: s.text() }),
    answers: { 204: { doc: "It is deleted." } },
    handle: async (ask) => {
      try {
        await remove(deps, ask);
        return { status: 204 };
      } catch (error) {
        throw await recordRefusal(deps, ask, "callers.deleted", error);
      }
    },
  };
}

async function remove(deps: CallersDeps, ask: Ask): Promise<void> {
  const { project } = ask.caller;
  const row = await deps.store.apiTokens.get(project, ask.params["id"] ?? "");
  if (!row || row.revokedAt !== null) throw noSuchCaller();
  checkMayDelete(ask.caller, row.scopes);
  const { id, name } = row;
  const at = Math.floor(deps.now() / 1000);
  const refused = await commitChange(deps, ask, "callers.deleted", { caller: id, name }, [
    { kind: "api_token_revoked", project, id, at },
  ]);
  if (refused) throw noSuchCaller();
}

function noSuchCaller(): HandstampError {
  return new HandstampError("not_found", "There is no caller with this id.");
}
