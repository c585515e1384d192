/** Fixed inputs, so that every runtime must make the same bytes. None of these keys exists. */
export const NOW = 1_800_000_000;

export const TWILIO = {
  accountSid: `AC${"0123456789abcdef".repeat(2)}`,
  keySid: `SK${"fedcba9876543210".repeat(2)}`,
  keySecret: "runtimes-need-a-secret-of-32-byte",
  identity: "Zoë Nuñez 🎓",
  ttl: 3600,
  region: "ie1",
  random: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252, 253, 254, 255],
  grants: {
    video: { room: "lesson-12" },
    chat: { serviceSid: `IS${"0f".repeat(16)}` },
    sync: { serviceSid: "default" },
  },
};

export const AGORA = {
  appId: "0123456789abcdef0123456789abcdef",
  appCertificate: "fedcba9876543210fedcba9876543210",
  ttl: 3600,
  salt: 4_000_000_042,
  services: {
    rtc: { channel: "lesson-12", uid: 4_294_967_295, role: "publisher" },
    rtm: { userId: "alice" },
  },
};
