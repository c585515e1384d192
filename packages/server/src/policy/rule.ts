/** A policy's rules, compiled. */
import type { Product } from "@handstamp/core";
import type { Allowance } from "./allowance.ts";
import type { Expression } from "./cel.ts";
import type { Field } from "./field.ts";

export interface Rule {
  readonly name: string;
  readonly when: Expression | undefined;
  /** Seconds: the default, and the most that is given. */
  readonly ttl: number | undefined;
  readonly maxTtl: number | undefined;
  readonly entries: readonly Entry[];
  /** Development's: it allows everything and names nothing, so nothing is given unasked. */
  readonly namesNothing?: true;
}

/** One line of a rule's `allow`. */
export interface Entry {
  readonly rule: Rule;
  readonly product: Product;
  readonly fields: readonly FieldRule[];
  /** Its place in the policy: the first that allows decides. */
  readonly order: number;
}

/** What an entry says about one field. */
export interface FieldRule {
  readonly field: Field;
  readonly allowance: Allowance;
  /** Its flag such as `any_room` is raised. */
  readonly open: boolean;
}
