/**
 * Our 007 tokens against Agora's own Node builders. Each builder makes a token of generated inputs;
 * ours, under the time and the salt that it took, must have the same bytes.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inflateSync } from "node:zlib";
import {
  mintToken,
  parseToken,
  roomUserServices,
  type Services,
  verifyToken,
} from "@handstamp/core/agora";
import * as fc from "fast-check";
import { accounts, channels, keys, lives, permissions, roles, uids, userIds } from "./generated.ts";
import { assertAccepted, builders, type Keys, official, theirPermissions } from "./official.ts";

const {
  ApaasTokenBuilder,
  ChatTokenBuilder,
  ConvoAITokenBuilder,
  EducationTokenBuilder,
  FpaTokenBuilder,
  RtcRole,
  RtcTokenBuilder,
  RtmTokenBuilder,
  SttTokenBuilder,
} = builders;
const RUNS = process.env["HANDSTAMP_LONG"] ? 20_000 : 300;

const inflated = (token: string) => inflateSync(Buffer.from(token.slice(3), "base64"));

/** Ours has the bytes of theirs, reads theirs, and is read by theirs. */
function assertSame(
  theirs: string,
  { appId, appCertificate }: Keys,
  ttl: number,
  services: Services,
) {
  const { salt, issuedAt } = parseToken(theirs);
  assert.ok(issuedAt !== undefined);
  const flags = { anyChannel: true, anyUid: true };
  const at = { now: issuedAt, salt, ttl };
  const ours = mintToken({ appId, appCertificate, ...at, ...flags, services });
  assert.equal(inflated(ours.token).toString("hex"), inflated(theirs).toString("hex"));
  // In one process both compress with the same zlib.
  assert.equal(ours.token, theirs);
  assertAccepted(ours.token, { appId, appCertificate });
  assert.equal(verifyToken(theirs, { appCertificate, appId, now: issuedAt }).id, ours.id);
}

/** One test a builder: generated inputs, the token that the builder makes of them, and ours. */
function same<T>(
  title: string,
  inputs: fc.Arbitrary<T>,
  make: (key: Keys, input: T) => readonly [theirs: string, ttl: number, services: Services],
) {
  it(title, () => {
    fc.assert(
      fc.property(keys, inputs, (key, input) => {
        const [theirs, ttl, services] = make(key, input);
        assertSame(theirs, key, ttl, services);
      }),
      { numRuns: RUNS },
    );
  });
}

const ROLE = { publisher: RtcRole.PUBLISHER, subscriber: RtcRole.SUBSCRIBER };

const rtc = fc.record({
  channel: fc.oneof(channels, fc.constant("*")),
  uid: uids,
  account: accounts,
  role: roles,
  life: lives,
  userId: userIds,
});

describe("RtcTokenBuilder", () => {
  same("buildTokenWithUid", rtc, ({ appId, appCertificate }, { channel, uid, role, life }) => [
    RtcTokenBuilder.buildTokenWithUid(
      appId,
      appCertificate,
      channel,
      uid,
      ROLE[role],
      life.ttl,
      life.join,
    ),
    life.ttl,
    { rtc: { channel, uid, role, privilegeTtl: life.join } },
  ]);
  same("buildTokenWithUid with uid 0", rtc, ({ appId, appCertificate }, { role, life, userId }) => [
    RtcTokenBuilder.buildTokenWithUid(appId, appCertificate, userId, 0, ROLE[role], life.ttl, 0),
    life.ttl,
    { rtc: { channel: userId, uid: 0, role, privilegeTtl: 0 } },
  ]);
  same(
    "buildTokenWithUserAccount",
    rtc,
    ({ appId, appCertificate }, { channel, account, role, life }) => [
      RtcTokenBuilder.buildTokenWithUserAccount(
        appId,
        appCertificate,
        channel,
        account,
        ROLE[role],
        life.ttl,
        life.join,
      ),
      life.ttl,
      { rtc: { channel, account, role, privilegeTtl: life.join } },
    ],
  );
  same(
    "buildTokenWithUidAndPrivilege",
    rtc,
    ({ appId, appCertificate }, { channel, uid, life }) => [
      RtcTokenBuilder.buildTokenWithUidAndPrivilege(
        ...([appId, appCertificate, channel, uid, life.ttl] as const),
        ...([life.join, life.audio, life.video, life.data] as const),
      ),
      life.ttl,
      { rtc: { channel, uid, role: "publisher", privileges: privilegesOf(life) } },
    ],
  );
  same(
    "BuildTokenWithUserAccountAndPrivilege",
    rtc,
    ({ appId, appCertificate }, { channel, account, life }) => [
      RtcTokenBuilder.BuildTokenWithUserAccountAndPrivilege(
        ...([appId, appCertificate, channel, account, life.ttl] as const),
        ...([life.join, life.audio, life.video, life.data] as const),
      ),
      life.ttl,
      { rtc: { channel, account, role: "publisher", privileges: privilegesOf(life) } },
    ],
  );
  same("buildTokenWithRtm", rtc, ({ appId, appCertificate }, { channel, userId, role, life }) => [
    RtcTokenBuilder.buildTokenWithRtm(
      appId,
      appCertificate,
      channel,
      userId,
      ROLE[role],
      life.ttl,
      life.join,
    ),
    life.ttl,
    { rtc: { channel, account: userId, role, privilegeTtl: life.join }, rtm: { userId } },
  ]);
  same("buildTokenWithRtm2", rtc, ({ appId, appCertificate }, input) => [
    RtcTokenBuilder.buildTokenWithRtm2(appId, appCertificate, ...rtcAndRtm(input)),
    input.life.ttl,
    servicesOf(input),
  ]);
});

type RtcInput = typeof rtc extends fc.Arbitrary<infer T> ? T : never;

const privilegesOf = ({ join, audio, video, data }: RtcInput["life"]) => ({
  join,
  publish_audio: audio,
  publish_video: video,
  publish_data: data,
});

/** The ten arguments that three builders share. */
const rtcAndRtm = ({ channel, account, role, life, userId }: RtcInput) =>
  [
    channel,
    account,
    ROLE[role],
    life.ttl,
    life.join,
    life.audio,
    life.video,
    life.data,
    userId,
    life.login,
  ] as const;

const servicesOf = ({ channel, account, role, life, userId }: RtcInput) => ({
  rtc: {
    channel,
    account,
    role,
    privileges: role === "publisher" ? privilegesOf(life) : { join: life.join },
  },
  rtm: { userId, privilegeTtl: life.login },
});

describe("the other builders", () => {
  same(
    "RtmTokenBuilder.buildToken",
    rtc,
    ({ appId, appCertificate }, { userId, life: { ttl } }) => [
      RtmTokenBuilder.buildToken(appId, appCertificate, userId, ttl),
      ttl,
      { rtm: { userId } },
    ],
  );
  same(
    "RtmTokenBuilder.buildTokenWithPermissions",
    fc.tuple(rtc, permissions),
    (
      { appId, appCertificate },
      [
        {
          userId,
          life: { ttl },
        },
        granted,
      ],
    ) => [
      RtmTokenBuilder.buildTokenWithPermissions(
        appId,
        appCertificate,
        userId,
        theirPermissions(granted),
        ttl,
      ),
      ttl,
      { rtm2: { userId, permissions: granted } },
    ],
  );
  same(
    "ChatTokenBuilder.buildUserToken",
    rtc,
    ({ appId, appCertificate }, { userId, life: { ttl } }) => [
      ChatTokenBuilder.buildUserToken(appId, appCertificate, userId, ttl),
      ttl,
      { chat: { userId } },
    ],
  );
  same("ChatTokenBuilder.buildAppToken", lives, ({ appId, appCertificate }, { ttl }) => [
    ChatTokenBuilder.buildAppToken(appId, appCertificate, ttl),
    ttl,
    { chat: { admin: true } },
  ]);
  same("FpaTokenBuilder.buildToken", lives, ({ appId, appCertificate }) => [
    FpaTokenBuilder.buildToken(appId, appCertificate),
    86_400,
    { fpa: { privilegeTtl: 0 } },
  ]);
  for (const [name, builder] of Object.entries({ ApaasTokenBuilder, EducationTokenBuilder })) {
    same(`${name}.buildUserToken`, rtc, ({ appId, appCertificate }, { userId, life: { ttl } }) => [
      builder.buildUserToken(appId, appCertificate, userId, ttl),
      ttl,
      { apaas: { userId } },
    ]);
    same(`${name}.buildAppToken`, lives, ({ appId, appCertificate }, { ttl }) => [
      builder.buildAppToken(appId, appCertificate, ttl),
      ttl,
      { apaas: { admin: true } },
    ]);
    same(
      `${name}.buildRoomUserToken, without its privilege as in Node`,
      fc.tuple(rtc, fc.constantFrom(1, 2, 3, 32_767, -32_768)),
      (
        { appId, appCertificate },
        [
          {
            userId,
            life: { ttl },
          },
          role,
        ],
      ) => {
        const services = roomUserServices({ room: "r 1", userId, role });
        return [
          builder.buildRoomUserToken(appId, appCertificate, "r 1", userId, role, ttl),
          ttl,
          { ...services, apaas: { ...services.apaas, privileges: [] } },
        ];
      },
    );
  }
  same("ConvoAITokenBuilder.buildToken", rtc, ({ appId, appCertificate }, input) => [
    ConvoAITokenBuilder.buildToken(appId, appCertificate, ...rtcAndRtm(input)),
    input.life.ttl,
    { ...servicesOf(input), convoai: {} },
  ]);
  same("SttTokenBuilder.buildToken", rtc, ({ appId, appCertificate }, input) => [
    SttTokenBuilder.buildToken(appId, appCertificate, ...rtcAndRtm(input)),
    input.life.ttl,
    { ...servicesOf(input), stt: {} },
  ]);
});

describe("services that no builder makes", () => {
  for (const [ours, theirs, names] of [
    ["streaming", "ServiceStreaming", ["mix", "raw"]],
    ["fcdn", "ServiceFCdn", ["publish", "play"]],
  ] as const)
    same(theirs, rtc, ({ appId, appCertificate }, { channel, account, uid, life }) => {
      const token = new official.AccessToken2(appId, appCertificate, 1_800_000_000, life.ttl);
      for (const member of [account, uid]) {
        const service = new official[theirs](channel, member);
        service.add_privilege(2, life.join);
        service.add_privilege(1, life.audio);
        token.add_service(service);
      }
      const privileges = { [names[0]]: life.audio, [names[1]]: life.join };
      const entries: Services = [
        { service: ours, channel, account, privileges },
        { service: ours, channel, uid, privileges },
      ];
      return [token.build(), life.ttl, entries];
    });
});
