/** Our 006 tokens against the older official package, as whole texts: this format is not compressed. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { it } from "node:test";
import { inspectToken, mintToken, parseToken, verifyToken } from "@handstamp/core/agora";
import * as fc from "fast-check";
import { accounts, channels, keys, lives, roles, uids, userIds } from "./generated.ts";

const RUNS = process.env["HANDSTAMP_LONG"] ? 20_000 : 300;
const load = createRequire(import.meta.url);

// Neither brings types.
const { RtcTokenBuilder, RtmTokenBuilder } = load("agora-access-token") as {
  RtcTokenBuilder: Record<
    "buildTokenWithUid" | "buildTokenWithAccount",
    (
      appId: string,
      certificate: string,
      channel: string,
      uid: string | number,
      role: number,
      end: number,
    ) => string
  >;
  RtmTokenBuilder: {
    buildToken(
      appId: string,
      certificate: string,
      account: string,
      role: number,
      end: number,
    ): string;
  };
};
const { AccessToken } = load("agora-access-token/src/AccessToken.js") as {
  AccessToken: new (
    appId: string,
    certificate: string,
    channel: string,
    uid: string | number,
  ) => {
    salt: number;
    ts: number;
    signature: Buffer;
    addPriviledge(privilege: number, end: number): void;
    build(): string;
    fromString(token: string): boolean;
  };
};

const DAY = 86_400;
const salts = fc.integer({ min: 1, max: 0xffff_ffff });
const now = 1_800_000_000;
const ROLE = { publisher: 1, subscriber: 2 };

/** The time that a token of theirs was made at: a day before the end it states. */
function madeAt(token: string): number {
  const value = inspectToken(token).parts.find(({ name }) => name === "message")?.value;
  return (value as { expires_at: number }).expires_at - DAY;
}

it("a token of single privileges is the same text", () => {
  fc.assert(
    fc.property(keys, channels, uids, lives, salts, (key, channel, uid, life, salt) => {
      const theirs = new AccessToken(key.appId, key.appCertificate, channel, uid);
      theirs.salt = salt;
      theirs.ts = now + DAY;
      const privileges = { join: life.join + 1, publish_video: life.video + 1 };
      theirs.addPriviledge(1, now + privileges.join);
      theirs.addPriviledge(3, now + privileges.publish_video);
      const rtc = { channel, uid, role: "publisher", privileges } as const;
      const ttl = Math.min(DAY, life.ttl + 1);
      const within = {
        ...rtc,
        privileges: {
          join: Math.min(ttl, privileges.join),
          publish_video: Math.min(ttl, privileges.publish_video),
        },
      };
      fc.pre(within.privileges.join === privileges.join);
      fc.pre(within.privileges.publish_video === privileges.publish_video);
      const ours = mintToken({ ...key, version: 6, ttl, now, salt, services: { rtc } });
      assert.equal(ours.token, theirs.build());
      assert.equal(new AccessToken("", "", "", 0).fromString(ours.token), true);
      const held = { appCertificate: key.appCertificate, channel, uid, now };
      assert.equal(verifyToken(ours.token, held).id, ours.id);
    }),
    { numRuns: RUNS },
  );
});

for (const [kind, builder] of [
  ["uid", "buildTokenWithUid"],
  ["account", "buildTokenWithAccount"],
] as const)
  it(`RtcTokenBuilder.${builder} gives the same text, which verifies`, () => {
    const input = fc.record({ channel: channels, uid: uids, account: accounts, role: roles });
    fc.assert(
      fc.property(keys, input, lives, (key, { channel, uid, account, role }, { ttl }) => {
        const { appId, appCertificate } = key;
        const member = kind === "uid" ? { uid } : { account };
        const end = Math.floor(Date.now() / 1000) + ttl;
        const subject = kind === "uid" ? uid : account;
        const theirs = RtcTokenBuilder[builder](
          appId,
          appCertificate,
          channel,
          subject,
          ROLE[role],
          end,
        );
        // The end was fixed a moment before; at the change of a second theirs has a later start.
        const at = madeAt(theirs);
        fc.pre(end - at === ttl);
        const { salt } = parseToken(theirs);
        const services = { rtc: { channel, ...member, role } };
        const ours = mintToken({ ...key, version: 6, ttl, now: at, salt, services });
        assert.equal(ours.token, theirs);
        assert.equal(
          verifyToken(theirs, { appCertificate, channel, ...member, now: at }).id,
          ours.id,
        );
      }),
      { numRuns: RUNS },
    );
  });

it("RtmTokenBuilder.buildToken gives the same text, which verifies", () => {
  fc.assert(
    fc.property(keys, userIds, lives, (key, userId, { ttl }) => {
      const { appId, appCertificate } = key;
      const end = Math.floor(Date.now() / 1000) + ttl;
      const theirs = RtmTokenBuilder.buildToken(appId, appCertificate, userId, 1, end);
      const at = madeAt(theirs);
      fc.pre(end - at === ttl);
      const { salt } = parseToken(theirs);
      const ours = mintToken({
        ...key,
        version: 6,
        ttl,
        now: at,
        salt,
        services: { rtm: { userId } },
      });
      assert.equal(ours.token, theirs);
      assert.equal(verifyToken(theirs, { appCertificate, channel: userId, now: at }).id, ours.id);
    }),
    { numRuns: RUNS },
  );
});

it("every bit flip is refused, in the signed content and in the checksums beside it", () => {
  const key = { appId: "0".repeat(32), appCertificate: "1".repeat(32) };
  const rtc = { channel: "c", uid: 7, role: "publisher" } as const;
  const { token } = mintToken({ ...key, version: 6, now, salt: 1, services: { rtc } });
  const content = Buffer.from(token.slice(35), "base64");
  const verify = (text: string) =>
    verifyToken(text, { appCertificate: key.appCertificate, channel: "c", uid: 7, now });
  assert.equal(verify(token).version, 6);
  for (let bit = 0; bit < content.length * 8; bit++) {
    const flipped = Buffer.from(content);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.throws(() => verify(token.slice(0, 35) + flipped.toString("base64")), {
      name: "HandstampError",
    });
  }
});
