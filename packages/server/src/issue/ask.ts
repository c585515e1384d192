import type { Product, Provider } from "@handstamp/core";
import {
  HandstampError,
  invalid,
  type JsonObject,
  type ProviderId,
  parse,
  suggest,
} from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import { canonicalIdentity } from "../callers/identity.ts";
import { matchesGlob, parseGlob } from "../policy/index.ts";
import type { Grants, IssueDeps, Project } from "./deps.ts";
import { bindIdentity } from "./identity.ts";
import { checkTtl } from "./ttl.ts";
import type { IssueRequest, ProjectProvider, RequestInfo } from "./types.ts";

// A private member, and not a symbol: neither a literal nor a copy with another member is an Asked.
declare class MadeHere {
  private readonly asked: true;
}

/** A request whose form has been checked and whose identity is settled; nothing is allowed yet. */
export interface Asked extends MadeHere {
  readonly caller: Caller;
  readonly project: Project;
  readonly provider: ProviderId;
  readonly settings: ProjectProvider;
  readonly identity: string;
  readonly uid?: number;
  readonly ttl?: number;
  readonly grants: Grants;
  readonly options: JsonObject;
  /** False where the request leaves it to the policy what it gets. */
  readonly namesGrants: boolean;
  readonly want: IssueRequest["want"];
  readonly ip: string;
}

/**
 * Settles what is asked for and for whom: the project is the credential's, the identity the caller's
 * own unless the caller may name others, the grants have the provider's form.
 *
 * @throws HandstampError `invalid_request`, `unknown_provider`, `forbidden`
 */
export async function ask(
  deps: IssueDeps,
  caller: Caller,
  request: IssueRequest,
  { ip }: RequestInfo,
): Promise<Asked> {
  const project = projectOf(deps, caller);
  const identity = await identityWithin(deps, caller, request, project.name);
  const settings = providerOf(project, request.provider);
  const provider = deps.providers[request.provider];
  const checked = checkGrants(provider, request.grants);
  checkTtl(provider, Object.keys(checked), request.ttl);
  const bound = await bindIdentity(deps, caller, provider, identity, checked);
  const region = settings.settings["region"];
  return {
    caller,
    project,
    provider: request.provider,
    settings,
    identity,
    ...(bound.uid === undefined ? {} : { uid: bound.uid }),
    ...(request.ttl === undefined ? {} : { ttl: request.ttl }),
    grants: bound.grants,
    options: region === undefined ? {} : { region },
    namesGrants: Object.keys(checked).length > 0,
    want: request.want,
    ip,
  } as unknown as Asked;
}

function projectOf(deps: IssueDeps, caller: Caller): Project {
  const project = deps.projects.get(caller.project);
  if (!project)
    throw new HandstampError("forbidden", "The credential's project is not served here.");
  return project;
}

function providerOf(project: Project, id: ProviderId): ProjectProvider {
  const settings = Object.hasOwn(project.providers, id) ? project.providers[id] : undefined;
  const configured = Object.keys(project.providers);
  if (!settings)
    throw new HandstampError(
      "unknown_provider",
      `No provider of this name is configured here${suggest(id, configured)}.`,
      { fields: [{ pointer: "/provider", message: `must be one of ${configured.join(", ")}` }] },
    );
  return settings;
}

/**
 * Whom the token is for, counted. What a person is refused counts as well, so that nobody fills the
 * record by asking for what is not theirs.
 *
 * @throws HandstampError `rate_limited`, and what `identityOf` throws
 */
async function identityWithin(
  { limits }: IssueDeps,
  caller: Caller,
  request: IssueRequest,
  project: string,
): Promise<string> {
  const own = caller.scopes.has("mint:others") ? null : caller.identity;
  if (own !== null) await limits(project, own);
  const identity = identityOf(caller, request);
  if (own === null) await limits(project, identity);
  return identity;
}

/** The caller's own identity; another one only for a caller that may name others. */
function identityOf(caller: Caller, request: IssueRequest): string {
  const named = request.identity === undefined ? undefined : canonicalIdentity(request.identity);
  const identity = named ?? caller.identity;
  if (identity === null)
    throw invalid([{ pointer: "/identity", message: "is missing: say whom the token is for" }]);
  if (identity === caller.identity || mayName(caller, identity)) return identity;
  throw new HandstampError("forbidden", "The identity is not the caller's own.", {
    fields: [{ pointer: "/identity", message: "must be the caller's own: leave it out" }],
    detail: caller.scopes.has("mint:others")
      ? "the API token may not name this identity"
      : "another identity was named without the scope mint:others",
  });
}

function mayName({ scopes, onBehalf }: Caller, identity: string): boolean {
  if (!scopes.has("mint:others")) return false;
  return (
    onBehalf === undefined || onBehalf.some((pattern) => matchesGlob(parseGlob(pattern), identity))
  );
}

function checkGrants(provider: Provider, grants: Grants): Grants {
  const products = new Map(provider.products.map((product) => [product.key, product]));
  const unknown = Object.keys(grants).filter((key) => !products.has(key));
  if (unknown.length > 0)
    throw invalid(
      unknown.map((key) => ({
        pointer: `/grants/${key}`,
        message: `is not a product of ${provider.title}${suggest(key, [...products.keys()])}`,
      })),
    );
  for (const [key, grant] of Object.entries(grants))
    parse((products.get(key) as Product).shape, grant, `/grants/${key}`);
  return grants;
}
