/**
 * The providers and their products. A product's full name is `provider.product`, for example
 * `twilio.video`; the part after the dot is its key in a request's `grants`.
 */
export const PRODUCTS = {
  twilio: ["voice", "video", "chat", "sync", "task_router", "player", "rtc", "ip_messaging"],
  agora: ["rtc", "rtm", "rtm2", "streaming", "fpa", "chat", "fcdn", "apaas", "convoai", "stt"],
} as const;

/** A provider's id, such as `twilio`. */
export type ProviderId = keyof typeof PRODUCTS;

/** A product's full name, such as `twilio.video`. */
export type ProductName = {
  [P in ProviderId]: `${P}.${(typeof PRODUCTS)[P][number]}`;
}[ProviderId];

/** What an API token or a signed-in user may do. */
export const SCOPES = [
  "mint",
  "mint:others",
  "read",
  "introspect",
  "operate",
  "operate:*",
] as const;
export type Scope = (typeof SCOPES)[number];
