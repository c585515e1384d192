import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, KeyObject, sign as signWith } from "node:crypto";
import { test } from "node:test";
import { exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { authenticatorOf, bearer, SECRET } from "../kit.test.ts";
import { b64, GOOD, HS, handmade, refused } from "./kit.test.ts";

const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;
for (const alg of ALGORITHMS)
  test(`jwt: accepts ${alg} made by jose, under its own name and key only`, async () => {
    const [ours, theirs] = await Promise.all([generateKeyPair(alg), generateKeyPair(alg)]);
    const sign = (key: CryptoKey, payload: JWTPayload = GOOD) =>
      new SignJWT(payload).setProtectedHeader({ alg }).sign(key);
    const pem = await exportSPKI(ours.publicKey);
    const { secret: _none, ...rest } = HS;
    const callers = [{ jwt: { ...rest, public_key: pem, algorithms: [alg] } }];
    const { authenticator } = authenticatorOf(callers);
    const text = await sign(ours.privateKey);
    assert.equal((await authenticator.authenticate(bearer(text))).identity, "alice");
    await refused(callers, await sign(theirs.privateKey), /signature/);
    await refused(callers, `${text.slice(0, -8)}AAAAAAAA`, /signature/);
    // The old confusion: the public key's text as an HMAC secret.
    await refused(callers, handmade({ alg: "HS256" }, GOOD, pem), /alg/);
    await refused(callers, handmade({ alg }, GOOD, pem), /signature/);
    await refused(callers, handmade({ alg: "none" }, GOOD), /alg/);
  });

for (const [alg, secret] of [
  ["HS256", SECRET],
  ["HS384", SECRET],
  ["HS512", SECRET + SECRET],
] as const)
  test(`jwt: accepts ${alg} made by jose, and not under a prefix of the secret`, async () => {
    const callers = [{ jwt: { ...HS, secret, algorithms: [alg] } }];
    const sign = (key: string) =>
      new SignJWT(GOOD).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
    const { authenticator } = authenticatorOf(callers);
    assert.equal((await authenticator.authenticate(bearer(await sign(secret)))).identity, "alice");
    const short = Buffer.from(secret.slice(0, -1));
    const signed = `${b64({ alg })}.${b64(GOOD)}`;
    const hash = `sha${alg.slice(2)}`;
    const forged = `${signed}.${createHmac(hash, short).update(signed).digest("base64url")}`;
    await refused(callers, forged, /signature/);
    const empty = `${signed}.${createHmac(hash, "").update(signed).digest("base64url")}`;
    await refused(callers, empty, /signature/);
  });

test("jwt: an ECDSA signature in DER, or all zeros, is refused", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const { secret: _none, ...rest } = HS;
  const callers = [{ jwt: { ...rest, public_key: await exportSPKI(publicKey) } }];
  const signed = `${b64({ alg: "ES256" })}.${b64(GOOD)}`;
  const der = signWith("sha256", Buffer.from(signed), KeyObject.from(privateKey));
  await refused(callers, `${signed}.${der.toString("base64url")}`, /signature/);
  await refused(callers, `${signed}.${Buffer.alloc(64).toString("base64url")}`, /signature/);
});

test("jwt: a weak RSA key, or one of another type, does not pass the configuration", () => {
  const { secret: _none, ...rest } = HS;
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
  const ed448 = generateKeyPairSync("ed448").publicKey;
  const odd = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }).publicKey;
  for (const key of [weak, ed448, odd]) {
    const pem = key.export({ type: "spki", format: "pem" });
    assert.throws(() => authenticatorOf([{ jwt: { ...rest, public_key: pem } }]), {
      code: "invalid_request",
      message: /too weak/,
    });
  }
});
