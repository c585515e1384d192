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
    name: "init",
    summary: "write a handstamp.yaml by asking",
    load: () => import("./commands/init.ts"),
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
    name: "callers",
    summary: "make, list and delete API tokens",
    load: () => import("./commands/callers.ts"),
  },
  {
    name: "tokens",
    summary: "the record of issued tokens",
    load: () => import("./commands/tokens.ts"),
  },
  {
    name: "audit",
    summary: "the log: list, verify, export",
    load: () => import("./commands/audit.ts"),
  },
  {
    name: "policy",
    summary: "check the policy, and test it with a table of cases",
    load: () => import("./commands/policy.ts"),
  },
  {
    name: "backup",
    summary: "copy the store while it is in use",
    load: () => import("./commands/backup.ts"),
  },
  {
    name: "restore",
    summary: "put a backup in the store's place",
    load: () => import("./commands/restore.ts"),
  },
  {
    name: "migrate",
    summary: "bring the store's schema up to date",
    load: () => import("./commands/migrate.ts"),
  },
  {
    name: "doctor",
    summary: "look for what is wrong with this installation, and how to mend it",
    load: () => import("./commands/doctor.ts"),
  },
];
