/** What the builders of services share: the terms of the token, and where to put what is wrong. */
import type { FieldError } from "@handstamp/protocol";
import type { WireValue } from "./wire.ts";

/** What the services of one token share. */
export interface Terms {
  /** Seconds, the token's own. */
  readonly ttl: number;
  /** Permits the channel "*". */
  readonly anyChannel: boolean;
  /** Permits uid 0. */
  readonly anyUid: boolean;
}

/** What was found on the way. */
export interface Notes {
  readonly errors: FieldError[];
  readonly warnings: string[];
}

/** A service before it is checked. */
export type Given = Readonly<Record<string, unknown>>;
export interface Check extends Terms, Notes {
  readonly at: string;
}

export interface Builder {
  readonly fields: readonly string[];
  body(given: Given, check: Check): readonly WireValue[];
  /** The privileges when none are named; undefined where they must be. */
  privileges(given: Given): readonly string[] | undefined;
  /** True where a token without any privilege makes sense. */
  readonly mayHaveNone?: true;
}

/** Notes what is wrong with a field, if anything is. */
export function fail(check: Check, field: string, message: string | undefined): void {
  if (message !== undefined) check.errors.push({ pointer: `${check.at}/${field}`, message });
}
