/**
 * A route as data. The router, the OpenAPI description and the test that walks every route without a
 * credential are all made from the same list, so that no route can be forgotten by one of them.
 */
import type { Scope, s } from "@handstamp/protocol";
import type { Caller, Presented } from "../callers/caller.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Operation {
  /** Unique, for OpenAPI's `operationId`. */
  readonly id: string;
  readonly method: Method;
  /** With `:name` for a part of the path. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** `public` needs no credential; `caller` needs a known caller; a scope needs a caller that has it. */
  readonly access: "public" | "caller" | Scope;
  readonly params?: s.ObjectShape;
  readonly query?: s.ObjectShape;
  readonly body?: s.ObjectShape;
  /** Drop-in routes ignore fields that they do not know, as their peers do. */
  readonly lenient?: true;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** The passcode that a body of this operation may hold: then it is the credential. */
  readonly passcodeOf?: (body: Readonly<Record<string, unknown>>) => Passcode | undefined;
  /** How a failure is written; problem details when it is left out. */
  readonly failure?: FailureWriter;
  /** What `failure` writes, for the description. */
  readonly failureShape?: s.ObjectShape;
  readonly handle: (ask: Ask) => Answer | Promise<Answer>;
}

/** What a guest shows: a name of their own and the event's passcode. */
export interface Passcode {
  readonly name: string;
  readonly passcode: string;
}

export interface AnswerDoc {
  readonly doc: string;
  /** The media type, when it is not JSON. */
  readonly type?: string;
  readonly shape?: s.Shape;
  /** JSON Schema, where a shape cannot say it. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Other forms that a client may ask for: their JSON Schemas by media type. */
  readonly also?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A request as a handler sees it: checked against the operation's shapes, its caller judged. */
export interface Ask {
  /** Present on every operation that is not public. */
  readonly caller: Caller;
  readonly presented: Presented;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  /** The header of this name, once: the idempotency key. */
  readonly idempotencyKey: string | undefined;
  readonly ip: string;
  /** `POST /v1/tokens`, for the record. */
  readonly route: string;
}

export interface Answer {
  readonly status: number;
  /** An object becomes JSON; a string, or an async iterable of strings, is sent as it is, with `type`. */
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a failure in the shape that a family of clients expects. */
export type FailureWriter = (failure: Failure) => Answer;

export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** For the caller: never a secret, a token or the inside of the service. */
  readonly message: string;
  readonly fields: readonly { readonly pointer: string; readonly message: string }[];
  readonly requestId: string;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
