/** Events of the service itself, in the log beside what it did for others. */
import type { JsonObject } from "@handstamp/protocol";
import type { EventType } from "../audit/events.ts";
import type { Entry } from "../store/store.ts";

/** @param at unix milliseconds */
export function serviceEvent(type: EventType, at: number, data: JsonObject): Entry {
  return {
    event: {
      type,
      at,
      project: null,
      actor: { kind: "service", id: "service" },
      request: null,
      identity: null,
      products: [],
      data,
    },
  };
}
