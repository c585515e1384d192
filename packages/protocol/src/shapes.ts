/** What stands under `s`: the makers of shapes, and what holds a value against one. */
export { parse } from "./parse.ts";
export * from "./shape.ts";
