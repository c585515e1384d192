/** One id for a request, from the proxy's log to ours, to the answer and to the record. */
import type { IncomingMessage } from "node:http";
import { systemRandom } from "@handstamp/core";

/** UUIDs, ULIDs, hex and base64url, and nothing that could pass for something else in a log. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/;

/**
 * The id that a trusted proxy has given the request, or 96 random bits: enough to find one request
 * among all. A stranger's is not taken, so that nobody can pass for another request in the log.
 */
export function requestIds(trusts: (address: string | undefined) => boolean) {
  return ({ headers, socket }: IncomingMessage): string => {
    const given = headers["x-request-id"];
    return typeof given === "string" && WELL_FORMED.test(given) && trusts(socket.remoteAddress)
      ? given
      : Buffer.from(systemRandom(12)).toString("base64url");
  };
}
