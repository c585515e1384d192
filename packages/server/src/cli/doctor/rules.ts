/** Callers and policy, as the service would compile them. */
import { type FieldError, isHandstampError } from "@handstamp/protocol";
import { type ProjectRules, readRules } from "../../app/projects.ts";
import type { Config } from "../../config/config.ts";
import { type Check, error, NO_CONFIG, type Outcome, ok, skipped, warning } from "./check.ts";

/** What they are, or everything that is wrong with them. */
type Read =
  | { readonly rules: readonly ProjectRules[] }
  | { readonly fields: readonly FieldError[]; readonly lines: readonly string[] };

export function rulesOf(config: Config): Read {
  try {
    return { rules: readRules(config) };
  } catch (cause) {
    if (!isHandstampError(cause)) throw cause;
    return { fields: cause.fields, lines: cause.message.split("\n") };
  }
}

const isOfPolicy = ({ pointer }: FieldError): boolean =>
  /^(\/projects\/[^/]+)?\/policy(\/|$)/.test(pointer);

export const callersCheck: Check = {
  name: "callers",
  run: ({ config, refusal }) =>
    config === null || refusal !== null
      ? [NO_CONFIG]
      : examine(config, (field) => !isOfPolicy(field), "`policy`", describeCallers),
};

export const policyCheck: Check = {
  name: "policy",
  run: ({ config, refusal }) =>
    config === null || refusal !== null
      ? [NO_CONFIG]
      : examine(config, isOfPolicy, "`callers`", (each) => describePolicy(each, config)),
};

/** Describes each project's, or names the mistakes that are this check's. */
function examine(
  config: Config,
  isOurs: (field: FieldError) => boolean,
  other: string,
  describe: (rules: ProjectRules) => Outcome,
): readonly Outcome[] {
  if (config.projects.length === 0) return [skipped("development's own until something is set up")];
  const read = rulesOf(config);
  if ("rules" in read) return read.rules.map(describe);
  const wrong = read.lines.filter((_line, i) =>
    isOurs(read.fields[i] ?? { pointer: "", message: "" }),
  );
  if (wrong.length === 0) return [skipped(`not looked at: ${other} comes first`)];
  return wrong.map((message) => ({ status: "error", message }));
}

function describeCallers({ project, callers }: ProjectRules): Outcome {
  const kinds = callers.map((each) => (each.kind === "jwt" ? `jwt of ${each.issuer}` : each.kind));
  return ok(`${place(project)}${kinds.join(", ") || "none"}`);
}

function describePolicy({ project, policy }: ProjectRules, { mode }: Config): Outcome {
  const { length } = policy.rules;
  if (policy.rules.some(({ namesNothing }) => namesNothing))
    return ok(`${place(project)}none: in development everything is allowed`);
  if (length > 0) return ok(`${place(project)}${length} ${length === 1 ? "rule" : "rules"}`);
  const mend = "Add a rule to `policy`: docs/guides/policy.md begins with one.";
  const outcome = mode === "production" ? error : warning;
  return outcome(`${place(project)}no rules: every request is refused`, mend);
}

const place = (project: string): string => (project === "default" ? "" : `${project}: `);
