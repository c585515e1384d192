/** Agora's own Node package, as the tests call it. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type { Permissions } from "@handstamp/core/agora";

const load = createRequire(import.meta.url);

/** The builders that its documentation names. */
export const builders = load("agora-token") as typeof import("agora-token");

/** Their token, which also reads and verifies. */
export interface OfficialToken {
  issueTs: number;
  salt: number;
  from_string(token: string): boolean;
  verifySignature(certificate: string): boolean;
  add_service(service: object): void;
  build(): string;
}
export interface OfficialService {
  add_privilege(privilege: number, expire: number): void;
}
// The package's entry brings the builders alone; the token and the services are behind it.
export const official = load("agora-token/src/AccessToken2.js") as {
  AccessToken2: new (
    appId: string,
    certificate: string,
    issueTs: number,
    expire: number,
  ) => OfficialToken;
} & Record<
  "ServiceStreaming" | "ServiceFCdn",
  new (
    channel: string,
    account: string | number,
  ) => OfficialService
> &
  Record<"ServiceApaas", new (room: string, user: string, role: number) => OfficialService>;

export type Keys = { appId: string; appCertificate: string };

/** Their parser reads the token, and their check accepts its signature, and no other certificate. */
export function assertAccepted(token: string, { appId, appCertificate }: Keys) {
  const reader = new official.AccessToken2("", "", 0, 0);
  assert.equal(reader.from_string(token), true);
  assert.equal(reader.verifySignature(appCertificate), true);
  assert.equal(reader.verifySignature(appId), false);
}

const RESOURCES = { message: 0, stream: 1, group: 2, serverGroups: 3, users: 4 };
const ACTIONS = { read: 0, write: 1 };

/** Our permissions as their object. */
export function theirPermissions(granted: Permissions) {
  const theirs = new builders.Rtm2Permissions();
  for (const [resource, actions] of Object.entries(granted)) {
    const id = RESOURCES[resource as keyof typeof RESOURCES];
    theirs.details[id] = {};
    for (const [action, names] of Object.entries(actions))
      theirs.add(id, ACTIONS[action as keyof typeof ACTIONS], [...names]);
  }
  return theirs;
}
