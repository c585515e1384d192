import { isObject, type JsonObject } from "@handstamp/protocol";
import { UsageError } from "../failure.ts";

/** @throws UsageError for a text that is no JSON object */
export function jsonArgument(text: string, flag: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw new UsageError(`${flag} takes a JSON object, such as '{"identity": "alice"}'.`);
}
