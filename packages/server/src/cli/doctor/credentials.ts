import { PROVIDERS } from "@handstamp/core";
import { isHandstampError, type ProviderId } from "@handstamp/protocol";
import { type ProviderConfig, revealKey } from "../../config/config.ts";
import { SERVER_PROVIDERS } from "../../providers/table.ts";
import { type Check, error, NO_CONFIG, type Outcome, ok, skipped } from "./check.ts";

/** Whether each key has its provider's shape, and is not another credential put in its place. */
export const credentialsCheck: Check = {
  name: "credentials",
  run: ({ config, real }) => {
    if (config === null) return [NO_CONFIG];
    if (config.projects.length === 0) return [skipped("none are set")];
    return config.projects.flatMap(({ name, providers }) =>
      Object.entries(providers).flatMap(([id, provider]) =>
        examine(id as ProviderId, provider, name, real),
      ),
    );
  },
};

function examine(
  id: ProviderId,
  config: ProviderConfig,
  project: string,
  real: boolean,
): readonly Outcome[] {
  const place = project === "default" ? id : `${id} in the project ${project}`;
  const wrong = [...shapeProblem(id, config, place), ...mixUps(id, config, place)];
  if (wrong.length > 0) return wrong;
  const { account } = PROVIDERS[id].facts;
  const made = real ? "" : ", made up for development";
  return [ok(`${place}: ${account} ${config.key.account}, its key signs${made}`)];
}

/** Signs a token with the key and verifies it: whatever core refuses of a key shows here. */
function shapeProblem(id: ProviderId, { key }: ProviderConfig, place: string): readonly Outcome[] {
  const provider = PROVIDERS[id];
  const product = provider.products.find(({ shape }) => shape.kind === "object");
  try {
    const material = revealKey(key);
    const grant = (product?.shape.example ?? {}) as Readonly<Record<string, never>>;
    const request = provider.parse({ identity: "doctor", grants: { [product?.key ?? ""]: grant } });
    provider.verify(provider.mint(request, material).token, [material]);
    return [];
  } catch (cause) {
    const message = isHandstampError(cause) ? cause.message : "the key cannot sign";
    return [
      error(
        `${place}: ${message}`,
        `Copy ${namesOf(id, "key_").join(" and ")} from the provider's console once more.`,
      ),
    ];
  }
}

/** One value under two names is a credential in the wrong place, such as an auth token as API secret. */
function mixUps(
  id: ProviderId,
  { key, operation }: ProviderConfig,
  place: string,
): readonly Outcome[] {
  const secret = key.secret.reveal();
  const [own = "the secret"] = namesOf(id, "key_secret");
  const others: (readonly [string, string])[] = [
    ...namesOf(id, "account").map((name) => [name, key.account] as const),
    ...Object.entries(operation).map(
      ([name, value]) => [variableOf(id, name), value.reveal()] as const,
    ),
  ];
  return others
    .filter(([, value]) => value.toLowerCase() === secret.toLowerCase())
    .map(([name]) =>
      error(
        `${place}: ${own} and ${name} hold the same value`,
        `One of the two is another credential: copy ${own} from where the key was made.`,
      ),
    );
}

function namesOf(id: ProviderId, use: string): readonly string[] {
  return settingsOf(id)
    .filter((setting) => setting.use.startsWith(use))
    .map(({ env }) => env[0]);
}

function variableOf(id: ProviderId, name: string): string {
  return settingsOf(id).find((setting) => setting.name === name)?.env[0] ?? name;
}

const settingsOf = (id: ProviderId) =>
  SERVER_PROVIDERS.find((one) => one.id === id)?.settings ?? [];
