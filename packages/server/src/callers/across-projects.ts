import { type FieldError, invalid } from "@handstamp/protocol";
import type { CallerSettings, ProjectCallers } from "./settings.ts";

/**
 * A credential selects exactly one project, so that no request can choose. An issuer with an
 * audience, a header that carries a session, and passcodes belong to one caller each.
 *
 * @throws HandstampError `invalid_request` naming the second claim to the same credential
 */
export function checkAcrossProjects(projects: readonly ProjectCallers[]): void {
  const claimed = new Map<string, string>();
  const errors: FieldError[] = [];
  for (const settings of projects.flatMap(({ callers }) => callers))
    for (const { credential, field } of credentialsOf(settings)) {
      const earlier = claimed.get(credential);
      if (earlier === undefined) claimed.set(credential, settings.at);
      else
        errors.push({
          pointer: `${settings.at}${field}`,
          message: `takes the same credentials as ${earlier}: each may belong to one caller of one project only`,
        });
    }
  if (errors.length > 0) throw invalid(errors);
}

function credentialsOf(settings: CallerSettings): { credential: string; field: string }[] {
  if (settings.kind === "jwt")
    return settings.audience.map((audience) => ({
      credential: JSON.stringify(["jwt", settings.issuer, audience]),
      field: "/audience",
    }));
  if (settings.kind === "session")
    return settings.forward
      .filter((name) => !isContextHeader(name))
      .map((name) => ({ credential: `header ${name}`, field: "/forward" }));
  // API tokens name their project themselves, in the store.
  return settings.kind === "passcode" ? [{ credential: "passcode", field: "" }] : [];
}

/** Headers that may go along with a session but are none: alone they are no credential. */
const CONTEXT = new Set(["user-agent", "accept-language", "origin", "referer"]);

export function isContextHeader(name: string): boolean {
  return CONTEXT.has(name);
}
