/** What is wrong with whom a token names and with what it grants. */
import { isObject, type JsonObject, suggest } from "@handstamp/protocol";
import type { Finding } from "../../inspection.ts";
import { type GrantSet, identityProblems } from "./identity.ts";
import { type ProblemCode, problem } from "./problems.ts";
import { isSid, sidProblem } from "./sid.ts";
import { type Field, formatOf, formatOfWire, GRANT_FORMATS, type GrantFormat } from "./wire.ts";

const AT = "/payload/grants";
const WIRE_KEYS = Object.values(GRANT_FORMATS).map(({ wire }) => wire);

export function grantsProblems(grants: unknown, ttl: number | undefined): readonly Finding[] {
  if (!isObject(grants)) return [problem("grants_missing", "There are no grants.", "/payload")];
  const keys = Object.keys(grants).filter((key) => key !== "identity");
  const found = [...whoProblems(grants)];
  if (keys.length === 0) found.push(problem("grants_empty", "It grants nothing.", AT));
  for (const key of keys.slice(0, MAX_SHOWN)) found.push(...grantProblems(key, grants[key], ttl));
  return found;
}

/** So that a hostile token's thousands of grants do not become thousands of findings. */
const MAX_SHOWN = 20;

function whoProblems(grants: Readonly<Record<string, unknown>>): readonly Finding[] {
  const { identity } = grants;
  const at = `${AT}/identity`;
  if (identity === undefined) return [problem("identity_missing", "It names no identity.", AT)];
  if (typeof identity !== "string")
    return [problem("identity_not_a_string", "The identity is no string.", at)];
  return identityProblems(identity, namesOf(grants)).map(({ message, ...rest }) => ({
    ...rest,
    message: `The identity ${message}.`,
    mend: "Choose identities of letters, digits and underscores: they fit every product.",
    pointer: at,
  }));
}

/** The grants by their names in TypeScript. */
function namesOf(grants: Readonly<Record<string, unknown>>): GrantSet {
  return Object.fromEntries(
    Object.entries(grants).flatMap(([key, grant]) => {
      const format = formatOfWire(key);
      return format ? [[format.name, grant]] : [];
    }),
  );
}

function grantProblems(key: string, grant: unknown, ttl: number | undefined): readonly Finding[] {
  const at = `${AT}/${escapePointer(key)}`;
  const format = formatOfWire(key);
  if (!format) return [problem("grant_unknown", unknownGrant(key), at)];
  if (!isObject(grant))
    return [problem("grant_not_an_object", `The grant ${key} is no object.`, at)];
  return [
    ...fieldsProblems(format, grant, at),
    ...productProblems(key, grant as JsonObject, ttl, at),
  ];
}

function unknownGrant(key: string): string {
  const right = formatOf(key)?.wire ?? { conversations: "chat", taskRouter: "task_router" }[key];
  const hint = right
    ? `; it is called "${right}" in a token`
    : suggest(key.slice(0, 40), WIRE_KEYS);
  return `The grant "${key.slice(0, 40)}" is not known${hint}.`;
}

function fieldsProblems(
  { fields, wire }: GrantFormat,
  grant: Readonly<Record<string, unknown>>,
  at: string,
): readonly Finding[] {
  if (!fields) return [];
  const known = fields.map((field) => field.wire);
  return Object.keys(grant)
    .slice(0, MAX_SHOWN)
    .flatMap((key) => {
      const pointer = `${at}/${escapePointer(key)}`;
      const field = fields.find((candidate) => candidate.wire === key);
      if (!field) {
        const camel = fields.find(({ name }) => name === key);
        const hint = camel
          ? `; in a token it is "${camel.wire}"`
          : suggest(key.slice(0, 40), known);
        return [
          problem("field_unknown", `${key.slice(0, 40)} is no field of ${wire}${hint}.`, pointer),
        ];
      }
      const fault = valueFault(field, grant[key], wire);
      return fault ? [problem("field_invalid", `${key} ${fault}.`, pointer)] : [];
    });
}

function valueFault({ kind }: Field, value: unknown, wire: string): string | undefined {
  if (kind === "flag") return isObject(value) ? undefined : 'must be {"allow": true}';
  if (kind === "outgoing") return outgoingFault(value);
  if (kind === "text") return typeof value === "string" ? undefined : "must be a string";
  if (isSid(value, kind) || (wire === "data_sync" && value === "default")) return undefined;
  return sidProblem(value, kind);
}

function outgoingFault(value: unknown): string | undefined {
  if (!isObject(value)) return "must be an object with application_sid";
  if (isSid(value["application_sid"], "AP")) return undefined;
  return `has an application_sid that ${sidProblem(value["application_sid"], "AP")}`;
}

interface Rule {
  readonly grants: readonly string[];
  readonly code: ProblemCode;
  readonly message: string;
  readonly applies: (grant: JsonObject, ttl: number | undefined) => boolean;
}

const RULES: readonly Rule[] = [
  {
    grants: ["voice"],
    code: "voice_without_permission",
    message: "The voice grant allows neither incoming nor outgoing calls.",
    applies: ({ incoming, outgoing }) => !isAllowed(incoming) && !isObject(outgoing),
  },
  {
    grants: ["video"],
    code: "video_any_room",
    message: "The video grant names no room, so it opens every room.",
    applies: ({ room }) => room === undefined || room === "",
  },
  {
    grants: ["chat"],
    code: "chat_without_service",
    message: "The chat grant names no service.",
    applies: ({ service_sid }) => service_sid === undefined,
  },
  {
    grants: ["chat"],
    code: "ttl_below_minimum",
    message: "It lives less than three minutes.",
    applies: (_grant, ttl) => ttl !== undefined && ttl > 0 && ttl < 180,
  },
  {
    grants: ["data_sync"],
    code: "sync_without_service",
    message: "The Sync grant names no service.",
    applies: ({ service_sid }) => service_sid === undefined,
  },
  {
    grants: ["chat", "data_sync"],
    code: "endpoint_id_deprecated",
    message: "endpoint_id is deprecated.",
    applies: ({ endpoint_id }) => endpoint_id !== undefined,
  },
  {
    grants: ["rtc", "ip_messaging"],
    code: "grant_legacy",
    message: "This grant is of Twilio's first SDKs.",
    applies: () => true,
  },
];

function isAllowed(flag: unknown): boolean {
  return isObject(flag) && flag["allow"] === true;
}

function productProblems(
  key: string,
  grant: JsonObject,
  ttl: number | undefined,
  at: string,
): readonly Finding[] {
  return RULES.filter(({ grants, applies }) => grants.includes(key) && applies(grant, ttl)).map(
    ({ code, message }) => problem(code, message, at),
  );
}

/** A key as a part of a JSON pointer, cut: it may be a hostile token's. */
function escapePointer(key: string): string {
  return key.slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1");
}
