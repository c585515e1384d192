import type { CommandEntry } from "./command.ts";

/**
 * THE table of commands, in the order of the help. A command is loaded only when it is typed, so that
 * `inspect` starts without the service's packages.
 */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "serve",
    summary: "start the token service",
    load: () => import("./commands/serve.ts"),
  },
  {
    name: "mint",
    summary: "make a token with your own key",
    load: () => import("./commands/mint.ts"),
  },
  {
    name: "inspect",
    summary: "show what is in a token and what is wrong with it",
    load: () => import("./commands/inspect.ts"),
  },
  {
    name: "verify",
    summary: "check a token against your keys",
    load: () => import("./commands/verify.ts"),
  },
  {
    name: "doctor",
    summary: "look for what is wrong with this installation, and how to mend it",
    load: () => import("./commands/doctor.ts"),
  },
];
