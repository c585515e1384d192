/** From the answers to a commented `handstamp.yaml`. No secret is ever in it, only where it is read. */
import type { ProviderId } from "@handstamp/protocol";
import type { Environment } from "../../config/environment.ts";
import type { Setting } from "../../providers/provider.ts";
import { SERVER_PROVIDERS } from "../../providers/table.ts";
import type { Answers, SignIn } from "./answers.ts";

/** JSON's strings are YAML's (YAML 1.2, section 1.3), whatever is in them. */
const quoted = (text: string): string => JSON.stringify(text);
const fromEnv = (name: string): string => quoted(`\${env:${name}}`);

const HEAD = `# yaml-language-server: $schema=./node_modules/handstamp/handstamp.schema.json
#
# Handstamp: who may have which token. \`handstamp doctor\` checks this file; while the service runs, it
# takes a change over by itself and keeps the old settings where the new ones are wrong.
# No secret belongs in here: "\${env:NAME}" reads the environment.
`;

/**
 * The text of the file.
 *
 * @param env to name each setting by the variable that is set already, where one is
 */
export function compose(answers: Answers, env: Environment): string {
  const sections = [HEAD, providers(answers.providers, env), callers(answers.signIn)];
  return [...sections, policy(answers), cors(answers)].filter(Boolean).join("\n");
}

/** The variable that a setting is read from: the one that is set, else the first of its names. */
export function variableOf({ env: names }: Setting, env: Environment): string {
  return names.find((name) => env[name]) ?? names[0];
}

const isKey = ({ use }: Setting): boolean =>
  use === "account" || use === "key_id" || use === "key_secret";

/** The variables that the file reads. */
export function variablesOf(
  { providers: ids, signIn }: Answers,
  env: Environment,
): readonly string[] {
  const keys = ids.flatMap((id) =>
    settingsOf(id)
      .filter(isKey)
      .map((each) => variableOf(each, env)),
  );
  return signIn.kind === "secret" ? [...keys, signIn.variable] : keys;
}

function settingsOf(id: ProviderId): readonly Setting[] {
  return SERVER_PROVIDERS.find((provider) => provider.id === id)?.settings ?? [];
}

function providers(ids: readonly ProviderId[], env: Environment): string {
  const blocks = ids.flatMap((id) => {
    const settings = settingsOf(id);
    const line = (setting: Setting) => `    ${setting.name}: ${fromEnv(variableOf(setting, env))}`;
    const defaults = settings.filter(({ use }) => use === "default");
    const isSet = ({ env: names }: Setting) => names.some((name) => env[name]);
    return [
      `  ${id}:`,
      ...settings.filter(isKey).map(line),
      ...(defaults.length > 0 ? ["    # For grants that leave them out:"] : []),
      ...defaults.map((each) => (isSet(each) ? line(each) : line(each).replace("    ", "    # "))),
    ];
  });
  return ["providers:", ...blocks, ""].join("\n");
}

function callers(signIn: SignIn): string {
  return [
    "# Who may ask. A credential that is recognised and wrong goes to nobody else.",
    "callers:",
    ...usersOf(signIn),
    "  # Back ends and operators. To make one: handstamp callers create --name backend --scopes mint,mint:others",
    "  - api_token: {}",
    "",
  ].join("\n");
}

function usersOf(signIn: SignIn): readonly string[] {
  if (signIn.kind === "api_token") return [];
  if (signIn.kind === "session")
    return [
      "  # Your users: your app says who a session belongs to, with 200 and JSON, or 401.",
      "  - session:",
      `      url: ${quoted(signIn.url)}`,
      "      forward: [cookie]",
      `      identity: ${quoted(signIn.identity)}`,
    ];
  return [
    '  # Your users: the JWT of your sign-in, sent as "Authorization: Bearer ...".',
    "  - jwt:",
    `      issuer: ${quoted(signIn.issuer)}`,
    `      audience: ${quoted(signIn.audience)}`,
    `      ${KEY_LINES[signIn.kind](signIn as never)}`,
    `      identity: ${quoted(signIn.identity)}`,
    "      # Names for policy conditions, each with the claim that it stands for:",
    "      # claims: { role: app_metadata.role }",
  ];
}

const KEY_LINES = {
  discovery: () => "discovery: true",
  jwks: ({ jwks }: Extract<SignIn, { kind: "jwks" }>) => `jwks: ${quoted(jwks)}`,
  secret: ({ variable }: Extract<SignIn, { kind: "secret" }>) => `secret: ${fromEnv(variable)}`,
} as const;

/** What everybody may have: rooms and channels by their name, and messages as oneself. */
const ALLOWED: Readonly<Record<ProviderId, (rooms: string) => readonly string[]>> = {
  twilio: (rooms) => ["      - product: twilio.video", `        room: ${rooms}`],
  agora: (rooms) => [
    "      - product: agora.rtc",
    `        channel: ${rooms}`,
    "        role: publisher",
    "      - product: agora.rtm",
  ],
};

function policy({ providers: ids, rooms }: Answers): string {
  const head = [
    "# What they may have. Rules only allow: what none of them allows is refused.",
    "# `handstamp policy check` shows how they are understood, `handstamp policy test` tries them.",
  ];
  if (rooms === "") return [...head, "policy: []", ""].join("\n");
  return [
    ...head,
    "policy:",
    "  - name: everybody who is known",
    `    # when: 'caller.claims.role == "tutor"'`,
    "    allow:",
    ...ids.flatMap((id) => ALLOWED[id](quoted(rooms))),
    "    ttl: 1h",
    "    max_ttl: 4h",
    "",
  ].join("\n");
}

function cors({ origins }: Answers): string {
  if (origins.length === 0) return "";
  return [
    "# The web pages that may ask from a browser.",
    "cors:",
    `  allow_origin: [${origins.map(quoted).join(", ")}]`,
    "",
  ].join("\n");
}
