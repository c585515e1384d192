/** Keys of the providers' shape, made up for measuring. */
export const TWILIO = {
  accountSid: `AC${"0123456789abcdef".repeat(2)}`,
  keySid: `SK${"fedcba9876543210".repeat(2)}`,
  keySecret: "kS3cr3tkS3cr3tkS3cr3tkS3cr3tkS3c",
  chatServiceSid: `IS${"1".repeat(31)}2`,
  syncServiceSid: `IS${"3".repeat(31)}4`,
  applicationSid: `AP${"5".repeat(31)}6`,
} as const;

export const AGORA = {
  appId: "970ca35de60c44645bbae8a215061b33",
  appCertificate: "5cfd2fd1755d40ecb72977518be15d3b",
} as const;
