import type { Setting, Values } from "../provider.ts";

const sid = (prefix: string, thing: string) => ({
  pattern: new RegExp(`^${prefix}[0-9a-fA-F]{32}$`),
  hint: `${thing}: ${prefix} and 32 hex digits`,
});
const secret = {
  pattern: /^[\x21-\x7e]{32,128}$/,
  hint: "32 or more characters without spaces, as Twilio showed it",
  secret: true,
} as const;

export const settings: readonly Setting[] = [
  {
    name: "account_sid",
    env: ["TWILIO_ACCOUNT_SID"],
    ...sid("AC", "an account SID"),
    use: "account",
  },
  {
    name: "api_key",
    env: ["TWILIO_API_KEY", "TWILIO_API_KEY_SID", "TWILIO_SIGNING_KEY"],
    ...sid("SK", "an API key SID"),
    use: "key_id",
  },
  {
    name: "api_secret",
    env: ["TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET", "TWILIO_SECRET"],
    ...secret,
    use: "key_secret",
  },
  {
    name: "chat_service_sid",
    env: ["TWILIO_CHAT_SERVICE_SID", "TWILIO_CONVERSATIONS_SERVICE_SID"],
    ...sid("IS", "a Conversations service SID"),
    use: "default",
  },
  {
    name: "sync_service_sid",
    env: ["TWILIO_SYNC_SERVICE_SID"],
    ...sid("IS", "a Sync service SID"),
    use: "default",
  },
  {
    name: "twiml_app_sid",
    env: ["TWILIO_TWIML_APP_SID", "TWILIO_APP_SID", "TWIML_APP_SID"],
    ...sid("AP", "a TwiML app SID"),
    use: "default",
  },
  {
    name: "push_credential_sid",
    env: ["TWILIO_PUSH_CREDENTIAL_SID"],
    ...sid("CR", "a push credential SID"),
    use: "default",
  },
  {
    name: "video_configuration_sid",
    env: ["TWILIO_VIDEO_CONFIGURATION_SID"],
    ...sid("VS", "a video configuration profile SID"),
    use: "default",
  },
  {
    name: "region",
    env: ["TWILIO_REGION"],
    pattern: /^[a-z]{2}[0-9]{1,2}$/,
    hint: "a Twilio region such as us1, ie1 or au1",
    use: "default",
  },
  {
    name: "auth_token",
    env: ["TWILIO_AUTH_TOKEN"],
    pattern: /^[0-9a-f]{32}$/,
    hint: "the account's auth token: 32 hex digits",
    use: "operation",
    secret: true,
  },
  {
    name: "main_key",
    env: ["TWILIO_MAIN_KEY"],
    ...sid("SK", "a Main API key SID"),
    use: "operation",
  },
  { name: "main_secret", env: ["TWILIO_MAIN_SECRET"], ...secret, use: "operation" },
];

/** A project of Twilio's shape for development: no account of Twilio's knows it. */
export function develop(hex: (bytes: number) => string): Values {
  return {
    account_sid: `AC${hex(16)}`,
    api_key: `SK${hex(16)}`,
    api_secret: letters(hex(24)),
    chat_service_sid: `IS${hex(16)}`,
    sync_service_sid: `IS${hex(16)}`,
    twiml_app_sid: `AP${hex(16)}`,
  };
}

/** 32 letters and digits, as Twilio's secrets have: 32 hex digits would look like an auth token. */
function letters(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64url").replaceAll(/[-_]/g, "0");
}
