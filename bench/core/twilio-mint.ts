import { createHmac, randomBytes } from "node:crypto";
import { mintAccessToken } from "@handstamp/core/twilio";
import twilio from "twilio";
import { measure } from "../measure.ts";
import { micro, type Result } from "../result.ts";
import { TWILIO } from "./keys.ts";

const { AccessToken } = twilio.jwt;
const { accountSid, keySid, keySecret, chatServiceSid, syncServiceSid, applicationSid } = TWILIO;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The same content, from typed grants by us, by twilio-node, and by the three calls that nobody can avoid. */
export function twilioMint(): Result[] {
  const { ours, peer, floor } = measure({ ours: mintOurs, peer: mintTheirs, floor: mintFloor }) as {
    ours: number;
    peer: number;
    floor: number;
  };
  const what = "Twilio token, four grants";
  return [
    {
      what,
      ours: micro(ours),
      against: `twilio-node ${micro(peer)}`,
      ratio: peer / ours,
      target: { is: "at least", value: 5 },
    },
    {
      what,
      ours: micro(ours),
      against: `floor ${micro(floor)}`,
      ratio: ours / floor,
      target: { is: "at most", value: 1.15 },
    },
  ];
}

function mintOurs(): string {
  return mintAccessToken({
    accountSid,
    keySid,
    keySecret,
    identity: "alice",
    ttl: 3600,
    grants: {
      voice: { incoming: true, outgoing: { applicationSid } },
      video: { room: "lesson-12" },
      chat: { serviceSid: chatServiceSid },
      sync: { serviceSid: syncServiceSid },
    },
  }).token;
}

function mintTheirs(): string {
  const token = new AccessToken(accountSid, keySid, keySecret, { identity: "alice", ttl: 3600 });
  token.addGrant(
    new AccessToken.VoiceGrant({ incomingAllow: true, outgoingApplicationSid: applicationSid }),
  );
  token.addGrant(new AccessToken.VideoGrant({ room: "lesson-12" }));
  token.addGrant(new AccessToken.ChatGrant({ serviceSid: chatServiceSid }));
  token.addGrant(new AccessToken.SyncGrant({ serviceSid: syncServiceSid }));
  return token.toJwt();
}

/** JSON.stringify, base64url and one createHmac over the same content, random id included. */
function mintFloor(): string {
  const now = Math.floor(Date.now() / 1000);
  const header = encode({ alg: "HS256", typ: "JWT", cty: "twilio-fpa;v=1" });
  const payload = encode({
    jti: `${keySid}-${randomBytes(16).toString("hex")}`,
    grants: {
      identity: "alice",
      voice: { incoming: { allow: true }, outgoing: { application_sid: applicationSid } },
      video: { room: "lesson-12" },
      chat: { service_sid: chatServiceSid },
      data_sync: { service_sid: syncServiceSid },
    },
    iat: now,
    exp: now + 3600,
    iss: keySid,
    sub: accountSid,
  });
  const signed = `${header}.${payload}`;
  return `${signed}.${createHmac("sha256", keySecret).update(signed).digest("base64url")}`;
}
