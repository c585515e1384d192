/** What strangers may send: nonsense, and tokens with something changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { isHandstampError } from "@handstamp/protocol";
import * as fc from "fast-check";
import { inspectToken, type MintParams, mintToken, parseToken, verifyToken } from "./index.ts";

const RUNS = process.env.HANDSTAMP_LONG ? 1_000_000 : 1000;
const appId = "0123456789abcdef0123456789abcdef";
const secret = "fedcba9876543210fedcba9876543210";
const key = { account: appId, id: "primary", secret };
const now = 1_800_000_000;

const mint = (services: MintParams["services"], more: Partial<MintParams> = {}) =>
  mintToken({ appId, appCertificate: secret, now, salt: 7, services, ...more });

const good = mint({
  rtc: { channel: "c", uid: 7, role: "publisher" },
  rtm2: { userId: "u", permissions: { users: { write: ["x"] } } },
}).token;
const goodV6 = mint({ rtm: { userId: "u" } }, { version: 6 }).token;
const content = inflateSync(Buffer.from(good.slice(3), "base64"));

/** Texts from nonsense to nearly right: parsers break in between. */
const texts = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ maxLength: 200 }).map((text) => `007${text}`),
  fc.base64String({ maxLength: 300 }).map((text) => `006${appId}${text}`),
  fc.base64String({ maxLength: 300 }).map((text) => `007${text}`),
  fc.uint8Array({ maxLength: 300 }).map((b) => `007${deflateSync(b).toString("base64")}`),
  fc
    .tuple(fc.nat(content.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(3))
    .map(([at, value, cut]) => {
      const changed = Buffer.from(content);
      changed[at] = value;
      return `007${deflateSync(changed.subarray(0, changed.length - cut)).toString("base64")}`;
    }),
  fc
    .tuple(fc.constantFrom(good, goodV6), fc.nat(200), fc.string({ minLength: 1, maxLength: 1 }))
    .map(([token, at, c]) => token.slice(0, at) + c + token.slice(at + 1)),
);

test("no text makes parse or verify throw anything but a coded error, nor inspect anything", () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const run of [
        () => parseToken(text),
        () => verifyToken(text, { appCertificate: secret, now, channel: "u" }),
      ])
        try {
          run();
        } catch (error) {
          assert.ok(isHandstampError(error), String(error));
        }
      const seen = inspectToken(text, { now, keys: [key] });
      assert.doesNotThrow(() => JSON.stringify(seen));
    }),
    { numRuns: RUNS },
  );
});

test("every bit flip in the content is refused", () => {
  for (let bit = 0; bit < content.length * 8; bit++) {
    const flipped = Buffer.from(content);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    const token = `007${deflateSync(flipped).toString("base64")}`;
    assert.throws(() => verifyToken(token, { appCertificate: secret, now }), {
      name: "HandstampError",
    });
    assert.equal(inspectToken(token, { now, keys: [key] }).verified, false);
  }
});

test("a token compressed anew is the same token", () => {
  for (const level of [0, 1, 9]) {
    const token = `007${deflateSync(content, { level, windowBits: 9 }).toString("base64")}`;
    assert.notEqual(token, good);
    const { id } = verifyToken(token, { appCertificate: secret, now });
    assert.equal(id, verifyToken(good, { appCertificate: secret, now }).id);
  }
});
