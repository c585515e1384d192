/** Keys of the providers' shape, made up for measuring. */
export const TWILIO = {
  accountSid: `AC${"0123456789abcdef".repeat(2)}`,
  keySid: `SK${"fedcba9876543210".repeat(2)}`,
  keySecret: "kS3cr3tkS3cr3tkS3cr3tkS3cr3tkS3c",
  chatServiceSid: "IS1f0e2d3c4b5a69788796a5b4c3d2e1f0",
  syncServiceSid: "IS0a1b2c3d4e5f60718293a4b5c6d7e8f9",
  applicationSid: "AP9f8e7d6c5b4a39281706f5e4d3c2b1a0",
} as const;

export const AGORA = {
  appId: "970ca35de60c44645bbae8a215061b33",
  appCertificate: "5cfd2fd1755d40ecb72977518be15d3b",
} as const;
