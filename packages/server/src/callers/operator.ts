import { SCOPES } from "@handstamp/protocol";
import { type Caller, judgedCaller } from "./caller.ts";

/** A caller that nothing but {@link operatorCaller} makes. */
export type Operator = Caller & { readonly kind: "cli" };

/**
 * The operator at the command line of the service's own machine. Nothing is checked: whoever may read
 * the signing keys and write the store may do everything anyway, and the record says who it was.
 *
 * @param user the account's name on this machine
 * @param allProjects true where it looks at the whole service, and not at one project
 * @example
 * const caller = operatorCaller("default", userInfo().username);
 */
export function operatorCaller(project: string, user: string, allProjects = false): Operator {
  const scopes = SCOPES.filter((scope) => allProjects || scope !== "operate:*");
  return judgedCaller({
    kind: "cli",
    project,
    id: user,
    identity: null,
    scopes: new Set(scopes),
    claims: {},
  }) as Operator;
}
