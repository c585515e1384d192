/** What the server and its clients agree on: names, error codes, wire types, shapes. Imports nothing. */
export * from "./errors.ts";
export * from "./names.ts";
export * from "./refresh.ts";
export type { Fields, Infer, Shape } from "./shape.ts";
export * as s from "./shape.ts";
export { invalid, isObject, parse, suggest, toJsonSchema, validate } from "./shape.ts";
export * from "./wire.ts";
