/** JWTs made by hand, good and bad, and what a refusal must look like. Holds no test. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { authenticatorOf, bearer, NOW, SECRET } from "../kit.test.ts";

export const ISSUER = "https://login.example.com";
export const GOOD = { iss: ISSUER, aud: "calls", sub: "alice", iat: NOW - 10, exp: NOW + 600 };
export const HS = { issuer: ISSUER, audience: "calls", secret: SECRET, identity: "sub" };
export const MESSAGE = "The credential is missing or not valid.";

export const b64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A token signed by hand, so that what no library would sign can be signed. */
export function handmade(header: unknown, payload: unknown, secret: string = SECRET): string {
  const signed = `${b64(header)}.${b64(payload)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export const hs256 = { alg: "HS256", typ: "JWT" };
export const token = (payload: object = {}, header: object = {}) =>
  handmade({ ...hs256, ...header }, { ...GOOD, ...payload });
export const without = (name: string) =>
  handmade(hs256, Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name)));

export async function refused(callers: unknown, text: string, why?: RegExp): Promise<void> {
  const { authenticator } = authenticatorOf(callers);
  await assert.rejects(
    authenticator.authenticate(bearer(text)),
    (error: Error & { code?: string; detail?: string }) => {
      assert.equal(error.code, "unauthenticated", error.message);
      assert.equal(error.message, MESSAGE);
      if (why) assert.match(error.detail ?? "", why);
      const longest = text.split(".").sort((a, b) => b.length - a.length)[0] ?? "";
      if (longest.length > 8) assert.ok(!(error.detail ?? "").includes(longest.slice(0, 64)));
      return true;
    },
  );
}
