import { randomInt } from "node:crypto";
import { HandstampError } from "@handstamp/protocol";
import type { Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";

/** Agora's uids are 32 bits without 0. */
const UIDS = 2 ** 32;
const TRIES = 8;

/**
 * Gives every identity of a project an integer uid of its own and keeps it. Random rather than counted:
 * a uid tells nothing of how many there are.
 */
export function uidsOf(
  store: Pick<Store, "uid">,
  journal: Pick<Journal, "record">,
  now: () => number,
) {
  return async (project: string, identity: string): Promise<number> => {
    for (let i = 0; i < TRIES; i++) {
      const known = await store.uid(project, identity);
      if (known !== undefined) return known;
      const uid = randomInt(1, UIDS);
      // Refused where another request gave this identity a uid, or another identity has this one.
      await journal.record({
        event: {
          type: "uid.assigned",
          at: now(),
          project,
          actor: { kind: "service", id: "uids" },
          request: null,
          identity,
          products: [],
          data: { uid },
        },
        effects: [{ kind: "uid_assigned", project, identity, uid }],
      });
    }
    throw new HandstampError("internal", "No uid could be assigned.");
  };
}
