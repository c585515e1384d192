/** The shapes of `callers` in `handstamp.yaml`; the JSON Schema that editors use is made from them. */
import { type Infer, s } from "@handstamp/protocol";
import { ALGORITHM_NAMES } from "./jwt/algorithms.ts";

const line = (doc: string, example?: string) => s.text({ min: 1, max: 512, doc, example });

const MAPPING = {
  identity: line(
    'The claim that says who it is, or a text with claims in it: "learner:${sub}".',
    "sub",
  ),
  uid: s.optional(line("The claim with the person's integer uid for Agora.", "user.agora_uid")),
  claims: s.optional(
    s.record(s.text({ min: 1, max: 256 }), {
      max: 32,
      doc: "Names for policy conditions, each with the claim that it stands for.",
      example: { role: "app_metadata.role" },
    }),
  ),
};

const JWT = s.object(
  {
    issuer: line("The exact iss of its tokens.", "https://login.example.com"),
    audience: s.anyOf([
      line("The exact aud that its tokens must name.", "calls"),
      s.list(line("One of the accepted audiences."), { max: 16 }),
    ]),
    discovery: s.optional(
      s.anyOf([
        s.boolean({ doc: "true: the issuer's own /.well-known/openid-configuration." }),
        line("The URL of the OpenID Connect discovery document."),
      ]),
    ),
    jwks: s.optional(line("The URL of the issuer's JSON Web Key Set.")),
    public_key: s.optional(s.text({ max: 16_384, doc: "A public key or certificate in PEM." })),
    secret: s.optional(s.text({ max: 1024, doc: "A shared secret for HS256, HS384 or HS512." })),
    algorithms: s.optional(
      s.list(s.choice(ALGORITHM_NAMES), { max: 8, doc: "What its tokens are signed with." }),
    ),
    ...MAPPING,
    typ: s.optional(line("The exact typ of its tokens. Default: none, JWT or at+jwt.", "at+jwt")),
    leeway: s.optional(
      s.integer({
        min: 0,
        max: 60,
        unit: "seconds",
        doc: "Seconds that its clock may differ. Default 30.",
      }),
    ),
    allow_private: s.optional(s.boolean({ doc: "Its URL may lead to a private address." })),
  },
  { doc: "The JWTs of an issuer: the app's own login, or an identity provider." },
);

const SESSION = s.object(
  {
    url: line("The app's endpoint that answers who a session belongs to, in JSON."),
    forward: s.list(
      s.text({ pattern: /^[A-Za-z0-9-]{1,64}$/, hint: "the name of a header, such as cookie" }),
      { max: 8, doc: "The headers that carry the session.", example: ["cookie"] },
    ),
    cookies: s.optional(
      s.list(
        s.text({ pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, hint: "the name of a cookie" }),
        {
          max: 16,
          doc: "The cookies that are forwarded. Default: all.",
        },
      ),
    ),
    ...MAPPING,
    timeout: s.optional(
      s.integer({ min: 1, max: 10, unit: "seconds", doc: "Seconds that it may take. Default 2." }),
    ),
    cache: s.optional(
      s.integer({
        min: 0,
        max: 300,
        unit: "seconds",
        doc: "Seconds that an answer is used again. Default 10.",
      }),
    ),
    jwt: s.optional(
      s.boolean({ doc: "JWTs of issuers that are not configured go to the endpoint." }),
    ),
    allow_private: s.optional(s.boolean({ doc: "Its URL may lead to a private address." })),
  },
  { doc: "The app's own session: its endpoint is asked who this is." },
);

const PASSCODE = s.object(
  {
    codes: s.list(
      s.object({
        name: line("What the record calls it.", "open-day"),
        hash: line("The passcode's scrypt hash, as `handstamp` makes it."),
        expires: s.text({
          pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
          hint: "a time such as 2027-01-31T18:00:00Z",
          doc: "When it ends.",
        }),
        claims: s.optional(s.json({ doc: "What policy conditions read about its guests." })),
      }),
      { max: 4 },
    ),
  },
  { doc: "A passcode for small events, in the video app's form of request." },
);

export const SHAPES = {
  jwt: JWT,
  session: SESSION,
  api_token: s.object(
    {},
    { doc: "API tokens for back ends, made with `handstamp callers create`." },
  ),
  passcode: PASSCODE,
} as const;

export type SourceKind = keyof typeof SHAPES;
export type JwtGiven = Infer<typeof SHAPES.jwt>;
export type SessionGiven = Infer<typeof SHAPES.session>;
export type PasscodeGiven = Infer<typeof SHAPES.passcode>;

/** One entry of `callers`: an object with exactly one of these. */
export const CALLER_SHAPE = s.object({
  jwt: s.optional(SHAPES.jwt),
  session: s.optional(SHAPES.session),
  api_token: s.optional(SHAPES.api_token),
  passcode: s.optional(SHAPES.passcode),
});

/** The whole section. */
export const CALLERS_SHAPE = s.list(CALLER_SHAPE, {
  max: 32,
  doc: "Who may ask, and how they show who they are.",
});
