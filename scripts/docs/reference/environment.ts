/** `docs/reference/environment.md`, out of the tables that the configuration is read with. */
import { PROVIDERS } from "@handstamp/core";
import { VARIABLES } from "../../../packages/server/src/config/environment.ts";
import type { ServerProvider, Setting } from "../../../packages/server/src/providers/provider.ts";
import { SERVER_PROVIDERS } from "../../../packages/server/src/providers/table.ts";
import { code, codes, made, table } from "./table.ts";

interface Meaning {
  readonly default: string;
  readonly doc: string;
}

/** A new variable does not compile without its line here. */
const MEANINGS = {
  port: { default: "`8080`", doc: "The port; 0 lets the system choose." },
  host: {
    default: "`127.0.0.1`",
    doc: "The address to listen on: 127.0.0.1 is this machine alone, 0.0.0.0 all its addresses.",
  },
  config: {
    default: "`handstamp.yaml`, if it is there",
    doc: "The path of the configuration file.",
  },
  store: {
    default: "`sqlite:` in the data folder",
    doc: "`sqlite:<path>`. A `postgres://` URL is recognised and refused: this version does not serve it.",
  },
  databaseUrl: {
    default: "",
    doc: "Read in the place of `HANDSTAMP_STORE` where it is a `postgres://` URL.",
  },
  data: {
    default: "`./.handstamp`",
    doc: "The data folder: the database, and development's keys.",
  },
  masterKey: {
    default: "",
    doc: "Known by name and not used yet: for signing keys kept in the store.",
  },
  masterKeyFile: { default: "", doc: "The same, from a file." },
  mode: {
    default: "`production` with credentials or a file, else `development`",
    doc: "`development` or `production`.",
  },
  cors: {
    default: "",
    doc: "Exact origins that may ask from a page, separated by commas. `*` is any, without cookies.",
  },
  token: { default: "", doc: "The API token of the command line, for a service at `--url`." },
} as const satisfies Readonly<Record<keyof typeof VARIABLES, Meaning>>;

export function environmentPage(): string {
  const own = Object.entries(VARIABLES).map(([key, [name, ...others]]) => {
    const meaning = MEANINGS[key as keyof typeof MEANINGS];
    return [code(name), codes(others), meaning.default, meaning.doc];
  });
  return `# Environment

${made("the tables in packages/server/src/config/environment.ts and packages/server/src/providers/*/settings.ts")}

An empty value counts as absent. Two names of one setting with different values stop the start, and so
does a variable that looks like one of these with a letter wrong. Messages name the variable, never its
value. What [handstamp.yaml](configuration.md) says wins over the environment.

## The service

${table(["variable", "also accepted", "default", "meaning"], own)}

${SERVER_PROVIDERS.map(providerSection).join("\n\n")}
`;
}

function providerSection(provider: ServerProvider): string {
  const rows = provider.settings.map((setting) => {
    const [name, ...others] = setting.env;
    return [code(name), codes(others), code(setting.name), meaningOf(provider, setting)];
  });
  const head = ["variable", "also accepted", `in \`providers.${provider.id}\``, "meaning"];
  return `## ${PROVIDERS[provider.id].title}\n\n${table(head, rows)}`;
}

function meaningOf(provider: ServerProvider, { name, hint, use, secret }: Setting): string {
  const what = `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
  const uses: Readonly<Record<Setting["use"], string>> = {
    account: "Needed.",
    key_id: "Needed.",
    key_secret: "Needed.",
    default: fillsOf(provider, name),
    operation: "Checked, and not used yet: for calls to the provider.",
  };
  return [what, secret ? "Secret." : "", uses[use]].filter(Boolean).join(" ");
}

/** The fields of grants that this setting fills where a request leaves them out. */
function fillsOf({ id }: ServerProvider, setting: string): string {
  const fields = PROVIDERS[id].products.flatMap(({ name, allow }) =>
    Object.entries(allow)
      .filter(([, field]) => field.setting === setting)
      .map(([field]) => `${name}.${field}`),
  );
  if (fields.length === 0) return "Stands in every token.";
  return `Fills ${codes(fields)} where a request leaves it out.`;
}
