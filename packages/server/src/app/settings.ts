/** The sections of the configuration that the service itself reads, all checked before anything changes. */
import { type FieldError, invalid, s, validate } from "@handstamp/protocol";
import type { Config } from "../config/config.ts";
import type { CorsRule } from "../http/cors.ts";
import { type Rates, readLimits } from "../limits/limits.ts";
import { readTrustedProxies, type Trusts } from "../limits/proxies.ts";
import { readLogLevel } from "../watch/log.ts";
import { type ProjectRules, readRules } from "./projects.ts";
import { readRetention } from "./retention.ts";

/** Everything that a reload may change. */
export interface Settings {
  readonly rules: readonly ProjectRules[];
  readonly cors: CorsRule;
  readonly trusts: Trusts;
  readonly rates: Rates;
  readonly connections: number;
  /** Milliseconds that the log is kept; null keeps it for ever. */
  readonly retention: number | null;
  readonly logLevel: string;
}

/** @throws HandstampError `config_invalid` with file, line and column of what is wrong */
export function readSettings(config: Config): Settings {
  const { sections, mode } = config;
  const rules = readRules(config);
  try {
    const { rates, connections } = readLimits(sections["limits"]);
    return {
      rules,
      cors: { origins: readOrigins(config, rules), loopback: mode === "development" },
      trusts: readTrustedProxies(sections["trusted_proxies"]),
      rates,
      connections,
      retention: readRetention(sections["retention"]),
      logLevel: readLogLevel(config),
    };
  } catch (error) {
    throw config.place(error);
  }
}

/** How much the log says, before there is one. @throws HandstampError `config_invalid` */
export function logLevelOf(config: Config): string {
  try {
    return readLogLevel(config);
  } catch (error) {
    throw config.place(error);
  }
}

const CORS = s.object({ allow_origin: s.optional(s.list(s.text({ max: 300 }), { max: 256 })) });
const AT = "/cors/allow_origin";

/** The origins of the file and of `CORS_ALLOW_ORIGIN` together. */
function readOrigins({ sections, corsOrigins }: Config, rules: Settings["rules"]): string[] {
  const section = sections["cors"] ?? {};
  validate(CORS, section, "/cors");
  const { allow_origin: named = [] } = section as { allow_origin?: string[] };
  const origins = [...new Set([...named, ...corsOrigins])];
  const errors: FieldError[] = named.flatMap((origin, i) =>
    isOrigin(origin)
      ? []
      : [
          {
            pointer: `${AT}/${i}`,
            message: "must be an origin such as https://app.example.com, without a path",
          },
        ],
  );
  if (origins.includes("*")) errors.push(...anyOriginProblems(origins, rules));
  if (errors.length > 0) throw invalid(errors);
  return origins;
}

function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && new URL(text).origin === text);
}

/** Any page may ask only where no page's cookie can speak for its visitor. */
function anyOriginProblems(origins: readonly string[], rules: Settings["rules"]): FieldError[] {
  const complain = (message: string) => [{ pointer: AT, message }];
  if (origins.length > 1) return complain("holds * beside other origins: keep one or the other");
  const hasSession = rules.some(({ callers }) => callers.some(({ kind }) => kind === "session"));
  return hasSession
    ? complain("(or CORS_ALLOW_ORIGIN) must not be * with a session caller: name the exact origins")
    : [];
}
