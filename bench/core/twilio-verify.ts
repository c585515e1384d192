import { mintAccessToken, verifyAccessToken } from "@handstamp/core/twilio";
import { createVerifier } from "fast-jwt";
import { measure } from "../measure.ts";
import { micro, type Result } from "../result.ts";
import { TWILIO } from "./keys.ts";

/** Strict verification of a Twilio token, against fast-jwt without its cache. */
export function twilioVerify(): Result[] {
  const { accountSid, keySid, keySecret } = TWILIO;
  const { token } = mintAccessToken({
    accountSid,
    keySid,
    keySecret,
    identity: "alice",
    ttl: 3600,
    grants: { video: { room: "lesson-12" } },
  });
  const theirs = createVerifier({ key: keySecret, algorithms: ["HS256"], cache: false });
  const { ours, peer } = measure({
    ours: () => verifyAccessToken(token, { keySecret }),
    peer: () => theirs(token),
  }) as { ours: number; peer: number };
  return [
    {
      what: "Twilio token, strict verify",
      ours: micro(ours),
      against: `fast-jwt ${micro(peer)}`,
      ratio: peer / ours,
      target: { is: "at least", value: 1 },
    },
  ];
}
