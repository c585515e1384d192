/** The policy of one project, as the service would compile it. */
import { PROVIDERS } from "@handstamp/core";
import type { ProviderId } from "@handstamp/protocol";
import type { Command } from "commander";
import { PRODUCTS, readRules } from "../../app/projects.ts";
import type { Config } from "../../config/config.ts";
import type { CaseContext, Policy } from "../../policy/index.ts";
import { addPlaceOptions, configAt, type Place, projectAt } from "../place.ts";
import type { Shell } from "../shell.ts";

export interface PolicyOptions extends Place {
  readonly project?: string;
}

export function addPolicyOptions(command: Command): Command {
  return addPlaceOptions(command).option(
    "--project <name>",
    "the project, where the configuration has several",
  );
}

export interface ProjectPolicy {
  readonly config: Config;
  readonly project: string;
  readonly policy: Policy;
}

/** @throws HandstampError `config_invalid` with file, line and column of everything that is wrong */
export function policyAt(shell: Shell, options: PolicyOptions): ProjectPolicy {
  const config = configAt(shell, options);
  const project = projectAt(config, options.project);
  const rules = readRules(config).find((each) => each.project === project);
  return { config, project, policy: rules?.policy as Policy };
}

/** What cases are decided with, beside the policy. */
export function contextOf({ config, project }: ProjectPolicy, now: number): CaseContext {
  const { providers = {} } = config.projects.find(({ name }) => name === project) ?? {};
  const ids = Object.keys(PROVIDERS) as ProviderId[];
  return {
    products: PRODUCTS,
    settings: Object.fromEntries(ids.map((id) => [id, providers[id]?.settings ?? {}])),
    defaultTtl: Object.fromEntries(
      ids.map((id) => [id, PROVIDERS[id].facts.defaultTtl]),
    ) as CaseContext["defaultTtl"],
    now,
  };
}
