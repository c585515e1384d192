/** What the server and its clients agree on: names, error codes, wire types, shapes. Imports nothing. */
export * from "./errors.ts";
export { toJsonSchema } from "./json-schema.ts";
export * from "./names.ts";
export { invalid, isObject, parse, validate } from "./parse.ts";
export * from "./refresh.ts";
export type { Fields, Infer, Shape } from "./shape.ts";
export * as s from "./shapes.ts";
export { suggest } from "./suggest.ts";
export * from "./wire.ts";
