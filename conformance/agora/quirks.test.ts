/** What Agora's Node builders do and ours do not, each shown on both. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mintToken, parseToken, roomUserServices } from "@handstamp/core/agora";
import { assertAccepted, builders } from "./official.ts";

const { ApaasTokenBuilder, RtcTokenBuilder, RtmTokenBuilder } = builders;

describe("official quirks that are not copied", () => {
  const key = { appId: "0".repeat(32), appCertificate: "1".repeat(32) };
  const { appId, appCertificate } = key;

  it("a room-user token has its privilege, which Node's builder leaves out", () => {
    const services = roomUserServices({ room: "r", userId: "alice", role: 1 });
    const { token } = mintToken({ ...key, services });
    const theirs = ApaasTokenBuilder.buildRoomUserToken(
      appId,
      appCertificate,
      "r",
      "alice",
      1,
      3600,
    );
    const privileges = (text: string) =>
      parseToken(text).services.find(({ service }) => service === "apaas")?.privileges;
    assert.deepEqual(privileges(token), { room_user: 3600 });
    assert.deepEqual(privileges(theirs), {});
    assertAccepted(token, key);
  });

  it("role 0 stays 0, and a negative role reads back negative", () => {
    const roleOf = (text: string) =>
      (parseToken(text).services.find(({ service }) => service === "apaas") as { role?: number })
        .role;
    const ours = (role: number) =>
      mintToken({ ...key, services: { apaas: { room: "r", userId: "u", role } } }).token;
    const theirs = ApaasTokenBuilder.buildRoomUserToken(appId, appCertificate, "r", "u", 0, 60);
    assert.equal(roleOf(theirs), undefined, "theirs became -1, which stands for none");
    assert.equal(roleOf(ours(0)), 0);
    assert.equal(roleOf(ours(-7)), -7);
  });

  it("a wrong app ID is an error, not an empty text", () => {
    assert.equal(RtmTokenBuilder.buildToken("short", appCertificate, "u", 60), "");
    assert.throws(() => mintToken({ ...key, appId: "short", services: { rtm: { userId: "u" } } }), {
      code: "key_invalid",
    });
  });

  it("an absolute expiry is an error, not packed as it is", () => {
    const theirs = RtmTokenBuilder.buildToken(appId, appCertificate, "u", 1_800_000_000);
    assert.notEqual(theirs, "");
    assert.throws(
      () => mintToken({ ...key, ttl: 1_800_000_000, services: { rtm: { userId: "u" } } }),
      { code: "ttl_invalid" },
    );
  });

  it("a uid that is not set is an error, not the word undefined", () => {
    const missing = undefined as unknown as number;
    const theirs = RtcTokenBuilder.buildTokenWithUid(
      appId,
      appCertificate,
      "c",
      missing,
      1,
      60,
      60,
    );
    assert.equal((parseToken(theirs).services[0] as { account?: string }).account, "undefined");
    assert.throws(
      () =>
        mintToken({ ...key, services: { rtc: { channel: "c", uid: missing, role: "publisher" } } }),
      { code: "invalid_request" },
    );
  });

  it("services of one type keep their order, as theirs do", () => {
    const services = ["b", "a"].map((userId) => ({ service: "rtm", userId }) as const);
    const { token } = mintToken({ ...key, services });
    assertAccepted(token, key);
    const read = parseToken(token).services.map(
      (service) => (service as { userId: string }).userId,
    );
    assert.deepEqual(read, ["b", "a"]);
  });
});
