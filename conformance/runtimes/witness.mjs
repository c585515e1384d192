/**
 * Writes vectors.js: what the vendors' own code makes of the inputs in inputs.js. Run it again when
 * inputs change: `node conformance/runtimes/witness.mjs`.
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { inflateSync } from "node:zlib";
import { AGORA, NOW, TWILIO } from "./inputs.js";

const require = createRequire(import.meta.url);
const jwt = require("jsonwebtoken");
const { AccessToken2, ServiceRtc, ServiceRtm } = require("agora-token/src/AccessToken2.js");

/** Twilio's SDK signs with jsonwebtoken; its claims stand in this order. */
function twilioToken() {
  const { accountSid, keySid, keySecret, identity, ttl, grants, region, random } = TWILIO;
  const payload = {
    jti: `${keySid}-${Buffer.from(random).toString("hex")}`,
    grants: {
      identity,
      video: { room: grants.video.room },
      chat: { service_sid: grants.chat.serviceSid },
      data_sync: { service_sid: grants.sync.serviceSid },
    },
    iat: NOW,
    exp: NOW + ttl,
    iss: keySid,
    sub: accountSid,
  };
  const header = { cty: "twilio-fpa;v=1", typ: "JWT", alg: "HS256", twr: region };
  return jwt.sign(payload, keySecret, { algorithm: "HS256", header });
}

function agoraContent() {
  const { appId, appCertificate, ttl, salt, services } = AGORA;
  const token = new AccessToken2(appId, appCertificate, NOW, ttl);
  token.salt = salt;
  const rtc = new ServiceRtc(services.rtc.channel, services.rtc.uid);
  for (const privilege of [1, 2, 3, 4]) rtc.add_privilege(privilege, ttl);
  token.add_service(rtc);
  const rtm = new ServiceRtm(services.rtm.userId);
  rtm.add_privilege(1, ttl);
  token.add_service(rtm);
  const packed = Buffer.from(token.build().slice(3), "base64");
  return inflateSync(packed).toString("hex");
}

const vectors = { twilioToken: twilioToken(), agoraContent: agoraContent() };
const lines = Object.entries(vectors).map(
  ([name, value]) => `export const ${name} =\n  "${value}";\n`,
);
writeFileSync(
  new URL("vectors.js", import.meta.url),
  `// Made by witness.mjs from inputs.js with the vendors' own packages. Do not edit.\n${lines.join("")}`,
);
