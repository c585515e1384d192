/**
 * Everything that an inspection can find wrong with a Twilio token: the stable code, how grave it is,
 * the code that Twilio's API or SDK reports, and the mend.
 *
 * Twilio's codes: https://www.twilio.com/docs/api/errors
 */
import type { Finding } from "../../inspection.ts";

type Row = readonly [severity: Finding["severity"], providerCode: number | null, mend: string];

const CLOCK = "Set the clock of the machine that signs (NTP), and leave nbf out.";
const NEW_TOKEN = "Fetch a new token, and renew the next one ahead of its end.";
const SECONDS = "Give seconds: Math.floor(Date.now() / 1000) + ttl.";
const SECRET =
  "Copy the secret that was shown when this very key was created, or create a new key.";

export const PROBLEMS = {
  too_large: ["error", 20101, "Put less into the token: long params belong on the server."],
  not_three_parts: ["error", 20101, "Copy the whole token: three parts with a dot between them."],
  whitespace_inside: ["error", 20101, "Remove the line ends and spaces inside the token."],
  not_canonical: [
    "error",
    20101,
    "Encode as base64url without padding (RFC 7515), and pass the token through nothing that rewrites it.",
  ],
  unsigned: ["error", 20107, "Sign the token: the third part is its signature."],
  header_unreadable: ["error", 20102, "Copy the token from its start; it begins with eyJ."],
  payload_unreadable: ["error", 20101, "Copy the whole token; a part of it is missing or damaged."],
  alg_not_hs256: ["error", 20102, "Sign with HS256, the one algorithm that Twilio documents."],
  cty_missing: ["error", 20102, 'Put "cty": "twilio-fpa;v=1" into the header.'],
  cty_wrong: ["error", 20102, 'The header\'s cty must be exactly "twilio-fpa;v=1".'],
  typ_wrong: ["error", 20102, 'The header\'s typ must be "JWT".'],
  header_forbidden: ["error", 20102, "Remove it: the header has alg, typ, cty and perhaps twr."],
  region_wrong: [
    "error",
    20101,
    "Name the region of the key, such as ie1, or leave twr out for us1.",
  ],
  region: ["info", 20101, "The key must have been created in this region, or Twilio refuses it."],
  region_video: ["warning", 20101, "Video works only with keys of us1."],
  iss_missing: ["error", 20103, "Put the API key's SID (SK...) into iss."],
  iss_not_key: [
    "error",
    20103,
    "Put the API key's SID (SK...) into iss; the account goes into sub.",
  ],
  sub_missing: ["error", 20103, "Put the account's SID (AC...) into sub."],
  sub_not_account: [
    "error",
    20103,
    "Put the account's SID (AC...) into sub; the key goes into iss.",
  ],
  iss_sub_swapped: ["error", 20103, "Swap them: the key's SID is iss, the account's SID is sub."],
  jti_missing: ["warning", 20151, "Give each token a unique jti; without one it cannot be named."],
  jti_by_second: [
    "info",
    null,
    "Two tokens of one second share this id; add random bits where tokens are recorded by it.",
  ],
  exp_missing: ["error", 20156, "Put exp into the payload, in unix seconds."],
  exp_not_a_time: ["error", 20156, SECONDS],
  exp_in_milliseconds: ["error", 20157, SECONDS],
  exp_not_after_iat: [
    "error",
    20156,
    "Give ttl as a number of seconds; Twilio's Node library reads text as milliseconds.",
  ],
  ttl_too_long: ["error", 20157, "Make ttl at most 86400 seconds, and renew."],
  ttl_too_long_for_voice: ["error", 31207, "With the voice grant make ttl at most 86399 seconds."],
  ttl_in_milliseconds: ["error", 20157, "Give ttl in seconds: 3600 is an hour."],
  ttl_below_minimum: ["warning", 51130, "Chat documents three minutes at least; make it an hour."],
  expired: ["error", 20104, NEW_TOKEN],
  iat_not_a_time: ["error", 20151, SECONDS],
  iat_in_future: ["warning", 20105, CLOCK],
  nbf_not_a_time: ["error", 20151, SECONDS],
  not_yet_valid: ["error", 20105, CLOCK],
  nbf_after_exp: ["error", 20105, "Leave nbf out, or put it before exp."],
  grants_missing: ["error", 20106, "Put grants with the identity into the payload."],
  grants_empty: ["warning", 20106, "Add the grants of the products that the client uses."],
  grant_not_an_object: ["error", 20106, "A grant is a JSON object; an empty one is {}."],
  grant_unknown: ["warning", 20106, "Check the grant's key."],
  grant_legacy: ["info", null, "Fine for an old client; new ones use video and chat."],
  field_unknown: [
    "warning",
    20106,
    "Check the field's name; Twilio ignores what it does not know.",
  ],
  field_invalid: ["error", 20106, "Put the right kind of value there."],
  identity_missing: ["error", 20106, "Put the user's identity, a string, into grants.identity."],
  identity_not_a_string: ["error", 20106, "Make the identity a string."],
  voice_without_permission: [
    "warning",
    31201,
    "Allow incoming calls, or name the TwiML app for outgoing ones.",
  ],
  video_any_room: ["info", null, "Name the room, unless the user may enter each of them."],
  chat_without_service: [
    "warning",
    20106,
    "Name the service (IS...), unless the account's default service is meant.",
  ],
  sync_without_service: ["warning", 20106, 'Name the Sync service (IS...), or "default".'],
  endpoint_id_deprecated: ["warning", 20106, "Leave endpoint_id out; it can break newer SDKs."],
  wrong_secret: ["error", 20107, SECRET],
  secret_whitespace: ["error", 20107, "Remove the white space around the secret where it is kept."],
  signed_with_whitespace: [
    "error",
    20107,
    "Trim the secret in the service that signed this token.",
  ],
  signed_with_quotes: ["error", 20107, "Remove the quotes around the secret where it is kept."],
  secret_is_auth_token: [
    "error",
    20107,
    "Use the API key's secret; the account's auth token signs no Access Token.",
  ],
  secret_unusable: ["error", 20107, SECRET],
  signed_with_other_key: ["error", 20103, "Put the SID of the key that signs into iss."],
  account_mismatch: ["error", 20103, "Put the SID of the account that owns the key into sub."],
  key_unknown: ["info", null, "Give the key that iss names, to check the signature."],
  capability_token: [
    "info",
    null,
    "Only the first SDKs take it; the present ones need an Access Token.",
  ],
} as const satisfies Record<string, Row>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One problem out of the table, in the words of this token. */
export function problem(
  code: ProblemCode,
  message: string,
  pointer?: string,
  providerCode?: number,
): Finding {
  const [severity, tableCode, mend]: Row = PROBLEMS[code];
  const reported = providerCode ?? tableCode;
  return {
    code,
    severity,
    ...(reported === null ? {} : { providerCode: reported }),
    message,
    mend,
    ...(pointer === undefined ? {} : { pointer }),
  };
}
