/** Requests that never become one: bytes that are no HTTP/1.1. Answered as problem details and cut off. */

import type { Socket } from "node:net";
import { ERRORS, HandstampError } from "@handstamp/protocol";
import { toFailure, writeProblem } from "./failure.ts";

/** Node's codes for what its parser refuses, and what they are called here. */
const FROM_NODE: Readonly<Record<string, HandstampError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new HandstampError(
    "request_timeout",
    "The request took too long to arrive.",
  ),
  HPE_HEADER_OVERFLOW: new HandstampError(
    "headers_too_large",
    "The request's target and headers are larger than 16 KiB.",
  ),
};
const MALFORMED = new HandstampError("invalid_request", "This is not well-formed HTTP/1.1.");

/**
 * Node's `clientError`: an answer where the socket still takes one, then the end of it. Nothing of
 * what was sent is repeated, and the connection is not used again: where one request ends and the
 * next begins is not known any more (RFC 9112, section 11.2).
 */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = FROM_NODE[error.code ?? ""] ?? MALFORMED;
  const { body, type } = writeProblem(toFailure(known, "none"));
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${ERRORS[known.code].status} ${REASONS[known.code] ?? "Bad Request"}\r\n` +
      `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n` +
      "cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n" +
      text,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  request_timeout: "Request Timeout",
  headers_too_large: "Request Header Fields Too Large",
};
