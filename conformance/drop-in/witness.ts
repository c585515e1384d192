/** The vendors' own packages, asked what a token says. They verify it first. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import twilio from "twilio";
import type { DevelopmentKeys, Got } from "./service.ts";

const require = createRequire(import.meta.url);
// Neither brings types for what is used here.
const jsonwebtoken = require("jsonwebtoken") as {
  verify(token: string, secret: string, options: object): unknown;
};
const { AccessToken2 } = require("agora-token/src/AccessToken2.js") as {
  AccessToken2: new (...none: string[]) => OfficialToken;
};

interface OfficialToken {
  readonly appId: Buffer | string;
  readonly issueTs: number;
  readonly expire: number;
  readonly services: readonly {
    service_type(): number;
    readonly __privileges: Readonly<Record<string, number>>;
    readonly __channel_name?: Buffer;
    readonly __uid?: Buffer;
    readonly __user_id?: Buffer;
  }[];
  from_string(token: string): boolean;
  verifySignature(certificate: string): boolean;
}

interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: {
    readonly jti: string;
    readonly iss: string;
    readonly sub: string;
    readonly iat: number;
    readonly exp: number;
    readonly grants: Readonly<Record<string, unknown>>;
  };
}

/** A Twilio token's claims, after jsonwebtoken has verified it and twilio-node has made one like it. */
export function readTwilio(token: unknown, { twilio: keys }: DevelopmentKeys): Jwt["payload"] {
  assert.equal(typeof token, "string");
  const { header, payload } = jsonwebtoken.verify(token as string, keys.api_secret, {
    algorithms: ["HS256"],
    issuer: keys.api_key,
    subject: keys.account_sid,
    complete: true,
  }) as Jwt;
  assert.deepEqual({ header, sub: payload.sub, iss: payload.iss }, likeOfficial(payload, keys));
  assert.match(payload.jti, new RegExp(`^${keys.api_key}-[0-9a-f]{32}$`));
  return payload;
}

/** Header, issuer and subject of a token that Twilio's own library makes of the same facts. */
function likeOfficial(payload: Jwt["payload"], keys: DevelopmentKeys["twilio"]) {
  const { AccessToken } = twilio.jwt;
  const made = new AccessToken(keys.account_sid, keys.api_key, keys.api_secret, {
    identity: String(payload.grants["identity"]),
    ttl: payload.exp - payload.iat,
  }).toJwt();
  const theirs = jsonwebtoken.verify(made, keys.api_secret, { complete: true }) as Jwt;
  return { header: theirs.header, sub: theirs.payload.sub, iss: theirs.payload.iss };
}

/** What an Agora token says, in one line for each service: `rtc lesson 7 1:3600 2:3600`. */
export interface AgoraSaid {
  readonly ttl: number;
  readonly expiresAt: number;
  readonly services: readonly string[];
}

const NAMES: Readonly<Record<number, string>> = { 1: "rtc", 2: "rtm", 5: "chat" };

/** An Agora token's services, after agora-token has parsed it and verified its signature. */
export function readAgora(token: unknown, { agora: keys }: DevelopmentKeys): AgoraSaid {
  const parsed = new AccessToken2();
  assert.ok(parsed.from_string(token as string), "agora-token reads it");
  assert.ok(parsed.verifySignature(keys.app_certificate), "agora-token verifies it");
  assert.equal(String(parsed.appId), keys.app_id);
  const services = parsed.services.map((service) =>
    [
      NAMES[service.service_type()] ?? service.service_type(),
      ...[service.__channel_name, service.__uid, service.__user_id]
        .filter((value) => value !== undefined)
        .map((value) => JSON.stringify(String(value))),
      ...Object.entries(service.__privileges).map(
        ([privilege, expire]) => `${privilege}:${expire}`,
      ),
    ].join(" "),
  );
  return { ttl: parsed.expire, expiresAt: parsed.issueTs + parsed.expire, services };
}

/**
 * `expires_at` is the token's own end, and `refresh_at` lies before it by the lead of the contract:
 * min(ttl/2, clamp(ttl/10, 60 s, 300 s)), up to a fifth earlier.
 */
export function checkTimes(json: Got["json"], expiresAt: number, ttl: number): void {
  assert.equal(Date.parse(String(json["expires_at"])), expiresAt * 1000);
  const lead = Math.min(ttl / 2, Math.min(Math.max(ttl / 10, 60), 300));
  const ahead = expiresAt - Date.parse(String(json["refresh_at"])) / 1000;
  assert.ok(
    ahead >= lead - 1 && ahead <= lead * 1.2 + 1,
    `renewed ${ahead} s ahead, not ${lead} s to ${lead * 1.2} s`,
  );
}
