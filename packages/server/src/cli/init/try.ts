import { randomBytes } from "node:crypto";
import { HandstampError, isHandstampError } from "@handstamp/protocol";
import { readRules } from "../../app/projects.ts";
import type { Environment } from "../../config/environment.ts";
import { loadConfig } from "../../config/load.ts";
import type { World } from "../../config/world.ts";
import { SERVER_PROVIDERS } from "../../providers/table.ts";
import type { Answers } from "./answers.ts";
import { variableOf, variablesOf } from "./compose.ts";

/**
 * Loads a text as the service would, with made-up keys in the place of the real ones.
 *
 * @throws HandstampError `config_invalid` naming the lines that would stop the service
 */
export function tryConfiguration(text: string, answers: Answers, world: World, path: string): void {
  const env = { ...madeUp(answers, world), HANDSTAMP_CONFIG: path, HANDSTAMP_MODE: "production" };
  try {
    readRules(loadConfig({ ...world, env, readFile: () => text }, SERVER_PROVIDERS));
  } catch (error) {
    if (!isHandstampError(error)) throw error;
    throw new HandstampError("config_invalid", `This would not load:\n${error.message}`, {
      fields: error.fields,
    });
  }
}

/** Values of the right shape for everything that the file reads. */
function madeUp(answers: Answers, { env, randomHex }: World): Environment {
  const secrets = variablesOf(answers, env).map((name) => [
    name,
    randomBytes(48).toString("base64"),
  ]);
  const values = SERVER_PROVIDERS.flatMap((provider) => {
    const made = provider.develop(randomHex);
    return provider.settings.flatMap((setting) => {
      const name = variableOf(setting, env);
      const value = made[setting.name] ?? env[name];
      return value ? [[name, value]] : [];
    });
  });
  return Object.fromEntries([...secrets, ...values]) as Environment;
}
