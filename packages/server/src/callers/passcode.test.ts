import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { HandstampError } from "@handstamp/protocol";
import { authenticatorOf, NOW } from "./kit.test.ts";
import { hashPasscode, isPasscode, isPasscodeHash } from "./passcode-hash.ts";

const REFUSED = { code: "unauthenticated", message: "The credential is missing or not valid." };
const HASH = await hashPasscode("open sesame", randomBytes(16));
const END = "2027-06-01T00:00:00Z";

const configured = (more: object = {}) => [
  {
    passcode: {
      codes: [{ name: "open-day", hash: HASH, expires: END, claims: { event: "spring" }, ...more }],
    },
  },
];
const guest = (name: string, passcode = "open sesame") => ({ name, passcode, ip: "203.0.113.9" });

test("passcode: a hash is PHC, salted, and of one cost", async () => {
  assert.ok(isPasscodeHash(HASH));
  assert.notEqual(HASH, await hashPasscode("open sesame", randomBytes(16)));
  assert.ok(await isPasscode("open sesame", HASH));
  assert.ok(!(await isPasscode("open sesam", HASH)));
  assert.ok(!isPasscodeHash(HASH.replace("ln=15", "ln=30")));
  assert.ok(!isPasscodeHash(HASH.replace("ln=15", "ln=1")));
  await assert.rejects(hashPasscode("x", randomBytes(8)), RangeError);
});

test("passcode: a guest has the reserved prefix, once, and the code's claims", async () => {
  const { authenticator } = authenticatorOf(configured());
  const caller = await authenticator.authenticateGuest(guest("alice"));
  assert.equal(caller.kind, "passcode");
  assert.equal(caller.identity, "guest:alice");
  assert.equal(caller.claims["event"], "spring");
  assert.equal(caller.expiresAt, Date.parse(END) / 1000);
  assert.deepEqual([...caller.scopes], ["mint"]);
  assert.equal(
    (await authenticator.authenticateGuest(guest("guest:alice"))).identity,
    "guest:alice",
  );
});

test("passcode: a wrong, an expired and an absent one get the same answer", async () => {
  const { authenticator, clock } = authenticatorOf(configured());
  await assert.rejects(authenticator.authenticateGuest(guest("alice", "wrong")), REFUSED);
  await assert.rejects(authenticator.authenticateGuest(guest("alice", "")), REFUSED);
  await assert.rejects(authenticator.authenticateGuest(guest("alice", "x".repeat(129))), REFUSED);
  clock.now = Date.parse(END) / 1000;
  await assert.rejects(authenticator.authenticateGuest(guest("alice")), REFUSED);
  const none = authenticatorOf([{ api_token: {} }]).authenticator;
  await assert.rejects(none.authenticateGuest(guest("alice")), REFUSED);
});

test("passcode: a name that is none is refused before any hash is computed", async () => {
  const { authenticator } = authenticatorOf(configured(), {
    limitPasscodes: () => assert.fail("too late"),
  });
  for (const name of ["", "guest:", " alice", "a\nb", "\u202ea", "x".repeat(251)])
    await assert.rejects(authenticator.authenticateGuest(guest(name)), {
      code: "identity_invalid",
    });
});

test("passcode: the rate limit stands before the hash", async () => {
  const asked: string[] = [];
  const { authenticator } = authenticatorOf(configured(), {
    limitPasscodes(ip) {
      asked.push(ip);
      throw new HandstampError("rate_limited", "Too many guesses.", { retryAfter: 60 });
    },
  });
  const started = performance.now();
  for (let i = 0; i < 50; i++)
    await assert.rejects(authenticator.authenticateGuest(guest("a")), { code: "rate_limited" });
  assert.equal(asked.length, 50);
  assert.ok(performance.now() - started < 1000);
});

test("passcode: a flood of guesses is turned away and cannot burn the machine", async () => {
  const { authenticator } = authenticatorOf(configured());
  const guesses = await Promise.allSettled(
    Array.from({ length: 100 }, () => authenticator.authenticateGuest(guest("a", "wrong"))),
  );
  const codes = guesses.map(
    (each) => each.status === "rejected" && (each.reason as { code: string }).code,
  );
  assert.equal(codes.filter((code) => code === "unauthenticated").length, 34);
  assert.equal(codes.filter((code) => code === "rate_limited").length, 66);
  assert.equal((await authenticator.authenticateGuest(guest("a"))).identity, "guest:a");
});

test("passcode: each code lets in its own guests", async () => {
  const other = await hashPasscode("other", randomBytes(16));
  const codes = [
    { name: "one", hash: HASH, expires: END },
    { name: "two", hash: other, expires: END },
  ];
  const { authenticator } = authenticatorOf([{ passcode: { codes } }]);
  assert.equal((await authenticator.authenticateGuest(guest("a"))).id, "passcode:one|guest:a");
  assert.equal(
    (await authenticator.authenticateGuest(guest("a", "other"))).id,
    "passcode:two|guest:a",
  );
  assert.ok(NOW < Date.parse(END) / 1000);
});
