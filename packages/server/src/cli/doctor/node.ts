import process from "node:process";
import { type Check, error, ok } from "./check.ts";

/** The oldest Node whose sqlite, type stripping and TLS the service relies on. */
export const OLDEST_NODE = 24;

export const nodeCheck: Check = {
  name: "Node",
  run: () => {
    const { node } = process.versions;
    return Number.parseInt(node, 10) >= OLDEST_NODE
      ? [ok(`v${node}`)]
      : [error(`v${node} is too old`, `Install Node ${OLDEST_NODE} or newer.`)];
  },
};
