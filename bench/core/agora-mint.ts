import { createHmac, randomInt } from "node:crypto";
import { deflateSync } from "node:zlib";
import { mintToken } from "@handstamp/core/agora";
import agoraToken from "agora-token";
import { measure } from "../measure.ts";
import { micro, type Result } from "../result.ts";
import { AGORA } from "./keys.ts";

const { appId, appCertificate } = AGORA;

/** An RTC publisher's token, against agora-token and the three HMACs and one deflate that it must have. */
export function agoraMint(): Result[] {
  const { ours, peer, floor } = measure({ ours: mintOurs, peer: mintTheirs, floor: floorOf() }) as {
    ours: number;
    peer: number;
    floor: number;
  };
  const what = "Agora 007, RTC publisher";
  return [
    {
      what,
      ours: micro(ours),
      against: `agora-token ${micro(peer)}`,
      ratio: peer / ours,
      target: { is: "at least", value: 4 },
    },
    {
      what,
      ours: micro(ours),
      against: `floor ${micro(floor)}`,
      ratio: ours / floor,
      target: { is: "at most", value: 1.2 },
    },
  ];
}

function mintOurs(): string {
  return mintToken({
    appId,
    appCertificate,
    ttl: 3600,
    services: { rtc: { channel: "lesson-12", uid: 7, role: "publisher" } },
  }).token;
}

function mintTheirs(): string {
  return agoraToken.RtcTokenBuilder.buildTokenWithUid(
    appId,
    appCertificate,
    "lesson-12",
    7,
    agoraToken.RtcRole.PUBLISHER,
    3600,
    3600,
  );
}

/** Three HMACs and one deflate over bytes of the same size, written as text in the end. */
function floorOf(): () => string {
  const message = Buffer.alloc(94, 7);
  message.write(appId, 2);
  const word = Buffer.alloc(4);
  return () => {
    word.writeUInt32LE(Math.floor(Date.now() / 1000));
    const first = createHmac("sha256", word).update(appCertificate).digest();
    word.writeUInt32LE(randomInt(1, 100_000_000));
    const second = createHmac("sha256", word).update(first).digest();
    const signature = createHmac("sha256", second).update(message).digest();
    return `007${deflateSync(Buffer.concat([word.subarray(0, 2), signature, message])).toString("base64")}`;
  };
}
