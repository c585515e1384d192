/**
 * Shapes: data that describes data. One shape gives the parser of an untrusted value, the TypeScript
 * type and the JSON Schema, so that the three cannot drift apart.
 *
 * Parsing is strict: an unknown field, a wrong type or a number that is not whole is an error that
 * names the field. Nothing is coerced.
 */
import type { JsonObject } from "./wire.ts";

interface Common {
  /** One sentence for people, used in OpenAPI, in help texts and in forms. */
  readonly doc?: string;
  readonly example?: unknown;
}

export interface TextShape extends Common {
  readonly kind: "text";
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern in words: "must be <hint>". */
  readonly hint?: string;
}
export interface IntegerShape extends Common {
  readonly kind: "integer";
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
}
export interface BooleanShape extends Common {
  readonly kind: "boolean";
}
export interface ChoiceShape<T extends string = string> extends Common {
  readonly kind: "choice";
  readonly of: readonly T[];
}
export interface AnyOfShape extends Common {
  readonly kind: "anyOf";
  readonly of: readonly Shape[];
}
export interface ListShape<T extends Shape = Shape> extends Common {
  readonly kind: "list";
  readonly of: T;
  readonly max?: number;
}
export interface RecordShape<T extends Shape = Shape> extends Common {
  readonly kind: "record";
  readonly of: T;
  readonly keys?: TextShape;
  readonly max?: number;
}
export interface ObjectShape<F extends Fields = Fields> extends Common {
  readonly kind: "object";
  readonly fields: F;
}
/** Any JSON object or value, taken as it is. */
export interface JsonShape extends Common {
  readonly kind: "json";
}
export interface OptionalShape<T extends Shape = Shape> extends Common {
  readonly kind: "optional";
  readonly of: T;
}
export type Fields = { readonly [name: string]: Shape };
export type Shape =
  | TextShape
  | IntegerShape
  | BooleanShape
  | ChoiceShape
  | AnyOfShape
  | ListShape
  | RecordShape
  | ObjectShape
  | JsonShape
  | OptionalShape;

/** The TypeScript type that a shape describes. */
export type Infer<S> = S extends TextShape
  ? string
  : S extends IntegerShape
    ? number
    : S extends BooleanShape
      ? boolean
      : S extends ChoiceShape<infer T>
        ? T
        : S extends { kind: "anyOf"; of: readonly (infer T)[] }
          ? Infer<T>
          : S extends ListShape<infer T>
            ? readonly Infer<T>[]
            : S extends RecordShape<infer T>
              ? Readonly<Record<string, Infer<T>>>
              : S extends { kind: "object"; fields: infer F }
                ? InferFields<F>
                : S extends JsonShape
                  ? JsonObject
                  : S extends OptionalShape<infer T>
                    ? Infer<T> | undefined
                    : never;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { kind: "optional" } ? K : never }[keyof F];
type InferFields<F> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]>;
} & {
  readonly [K in OptionalKeys<F>]?: F[K] extends { of: infer T } ? Infer<T> : never;
};

type Given<S extends { kind: string }> = Omit<S, "kind" | "of" | "fields">;
export const text = (o: Given<TextShape> = {}): TextShape => ({ kind: "text", ...o });
export const integer = (o: Given<IntegerShape> = {}): IntegerShape => ({ kind: "integer", ...o });
export const boolean = (o: Given<BooleanShape> = {}): BooleanShape => ({ kind: "boolean", ...o });
export const json = (o: Given<JsonShape> = {}): JsonShape => ({ kind: "json", ...o });
export const choice = <const T extends string>(
  of: readonly T[],
  o: Common = {},
): ChoiceShape<T> => ({ kind: "choice", of, ...o });
export const anyOf = <const T extends readonly Shape[]>(of: T, o: Common = {}) =>
  ({ kind: "anyOf", of, ...o }) as const;
export const list = <T extends Shape>(of: T, o: Given<ListShape> = {}): ListShape<T> => ({
  kind: "list",
  of,
  ...o,
});
export const record = <T extends Shape>(of: T, o: Given<RecordShape> = {}): RecordShape<T> => ({
  kind: "record",
  of,
  ...o,
});
export const object = <const F extends Fields>(fields: F, o: Common = {}): ObjectShape<F> => ({
  kind: "object",
  fields,
  ...o,
});
export const optional = <T extends Shape>(of: T): OptionalShape<T> => ({ kind: "optional", of });
