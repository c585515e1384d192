/** Inputs within Agora's rules, for the tests that hold our tokens against Agora's own builders. */
import * as fc from "fast-check";

const HEX = "0123456789abcdefABCDEF".split("");
const CHARACTERS = "abcXYZ0189 !#$%&()+-:;<=.>?@[]^_{}|~,".split("");
const name = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength });

const hex32 = fc.string({
  unit: fc.constantFrom(...HEX),
  minLength: 32,
  maxLength: 32,
});

export const channels = name(64);
export const accounts = name(255);
export const userIds = name(64);
export const uids = fc.integer({ min: 1, max: 0xffff_ffff });
export const keys = fc
  .record({ appId: hex32, appCertificate: hex32 })
  .filter(({ appId, appCertificate }) => appId !== appCertificate);

/** A ttl and four privileges' lives inside it; 0 is Agora's "until the token expires". */
export const lives = fc.integer({ min: 1, max: 86_400 }).chain((ttl) =>
  fc.record({
    ttl: fc.constant(ttl),
    join: fc.nat(ttl),
    audio: fc.nat(ttl),
    video: fc.nat(ttl),
    data: fc.nat(ttl),
    login: fc.nat(ttl),
  }),
);
export const roles = fc.constantFrom("publisher" as const, "subscriber" as const);

const resources = fc.array(channels, { maxLength: 4 });
const actions = fc.record({ read: resources, write: resources }, { requiredKeys: [] });
export const permissions = fc.record(
  { message: actions, stream: actions, group: actions, serverGroups: actions, users: actions },
  { requiredKeys: [] },
);
