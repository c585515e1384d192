/** Every way to know who is asking, made from the settings of all projects. */
import { type ApiTokenSource, createApiTokenSource } from "./api-token-source.ts";
import type { CallerDeps } from "./deps.ts";
import { createIssuers, type Issuers } from "./jwt/issuers.ts";
import type { Outgoing } from "./outgoing.ts";
import { createPasscodeSource, type PasscodeSource } from "./passcode-source.ts";
import { createSessionSource, type SessionSource } from "./session-source.ts";
import type { ProjectCallers } from "./settings.ts";

export interface Sources {
  readonly apiTokens: ApiTokenSource;
  readonly issuers: Issuers;
  readonly sessions: readonly SessionSource[];
  /** One in the whole service at most: a guest has nothing that selects a project. */
  readonly guests: PasscodeSource | undefined;
}

export function createSources(
  projects: readonly ProjectCallers[],
  outgoing: Outgoing,
  deps: CallerDeps,
): Sources {
  const all = projects.flatMap(({ project, callers }) =>
    callers.map((settings) => ({ project, settings })),
  );
  return {
    apiTokens: createApiTokenSource(projectsWith(projects, "api_token"), deps),
    issuers: createIssuers(projects, outgoing, deps),
    sessions: all.flatMap(({ project, settings }) =>
      settings.kind === "session" ? [createSessionSource(project, settings, outgoing, deps)] : [],
    ),
    guests: all.flatMap(({ project, settings }) =>
      settings.kind === "passcode" ? [createPasscodeSource(project, settings, deps)] : [],
    )[0],
  };
}

function projectsWith(projects: readonly ProjectCallers[], kind: string): ReadonlySet<string> {
  const having = projects.filter(({ callers }) => callers.some((each) => each.kind === kind));
  return new Set(having.map(({ project }) => project));
}
