/** The peer: the starter's route as people write it, Express with twilio-node. */

import type { AddressInfo } from "node:net";
import express from "express";
import twilio from "twilio";
import { TWILIO } from "../core/keys.ts";

const { AccessToken } = twilio.jwt;
const app = express();
app.get("/token", (request, response) => {
  const { identity = "alice" } = request.query as { identity?: string };
  const token = new AccessToken(TWILIO.accountSid, TWILIO.keySid, TWILIO.keySecret, { identity });
  token.addGrant(
    new AccessToken.VoiceGrant({
      incomingAllow: true,
      outgoingApplicationSid: TWILIO.applicationSid,
    }),
  );
  token.addGrant(new AccessToken.VideoGrant());
  token.addGrant(new AccessToken.ChatGrant({ serviceSid: TWILIO.chatServiceSid }));
  token.addGrant(new AccessToken.SyncGrant({ serviceSid: TWILIO.syncServiceSid }));
  response.json({ identity, token: token.toJwt() });
});
const server = app.listen(0, "127.0.0.1", () =>
  console.log(`listening http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
