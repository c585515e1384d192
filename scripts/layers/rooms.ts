/**
 * Who may import whom. One line a room; the longest path that fits a file decides its room, and a
 * file that fits none is refused, so that a new folder has to be thought about once.
 */

export interface Room {
  readonly name: string;
  /** A file, or a folder; `*` stands for one folder name, and rooms that differ in it are strangers. */
  readonly path: string;
  /** Rooms it may import anything from. Its own room always. */
  readonly may: readonly string[];
  /** Rooms it may import types from: erased, so that no code comes along. */
  readonly types?: readonly string[];
  /** Node's own modules: all of them, or these. */
  readonly builtins?: "any" | readonly string[];
  /** Packages from npm: whatever its package.json names, or these. */
  readonly packages?: "any" | readonly string[];
  /** Said to whoever breaks the rule. */
  readonly why: string;
}

const CORE = "packages/core/src";
const SERVER = "packages/server/src";
/** What every room of the server may use. */
const BASE = ["protocol", "server/secret", "server/version"] as const;
/** Types that travel through the server's pipeline. */
const TRAVEL = ["core", "server/callers", "server/settings"] as const;

export const ROOMS: readonly Room[] = [
  {
    name: "protocol",
    path: "packages/protocol/src",
    may: [],
    why: "Everybody imports the wire types, so they must bring nothing along.",
  },
  {
    name: "core/platform.node",
    path: `${CORE}/lib/platform.node.ts`,
    may: ["core/lib"],
    builtins: ["node:buffer", "node:crypto", "node:zlib"],
    why: "The one file of core that may know Node; platform.web.ts says the same for everybody else.",
  },
  {
    name: "core/platform.web",
    path: `${CORE}/lib/platform.web.ts`,
    may: ["core/lib"],
    packages: ["@noble/hashes", "fflate"],
    why: "The one file of core with dependencies: the hashes and zlib that browsers do not have synchronously.",
  },
  {
    name: "core/lib",
    path: `${CORE}/lib`,
    may: ["protocol", "core/inspection"],
    why: "Shared machinery knows no provider and runs on every runtime.",
  },
  {
    name: "core/interface",
    path: `${CORE}/provider.ts`,
    may: ["protocol"],
    types: ["core/lib", "core/inspection"],
    why: "The Provider interface is what providers are written against; it knows none of them.",
  },
  {
    name: "core/inspection",
    path: `${CORE}/inspection.ts`,
    may: ["protocol"],
    why: "What an inspection looks like does not depend on any provider.",
  },
  {
    name: "core/providers/*",
    path: `${CORE}/providers/*`,
    may: ["protocol", "core/lib", "core/interface", "core/inspection"],
    why: "A provider imports lib and the errors, never another provider: to delete one is to delete its folder.",
  },
  {
    name: "core",
    path: CORE,
    may: ["protocol", "core/lib", "core/interface", "core/inspection", "core/providers/*"],
    why: "core mints and reads tokens on every runtime: no Node modules, no packages, nothing of the server.",
  },
  {
    name: "client",
    path: "packages/client/src",
    may: ["protocol"],
    packages: "any",
    why: "Apps ship the client to phones and browsers: it must never bring core (which signs) or the server.",
  },
  {
    name: "console",
    path: "packages/console/src",
    may: ["protocol", "core", "core/interface", "core/inspection", "core/providers/*", "client"],
    packages: "any",
    why: "The console talks to the service over HTTP like anybody else; it may inspect tokens in the page.",
  },
  {
    name: "server/secret",
    path: `${SERVER}/secret.ts`,
    may: [],
    builtins: ["node:util"],
    why: "A secret in memory is used everywhere, so it depends on nothing.",
  },
  {
    name: "server/version",
    path: `${SERVER}/version.ts`,
    may: [],
    builtins: "any",
    why: "One constant, used everywhere.",
  },
  {
    name: "server/settings",
    path: `${SERVER}/config/config.ts`,
    may: [...BASE],
    types: ["core", "server/provider"],
    packages: "any",
    why: "What the configuration says, without the code that reads it: it is parsed once and passed in.",
  },
  {
    name: "server/config",
    path: `${SERVER}/config`,
    may: [...BASE, "core", "server/settings", "server/provider"],
    types: ["server/callers", "server/policy"],
    builtins: "any",
    packages: "any",
    why: "The only reader of files and of the environment depends on nothing that it configures.",
  },
  {
    name: "server/policy",
    path: `${SERVER}/policy`,
    may: ["protocol"],
    types: ["server/callers", "core"],
    packages: "any",
    why: "Policy is pure: evaluate(policy, caller, request). How a provider narrows a request is passed in.",
  },
  {
    name: "server/store",
    path: `${SERVER}/store`,
    may: [...BASE],
    types: [...TRAVEL, "server/audit", "server/keys", "server/issue"],
    builtins: ["node:crypto"],
    packages: ["kysely"],
    why: "The interface of the store, which knows no database.",
  },
  {
    name: "server/store/*",
    path: `${SERVER}/store/*`,
    may: [...BASE, "server/store", "server/audit"],
    types: [...TRAVEL, "server/keys", "server/issue"],
    builtins: "any",
    packages: "any",
    why: "One folder a database; a store knows nothing of the other and only app chooses one.",
  },
  {
    name: "server/audit",
    path: `${SERVER}/audit`,
    may: [...BASE, "server/store"],
    types: [...TRAVEL],
    builtins: ["node:crypto"],
    packages: "any",
    why: "The audit log records what others decided; it decides nothing.",
  },
  {
    name: "server/keys",
    path: `${SERVER}/keys`,
    may: [...BASE, "server/store", "server/audit", "core", "server/settings"],
    types: [...TRAVEL, "server/provider"],
    builtins: ["node:crypto"],
    packages: "any",
    why: "Keys are made, sealed and rotated below the pipeline: nothing here knows of HTTP.",
  },
  {
    name: "server/callers",
    path: `${SERVER}/callers`,
    may: [...BASE, "server/store", "server/audit", "server/settings"],
    types: [...TRAVEL],
    builtins: "any",
    packages: "any",
    why: "Who is asking is judged before, and without, what they ask for.",
  },
  {
    name: "server/issue",
    path: `${SERVER}/issue`,
    may: [
      ...BASE,
      "core",
      "server/callers",
      "server/policy",
      "server/keys",
      "server/audit",
      "server/store",
      "server/settings",
    ],
    types: [...TRAVEL, "server/provider"],
    builtins: ["node:crypto"],
    packages: "any",
    why: "The pipeline knows its steps and the store's interface, not HTTP and no database.",
  },
  {
    name: "server/limits",
    path: `${SERVER}/limits`,
    may: [...BASE],
    types: [...TRAVEL],
    builtins: ["node:net"],
    packages: "any",
    why: "Limits count strangers and callers; they know nothing of what is asked for.",
  },
  {
    name: "server/watch",
    path: `${SERVER}/watch`,
    may: [...BASE],
    types: [...TRAVEL],
    packages: "any",
    why: "Logs and metrics watch; what they watch does not depend on them.",
  },
  {
    name: "server/http",
    path: `${SERVER}/http`,
    may: [...BASE, "core", "server/callers", "server/limits", "server/watch"],
    types: [...TRAVEL, "server/issue"],
    builtins: "any",
    packages: "any",
    why: "HTTP is plumbing: it carries operations and knows none of them.",
  },
  {
    name: "server/provider",
    path: `${SERVER}/providers/provider.ts`,
    may: [...BASE],
    types: [...TRAVEL, "core/interface", "server/http", "server/issue", "server/keys"],
    why: "What a provider brings to the server, on one page; it knows none of them.",
  },
  {
    name: "server/providers",
    path: `${SERVER}/providers`,
    may: [...BASE, "server/provider", "server/providers/*"],
    why: "The server's table of providers, one line each.",
  },
  {
    name: "server/providers/*",
    path: `${SERVER}/providers/*`,
    may: [
      ...BASE,
      "core",
      "core/providers/*",
      "server/provider",
      "server/issue",
      "server/keys",
      "server/audit",
      "server/callers",
      "server/policy",
      "server/http",
      "server/settings",
    ],
    builtins: ["node:crypto", "node:util"],
    packages: "any",
    why: "A provider on the server uses the pipeline and never another provider: to delete one is to delete its folder.",
  },
  {
    name: "server/routes",
    path: `${SERVER}/routes`,
    may: [
      ...BASE,
      "core",
      "server/issue",
      "server/keys",
      "server/audit",
      "server/callers",
      "server/policy",
      "server/watch",
      "server/http",
      "server/settings",
    ],
    types: ["server/store", "server/provider"],
    builtins: ["node:crypto"],
    packages: "any",
    why: "Routes translate between HTTP and the pipeline; databases and the command line are not theirs.",
  },
  {
    name: "server/app",
    path: `${SERVER}/app`,
    may: ["server", "core", "core/*", "protocol"],
    builtins: "any",
    packages: "any",
    why: "app composes the service; the command line stands above it.",
  },
  {
    name: "server/index",
    path: `${SERVER}/index.ts`,
    may: ["protocol", "core", "server/app", "server/callers", "server/config", "server/secret"],
    types: ["server/issue", "server/settings", "server/store"],
    why: "The package's front door: what others embed is what app composes.",
  },
  {
    name: "server/cli",
    path: `${SERVER}/cli`,
    may: ["server", "core", "core/*", "protocol", "client"],
    builtins: "any",
    packages: "any",
    why: "The command line is the outermost room: it may use all of them, and none may use it.",
  },
];

/** Names in `may` that stand for many rooms; never the rooms above. */
export const GROUPS: Readonly<Record<string, (room: string) => boolean>> = {
  server: (room) => room.startsWith("server/") && room !== "server/cli" && room !== "server/index",
  "core/*": (room) => room.startsWith("core/"),
};

/** Packages of this workspace, by the name that people import, and the room behind it. */
export const WORKSPACE: Readonly<Record<string, string>> = {
  "@handstamp/protocol": "packages/protocol/src/index.ts",
  "@handstamp/core": `${CORE}/index.ts`,
  "@handstamp/core/twilio": `${CORE}/providers/twilio/index.ts`,
  "@handstamp/core/agora": `${CORE}/providers/agora/index.ts`,
  "@handstamp/client": "packages/client/src/index.ts",
  "@handstamp/client/agora": "packages/client/src/agora.ts",
  "@handstamp/client/twilio": "packages/client/src/twilio.ts",
  "@handstamp/client/react": "packages/client/src/react.ts",
  handstamp: `${SERVER}/index.ts`,
  // One of the two platform files; which one is decided when it is resolved.
  "#platform": `${CORE}/lib/platform.ts`,
};
