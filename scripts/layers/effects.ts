/**
 * Where the world may come in. Everything else takes time, randomness, files, the environment and
 * the network as arguments: that is what makes exact vectors and fast tests possible.
 */

export interface Effect {
  readonly name: string;
  /** Globals, as they are written. */
  readonly uses: readonly string[];
  /** Modules that bring it: all of the module, or these of its names. */
  readonly modules?: Readonly<Record<string, "any" | readonly string[]>>;
  /** Files and folders where it may enter. */
  readonly allowed: readonly string[];
  readonly why: string;
}

const SERVER = "packages/server/src";
const EDGES = [`${SERVER}/app`, `${SERVER}/cli`, "packages/console/src"] as const;

export const EFFECTS: readonly Effect[] = [
  {
    name: "the environment",
    uses: ["process.env", "process.argv", "process.cwd", "process"],
    allowed: [`${SERVER}/config/world.ts`, `${SERVER}/cli`],
    why: "Configuration is read once, by config, and passed in; a variable read elsewhere is a setting nobody can find.",
  },
  {
    name: "the clock",
    uses: ["Date.now", "new Date()"],
    allowed: [
      ...EDGES,
      "packages/core/src/lib/random.ts",
      "packages/client/src",
      `${SERVER}/config/world.ts`,
    ],
    why: "Time is passed in (`now`), so that a token can be minted again byte for byte.",
  },
  {
    name: "the stopwatch",
    uses: ["performance.now", "process.hrtime"],
    allowed: [...EDGES, `${SERVER}/http`, `${SERVER}/store`, `${SERVER}/watch`],
    why: "Waiting and measuring belong to the plumbing; what is decided or signed must not depend on them.",
  },
  {
    name: "randomness",
    uses: ["Math.random", "crypto.getRandomValues", "crypto.randomUUID"],
    modules: {
      "node:crypto": ["randomBytes", "randomUUID", "randomInt", "randomFillSync", "randomFill"],
    },
    allowed: [
      ...EDGES,
      "packages/core/src/lib/random.ts",
      "packages/client/src",
      `${SERVER}/config/world.ts`,
      `${SERVER}/http`,
      `${SERVER}/issue/draw.ts`,
      `${SERVER}/providers/twilio/friendly-name.ts`,
    ],
    why: "Bytes come from `random`, which is passed in; Math.random is never fit for a token.",
  },
  {
    name: "files",
    uses: [],
    modules: { "node:fs": "any", "node:fs/promises": "any", "node:sqlite": "any" },
    allowed: [
      ...EDGES,
      `${SERVER}/config/world.ts`,
      `${SERVER}/store/sqlite`,
      `${SERVER}/version.ts`,
    ],
    why: "Only config, the embedded store and the command line touch the disk.",
  },
  {
    name: "the network",
    uses: ["fetch", "WebSocket", "EventSource", "XMLHttpRequest"],
    modules: {
      "node:http": "any",
      "node:https": "any",
      "node:net": ["connect", "createConnection"],
      undici: "any",
    },
    allowed: [...EDGES, "packages/client/src", `${SERVER}/http`, `${SERVER}/callers/outgoing.ts`],
    why: "Requests leave through one guarded fetch, which is passed in; any other one is a way to forge requests.",
  },
];
