/** Our capability tokens against those of Twilio's own Node library. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import {
  type ClientScope,
  mintClientCapability,
  mintTaskRouterCapability,
  type TaskRouterPolicy,
  verifyClientCapability,
  verifyTaskRouterCapability,
  workerPolicies,
} from "@handstamp/core/twilio";
import * as fc from "fast-check";
import twilio from "twilio";

// It brings no types.
const jsonwebtoken = createRequire(import.meta.url)("jsonwebtoken") as {
  verify(token: string, secret: string, options: object): unknown;
};
const RUNS = process.env["HANDSTAMP_LONG"] ? 20_000 : 300;
const { ClientCapability, taskrouter } = twilio.jwt;
const { TaskRouterCapability } = taskrouter;

const hex32 = fc.string({
  unit: fc.constantFrom(...Array.from("0123456789abcdef")),
  minLength: 32,
  maxLength: 32,
});
const sid = (prefix: string) => hex32.map((hex) => prefix + hex);
const name = fc.string({
  unit: fc.constantFrom(...Array.from("abcXYZ019_")),
  minLength: 1,
  maxLength: 121,
});
// Small: encoded twice, four scopes of these must stay under the 8192 characters of a token.
const text = fc.string({ unit: "grapheme", maxLength: 4 });
const params = fc.dictionary(text, text, { maxKeys: 2 });
const authToken = fc
  .nat()
  .map((n) => createHash("sha256").update(String(n)).digest("hex").slice(0, 32));
const ttl = fc.integer({ min: 60, max: 86_400 });

const SCOPE: fc.Arbitrary<ClientScope> = fc.oneof(
  fc.record({ kind: fc.constant("incoming" as const), clientName: name }),
  fc.record(
    { kind: fc.constant("outgoing" as const), applicationSid: sid("AP"), clientName: name, params },
    { requiredKeys: ["kind", "applicationSid"] },
  ),
  fc.record({ kind: fc.constant("events" as const), filters: params }, { requiredKeys: ["kind"] }),
);

const claimsOf = (token: string) => JSON.parse(textOf(token, 1)) as Record<string, unknown>;
const textOf = (token: string, part: 0 | 1): string =>
  Buffer.from(token.split(".")[part] ?? "", "base64url").toString();

/** The same claims in the same order; the times differ by when each was made. */
function assertAlike(ours: string, theirs: string): void {
  assert.equal(textOf(ours, 0), textOf(theirs, 0));
  const [a, b] = [claimsOf(ours), claimsOf(theirs)];
  const life = (claims: typeof a) => Number(claims["exp"]) - Number(claims["iat"]);
  // Their library reads the clock twice, once for each claim.
  assert.ok(life(a) - life(b) === 0 || life(a) - life(b) === 1, `${life(a)} and ${life(b)}`);
  const timeless = (claims: object) => JSON.stringify({ ...claims, exp: 0, iat: 0 });
  assert.equal(timeless(a), timeless(b));
}

describe("ClientCapability and twilio-node", () => {
  function theirs(
    options: { accountSid: string; authToken: string; ttl: number },
    scopes: readonly ClientScope[],
  ): string {
    const capability = new ClientCapability(options);
    for (const scope of scopes) capability.addScope(theirScope(scope));
    return capability.toJwt();
  }
  function theirScope(scope: ClientScope) {
    if (scope.kind === "incoming")
      return new ClientCapability.IncomingClientScope(scope.clientName);
    if (scope.kind === "events") return new ClientCapability.EventStreamScope(scope.filters);
    return new ClientCapability.OutgoingClientScope(scope);
  }

  it("write the same token, and read each other's", () => {
    const request = fc.record({ accountSid: sid("AC"), authToken, ttl });
    fc.assert(
      fc.property(request, fc.array(SCOPE, { maxLength: 4 }), (options, scopes) => {
        const { token } = mintClientCapability({ ...options, scopes });
        const other = theirs(options, scopes);
        assertAlike(token, other);
        assert.ok(jsonwebtoken.verify(token, options.authToken, { algorithms: ["HS256"] }));
        const read = verifyClientCapability(other, options);
        const named = scopes.map((scope) => {
          // Without filters the scope has no parameters at all.
          const empty = scope.kind === "events" && Object.keys(scope.filters ?? {}).length === 0;
          return empty ? { kind: "events" } : scope;
        });
        assert.deepEqual(plain(read.scopes), plain(named));
      }),
      { numRuns: RUNS },
    );
  });
});

/** Without the null prototypes that fast-check gives its dictionaries. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("TaskRouterCapability and twilio-node", () => {
  const request = fc.record({
    accountSid: sid("AC"),
    authToken,
    ttl,
    workspaceSid: sid("WS"),
    channelId: fc.oneof(sid("WK"), sid("WQ"), sid("WS")),
    friendlyName: fc.string(),
  });
  const filter = fc.dictionary(fc.string({ minLength: 1 }), fc.record({ required: fc.boolean() }));
  const policy = fc.record(
    {
      url: fc.constantFrom("https://taskrouter.twilio.com/v1/**", "https://a.example/b"),
      method: fc.constantFrom("GET" as const, "POST" as const, "DELETE" as const),
      queryFilter: filter,
      postFilter: filter,
    },
    { requiredKeys: ["url"] },
  );

  it("write the same token, and read each other's", () => {
    fc.assert(
      fc.property(request, fc.array(policy, { maxLength: 3 }), (options, policies) => {
        const { token } = mintTaskRouterCapability({ ...options, policies });
        const capability = new TaskRouterCapability(options);
        for (const entry of policies) capability.addPolicy(new TaskRouterCapability.Policy(entry));
        assertAlike(token, capability.toJwt());
        const read = verifyTaskRouterCapability(capability.toJwt(), options);
        assert.deepEqual(read.policies, verifyTaskRouterCapability(token, options).policies);
        assert.equal(read.channelId, options.channelId);
      }),
      { numRuns: RUNS },
    );
  });

  it("differ in a deny, which theirs turns into an allow", () => {
    const options = {
      accountSid: `AC${"0".repeat(32)}`,
      authToken: "0123456789abcdef0123456789abcdef",
      workspaceSid: `WS${"0".repeat(32)}`,
      channelId: `WK${"0".repeat(32)}`,
    };
    const denied: TaskRouterPolicy = { url: "https://a.example/b", method: "DELETE", allow: false };
    const { token } = mintTaskRouterCapability({ ...options, policies: [denied] });
    assert.equal(verifyTaskRouterCapability(token, options).policies[0]?.allow, false);
    const capability = new TaskRouterCapability(options);
    capability.addPolicy(
      new TaskRouterCapability.Policy({
        url: "https://a.example/b",
        method: "DELETE",
        allow: false,
      }),
    );
    assert.equal(verifyTaskRouterCapability(capability.toJwt(), options).policies[0]?.allow, true);
  });

  it("have the same policies for a worker", () => {
    const [account, workspace, worker] = ["AC", "WS", "WK"].map(
      (prefix) => prefix + "0".repeat(32),
    ) as [string, string, string];
    const { defaultWorkerPolicies, defaultEventBridgePolicies } = taskrouter.util;
    const theirs = [
      ...defaultWorkerPolicies("v1", workspace, worker),
      ...defaultEventBridgePolicies(account, worker),
    ].map(({ url, method }) => ({ url, method }));
    const ours = workerPolicies(account, workspace, worker).map(({ url, method = "GET" }) => ({
      url,
      method,
    }));
    assert.deepEqual(ours, theirs);
  });
});
