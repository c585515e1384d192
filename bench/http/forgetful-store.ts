/** A store that keeps nothing: what the service costs before the durable record, and nothing else. */
import type { ServiceOptions } from "handstamp";

type Store = NonNullable<ServiceOptions["store"]>;

export function forgetfulStore(): Store {
  const none = async () => undefined;
  const empty = async () => ({ items: [] });
  let seq = 0;
  return {
    chain: "none",
    commit: async (entries) => entries.map(() => ({ committed: true, chain: "none", seq: ++seq })),
    probe: none,
    tokens: { get: none, list: empty, isRevoked: async () => false },
    audit: { list: empty, read: async () => [], heads: async () => [] },
    apiTokens: { byDigest: none, get: none, list: async () => [] },
    keys: { get: none, list: async () => [] },
    uid: async () => 1,
    isBlocked: async () => false,
    idempotency: none,
    meta: none,
    prune: async () => 0,
    backup: none,
    close: none,
  };
}
