/** What Agora's sample servers answer: headers, tokens under their names, refusals. */
import assert from "node:assert/strict";
import type { DropIn, Got } from "./service.ts";
import { checkTimes, readAgora } from "./witness.ts";

/** Headers of the community service: `private, no-cache, no-store, must-revalidate`. */
export function checkHeaders({ headers }: Got): void {
  assert.equal(headers.get("cache-control"), "private, no-cache, no-store, must-revalidate");
  assert.equal(headers.get("expires"), "-1");
  assert.equal(headers.get("pragma"), "no-cache");
}

/** The services of one token of an answer, its life and the times beside it checked. */
export function servicesOf(
  { keys }: DropIn,
  got: Got,
  name: string,
  ttl = 3600,
): readonly string[] {
  assert.equal(got.status, 200, got.text);
  checkHeaders(got);
  const said = readAgora(got.json[name], keys);
  assert.equal(said.ttl, ttl);
  checkTimes(got.json, said.expiresAt, ttl);
  return said.services;
}

export const publisher = (channel: string, uid: string, ttl = 3600) =>
  `rtc "${channel}" "${uid}" 1:${ttl} 2:${ttl} 3:${ttl} 4:${ttl}`;
export const subscriber = (channel: string, uid: string, ttl = 3600) =>
  `rtc "${channel}" "${uid}" 1:${ttl}`;
export const rtm = (userId: string, ttl = 3600) => `rtm "${userId}" 1:${ttl}`;

export function checkRefused(got: Got, status: number): void {
  assert.equal(got.status, status, got.text);
  checkHeaders(got);
  assert.equal(got.json["status"], status);
  assert.equal(typeof got.json["error"], "string");
  assert.equal(got.json["message"], got.json["error"]);
}
