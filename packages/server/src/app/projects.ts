/** What the configuration says of each project beside its providers: who may ask, and for what. */
import { PROVIDERS } from "@handstamp/core";
import { HandstampError, isObject, type JsonObject, s, suggest } from "@handstamp/protocol";
import { type CallerSettings, parseCallers } from "../callers/index.ts";
import type { Config } from "../config/config.ts";
import { allowEverything, compilePolicy, type Policy } from "../policy/index.ts";

/** Everything that a policy can name. */
export const PRODUCTS = Object.values(PROVIDERS).flatMap(({ products }) => products);

export interface ProjectRules {
  readonly project: string;
  readonly callers: readonly CallerSettings[];
  readonly policy: Policy;
}

const SECTIONS = ["providers", "callers", "policy", "shared_identities"];

/**
 * The callers and the policy of every project. Without a policy nothing is allowed, except in
 * development, where everything is.
 *
 * @throws HandstampError `config_invalid` with file, line and column of everything that is wrong
 */
export function readRules(config: Config): readonly ProjectRules[] {
  try {
    return config.projects.map(({ name }) => rulesOf(config, name));
  } catch (error) {
    throw config.place(error);
  }
}

function rulesOf({ sections, mode, projects }: Config, name: string): ProjectRules {
  const named = sections["projects"];
  const [section, at] = isObject(named)
    ? [sectionOf(named, name), `/projects/${name}`]
    : [sections, ""];
  return {
    project: name,
    callers: callersOf(section, at, mode === "development" && projects.length > 0),
    policy:
      section["policy"] === undefined && mode === "development"
        ? allowEverything(PRODUCTS)
        : compilePolicy(section["policy"] ?? [], PRODUCTS, `${at}/policy`),
  };
}

function sectionOf(projects: Readonly<Record<string, unknown>>, name: string): JsonObject {
  const section = s.parse(s.json(), projects[name], `/projects/${name}`);
  const unknown = Object.keys(section).find((key) => !SECTIONS.includes(key));
  if (unknown === undefined) return section;
  const message = `is not known here${suggest(unknown, SECTIONS)}`;
  const pointer = `/projects/${name}/${unknown}`;
  throw new HandstampError("config_invalid", `${pointer} ${message}`, {
    fields: [{ pointer, message }],
  });
}

/** Development serves API tokens too, so that a phone can be let in. */
function callersOf(
  section: JsonObject,
  at: string,
  developing: boolean,
): readonly CallerSettings[] {
  if (section["callers"] === undefined && developing)
    return [{ kind: "api_token", at: "/callers" }];
  const sharedIdentities = section["shared_identities"] === true;
  return parseCallers(section["callers"] ?? [], `${at}/callers`, { sharedIdentities });
}
