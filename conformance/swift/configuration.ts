/** The production configuration that the Swift tests meet. Every credential in it is made up. */
import type { KeyMaterial } from "@handstamp/core";
import type { Keys } from "./world.ts";

export const ISSUER = "https://login.example.com";
export const JWT_SECRET = "0123456789abcdef0123456789abcdef";

const TWILIO: KeyMaterial = {
  account: "AC0123456789abcdef0123456789abcdef",
  id: "SK0123456789abcdef0123456789abcdef",
  secret: "Abcdefghijklmnopqrstuvwxyz012345",
};
const AGORA: KeyMaterial = {
  account: "0123456789abcdef0123456789abcdef",
  id: "0123456789abcdef0123456789abcdef",
  secret: "fedcba9876543210fedcba9876543210",
};
export const KEYS: Keys = { twilio: [TWILIO], agora: [AGORA] };

export const CONFIGURATION = `
providers:
  twilio:
    account_sid: ${TWILIO.account}
    api_key: ${TWILIO.id}
    api_secret: ${TWILIO.secret}
    chat_service_sid: IS0123456789abcdef0123456789abcdef
    sync_service_sid: IS0123456789abcdef0123456789abcdef
    twiml_app_sid: AP0123456789abcdef0123456789abcdef
  agora:
    app_id: "${AGORA.account}"
    app_certificate: "${AGORA.secret}"
callers:
  - jwt:
      issuer: ${ISSUER}
      audience: calls
      secret: "${JWT_SECRET}"
      identity: sub
      uid: agora_uid
  - api_token: {}
policy:
  - name: tutors run their lessons
    when: 'caller.claims.role == "tutor"'
    allow:
      - product: twilio.video
        room: "lesson-*"
      - product: twilio.chat
        endpoint_id: "handstamp:*"
      - product: twilio.sync
      - product: twilio.voice
        incoming: true
      - product: agora.rtc
        channel: "lesson-\${caller.claims.course}"
        role: publisher
      - product: agora.rtm
      - product: agora.chat
    ttl: 1h
    max_ttl: 4h
  - name: some are kept short
    when: 'caller.claims.role == "brief"'
    allow:
      - product: twilio.video
        room: "lesson-*"
    max_ttl: 4s
  - name: everyone chats
    allow:
      - product: twilio.chat
`;
