/** Asks on a terminal for what the options leave open. The questions go to standard error. */
import process from "node:process";
import { PROVIDERS } from "@handstamp/core";
import type { ProviderId } from "@handstamp/protocol";
import { UsageError } from "../failure.ts";
import { parseList } from "../input.ts";
import {
  type Answers,
  type InitOptions,
  providersFrom,
  type SignIn,
  type SignInKind,
  signInFrom,
  USUAL,
  variableName,
} from "./answers.ts";

const output = process.stderr;

/** @param found the providers whose credentials are in the environment */
export async function askAnswers(
  options: InitOptions,
  found: readonly ProviderId[],
): Promise<Answers> {
  const { intro } = await import("@clack/prompts");
  intro("A handstamp.yaml for production", { output });
  const providers =
    options.providers === undefined ? await askProviders(found) : providersFrom(options.providers);
  const signIn = signInFrom(options) ?? (await askSignIn());
  const rooms = options.rooms ?? (await askRooms());
  const origins = parseList(options.origins ?? (await askOrigins()));
  return { providers, signIn, rooms, origins };
}

async function askProviders(found: readonly ProviderId[]): Promise<readonly ProviderId[]> {
  const { multiselect } = await import("@clack/prompts");
  return given(
    await multiselect({
      message: "Whose tokens? (space chooses, return goes on)",
      output,
      required: true,
      initialValues: [...found],
      options: Object.values(PROVIDERS).map(({ id, title }) => ({
        value: id,
        label: title,
        hint: found.includes(id) ? "its credentials are in the environment" : "",
      })),
    }),
  );
}

const WAYS: readonly {
  readonly value: SignInKind;
  readonly label: string;
  readonly hint: string;
}[] = [
  {
    value: "discovery",
    label: "An OpenID Connect provider",
    hint: "Auth0, Keycloak, Cognito, your own",
  },
  { value: "jwks", label: "JWTs, with keys at a URL", hint: "Clerk, Firebase, Supabase" },
  { value: "secret", label: "JWTs, with a shared secret", hint: "your app signs them itself" },
  { value: "session", label: "A session of your app", hint: "a cookie: Rails, Laravel, Express" },
  { value: "api_token", label: "Not here: only my back end asks", hint: "API tokens" },
];

async function askSignIn(): Promise<SignIn> {
  const { select } = await import("@clack/prompts");
  const kind = given(
    await select({ message: "How do your users sign in?", output, options: [...WAYS] }),
  );
  if (kind === "api_token") return { kind };
  if (kind === "session")
    return {
      kind,
      url: await ask(
        "The endpoint that says who a session belongs to",
        "http://127.0.0.1:3000/session",
      ),
      identity: await ask("Where in its answer the user's id stands", USUAL.member, USUAL.member),
    };
  return askIssuer(kind);
}

async function askIssuer(kind: "discovery" | "jwks" | "secret"): Promise<SignIn> {
  const issuer = await ask(
    "The issuer: `iss` of its JWTs, letter by letter",
    "https://login.example.com",
  );
  const audience = await ask("The audience: `aud` of its JWTs", USUAL.audience);
  const of = { issuer, audience, identity: USUAL.claim };
  if (kind === "discovery") return { kind, ...of };
  if (kind === "jwks")
    return {
      kind,
      ...of,
      jwks: await ask("The URL of its keys", "https://login.example.com/jwks.json"),
    };
  const variable = await ask(
    "The variable that holds the secret (its name)",
    "CALLS_JWT_SECRET",
    "CALLS_JWT_SECRET",
  );
  return { kind, ...of, variable: variableName(variable) };
}

async function askRooms(): Promise<string> {
  const { text } = await import("@clack/prompts");
  return (
    given(
      await text({
        message: "Which rooms and channels may all of them enter? (* is any text; empty: none yet)",
        output,
        placeholder: USUAL.rooms,
      }),
    ) ?? ""
  );
}

async function askOrigins(): Promise<string> {
  const { text } = await import("@clack/prompts");
  return (
    given(
      await text({
        message: "Which web pages ask from a browser? (origins, with commas; empty: none)",
        output,
        placeholder: "https://app.example.com",
      }),
    ) ?? ""
  );
}

async function ask(message: string, placeholder: string, initialValue = ""): Promise<string> {
  const { text } = await import("@clack/prompts");
  const validate = (value: string | undefined) => (value ? undefined : "This is needed.");
  return given(await text({ message, output, placeholder, initialValue, validate }));
}

/** @throws UsageError when it was given up with ctrl-c */
function given<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer !== "symbol") return answer as Exclude<T, symbol>;
  throw new UsageError("given up: nothing was written.");
}
