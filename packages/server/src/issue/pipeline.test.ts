/** The steps of the pipeline as types: what would skip one does not compile. Run by the type check. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Caller } from "../callers/caller.ts";
import type { Asked } from "./ask.ts";
import { type Allowed, authorize } from "./authorize.ts";
import type { IssueDeps } from "./deps.ts";
import type { Draw } from "./draw.ts";
import type { Issuer } from "./issue.ts";
import { INFO, kit, person } from "./kit.test-suite.ts";
import { type Recorded, record } from "./record.ts";
import { type Signed, sign, textOf } from "./sign.ts";
import type { IssueRequest } from "./types.ts";

/** What each step is given by the one before it. Never called: it need only be compiled. */
export function skipsNothing(
  deps: IssueDeps,
  made: { caller: Caller; asked: Asked; allowed: Allowed; signed: Signed; recorded: Recorded },
  draw: Draw,
  issuer: Issuer,
  request: IssueRequest,
): readonly unknown[] {
  const { caller, asked, allowed, signed, recorded } = made;
  const facts = {
    kind: "jwt",
    project: "default",
    id: "jwt:x|bob",
    identity: "bob",
    scopes: new Set(["mint"] as const),
    claims: {},
  } as const;
  const takesRecorded = (one: Recorded): string => one.token;
  return [
    // @ts-expect-error a caller that nobody has judged
    issuer.issue(facts, request, INFO),
    // @ts-expect-error a judged caller under another name
    issuer.issue({ ...caller, identity: "bob" }, request, INFO),
    // @ts-expect-error a request that nobody has checked
    authorize(deps, { ...request, caller }),
    // @ts-expect-error a checked request with another identity
    authorize(deps, { ...asked, identity: "bob" }),
    // @ts-expect-error what is asked for is not allowed yet
    sign(deps, asked, draw),
    // @ts-expect-error an allowance with another decision
    sign(deps, { ...allowed, decision: { request: allowed.decision.request, rules: [] } }, draw),
    // @ts-expect-error what is allowed is not signed yet
    record(deps, allowed, INFO),
    // @ts-expect-error a signed token with other facts
    record(deps, { ...signed, facts: { ...signed.facts, identity: "bob" } }, INFO),
    // @ts-expect-error a signed token is in no record
    takesRecorded(signed),
    // @ts-expect-error the text of a token before its record
    textOf(signed),
    // @ts-expect-error a refusal is no proof of a record
    textOf(signed, { committed: false, reason: "identity_blocked" }),
    // @ts-expect-error a token of somebody's own making
    takesRecorded({ ...signed.facts, token: "007" }),
    // @ts-expect-error a recorded token with another text
    takesRecorded({ ...recorded, token: "007" }),
  ];
}

test("the text of a token is not handed out without its commit at run time either", async () => {
  let seen: Signed | undefined;
  await using made = await kit({
    watch: {
      issued: () => {},
      step: (name, run) => {
        const result = run();
        if (name === "sign") seen = result as Signed;
        return result;
      },
    },
  });
  const { token } = await made.issue(person("alice"));
  assert.ok(seen);
  assert.ok(!JSON.stringify(seen).includes(token), "a signed token shows its text");
  assert.throws(() => textOf(seen as Signed, { committed: false } as never), TypeError);
});
